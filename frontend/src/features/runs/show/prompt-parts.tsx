import { useState } from "react";
import { Icon } from "~/components/icon";
import { PlainWords } from "~/components/plain-words";
import { Tag } from "~/components/records";
import { laidOut } from "~/components/stored-text";
import type { CallPrompt, Portion } from "~/lib/api/types";
import { formatCount } from "~/lib/format";

/** What a model was told: where each part is from, what it says, and what it cost in tokens. */
export function PromptParts({ prompt: { parts, tokens, counted } }: { prompt: CallPrompt }) {
  return (
    <div className="grid min-w-0 grid-cols-1 gap-2">
      <p className="text-fg-3">
        {formatCount(tokens)} tokens in all, as Z2 counts them
        {counted !== null && `; the provider counted ${formatCount(counted)}`}.
      </p>
      <ul aria-label="Parts of what it was told" className="grid min-w-0 grid-cols-1 gap-1.5">
        {parts.map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts never change, and two may say the same
          <Part key={at} part={part} share={tokens > 0 ? part.tokens / tokens : 0} />
        ))}
      </ul>
    </div>
  );
}

function Part({ part, share }: { part: Portion; share: number }) {
  const [open, setOpen] = useState(false);
  const line = <Line part={part} share={share} />;
  return (
    <li className="min-w-0 rounded-control border-[1.5px] border-line bg-bg/50">
      {part.text === "" ? (
        <p className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-0.5 py-1.5 pr-3 pl-9">{line}</p>
      ) : (
        <details className="group/part" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
          <summary className="flex min-h-11 items-center gap-2 rounded-control px-3 py-1.5 hover:bg-overlay focus-visible:-outline-offset-2">
            <Icon
              name="chevron-right"
              className="size-4 text-fg-3 transition-transform group-open/part:rotate-90"
            />
            <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-0.5">{line}</span>
          </summary>
          {open && (
            <div className="border-t-[1.5px] border-line p-3">
              <PlainWords
                label={part.title}
                text={part.origin === "tools" ? laidOut(part.text) : part.text}
              />
            </div>
          )}
        </details>
      )}
    </li>
  );
}

function Line({ part, share }: { part: Portion; share: number }) {
  return (
    <>
      <span className="min-w-0 break-words">{part.title}</span>
      <span className="min-w-0 font-mono text-xs break-all text-fg-3">{part.origin}</span>
      {part.untrusted && <Tag>written by others</Tag>}
      <span className="ml-auto inline-flex items-center gap-2 whitespace-nowrap text-fg-2 tabular-nums">
        {formatCount(part.tokens)} {part.tokens === 1 ? "token" : "tokens"}
        <span aria-hidden="true" className="h-1.5 w-16 overflow-hidden rounded-full bg-overlay">
          <span className="block h-full rounded-full bg-info" style={{ width: `${100 * share}%` }} />
        </span>
      </span>
    </>
  );
}
