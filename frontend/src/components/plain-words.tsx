import { ScrollRegion } from "~/components/scroll-region";

/** A text word for word under what it is, in a part that scrolls by itself. */
export function PlainWords({ label, text }: { label: string; text: string }) {
  return (
    <div className="min-w-0">
      <p className="eyebrow mb-1 break-words">{label}</p>
      <ScrollRegion label={label} className="max-h-72 overflow-auto">
        <pre className="font-mono text-xs leading-relaxed break-words whitespace-pre-wrap text-fg-2">
          {text}
        </pre>
      </ScrollRegion>
    </div>
  );
}
