import { type ReactNode, useState } from "react";
import { Button } from "~/components/button";
import { LazyMarkdown } from "~/components/lazy-markdown";
import { formatCount } from "~/lib/format";

const DEEPEST = 3;
const SHOWN_FIRST = 20;

interface Props {
  value: unknown;
  under: number;
  depth?: number;
}

/** A JSON value for reading: its texts as texts, its lists and objects with their parts one under the other. */
export function JsonView({ value, under, depth = 0 }: Props) {
  if (typeof value === "string") return <LazyMarkdown text={value} under={under} />;
  if (typeof value !== "object" || value === null || depth === DEEPEST) return <Exactly value={value} />;
  const inner = (part: unknown) => <JsonView value={part} under={under} depth={depth + 1} />;
  const parts: Part[] = Array.isArray(value)
    ? value.map((part, at) => ({ name: `${at + 1}`, value: part }))
    : Object.entries(value).map(([name, part]) => ({ name, value: part }));
  if (parts.length === 0) return <Exactly value={value} />;
  return <Parts parts={parts} inner={inner} />;
}

interface Part {
  name: string;
  value: unknown;
}

function Parts({ parts, inner }: { parts: readonly Part[]; inner: (part: unknown) => ReactNode }) {
  const [all, setAll] = useState(false);
  const shown = all ? parts : parts.slice(0, SHOWN_FIRST);
  return (
    <>
      <dl className="grid min-w-0 gap-3">
        {shown.map(({ name, value }) => (
          <div key={name} className="min-w-0 border-l-[3px] border-line pl-3">
            <dt className="font-mono text-xs break-words text-fg-3">{name}</dt>
            <dd className="min-w-0 break-words">{inner(value)}</dd>
          </div>
        ))}
      </dl>
      {shown.length < parts.length && (
        <Button small className="mt-3" onClick={() => setAll(true)}>
          Show all {formatCount(parts.length)}
        </Button>
      )}
    </>
  );
}

function Exactly({ value }: { value: unknown }) {
  return (
    <pre className="font-mono text-xs leading-relaxed break-words whitespace-pre-wrap text-fg-2">
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
