import { type UIEvent, useMemo, useRef } from "react";
import { Field } from "~/components/field";
import { Icon } from "~/components/icon";
import type { FieldError } from "~/lib/api/problem";
import { formatCount } from "~/lib/format";
import { sentence } from "~/lib/sentence";

const LINE = 24;
const SHOWN = 50;

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  mistakes: readonly FieldError[];
  hint?: string;
  rows?: number;
  readOnly?: boolean;
}

/** A text of YAML or JSON with the numbers of its lines, and its mistakes, each with the way to its place. */
export function SourceField({ label, value, onValue, mistakes, hint, rows = 22, readOnly = false }: Props) {
  const text = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const follow = (event: UIEvent<HTMLTextAreaElement>) => {
    if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
  };
  const go = (mistake: FieldError) => {
    const element = text.current;
    if (!element || !mistake.line) return;
    const at = placeIn(value, mistake.line, mistake.column ?? 1);
    element.focus();
    element.setSelectionRange(at, at);
    element.scrollTop = Math.max(0, (mistake.line - 4) * LINE);
  };
  const wrong =
    mistakes.length === 0
      ? undefined
      : `There ${mistakes.length === 1 ? "is one mistake" : `are ${mistakes.length} mistakes`} in it`;
  return (
    <div className="min-w-0">
      <Field label={label} hint={hint} error={wrong}>
        {(field) => (
          <div className="control flex min-w-0 overflow-hidden p-0 focus-within:border-fg-2">
            <Gutter gutter={gutter} value={value} mistakes={mistakes} />
            <textarea
              {...field}
              ref={text}
              rows={rows}
              wrap="off"
              spellCheck={false}
              autoComplete="off"
              autoCapitalize="none"
              readOnly={readOnly}
              value={value}
              onScroll={follow}
              onChange={(event) => onValue(event.target.value)}
              className="min-w-0 flex-1 resize-y rounded-control bg-transparent px-3 py-2 font-mono text-sm leading-6 [font-variant-ligatures:none] focus-visible:-outline-offset-4"
            />
          </div>
        )}
      </Field>
      {mistakes.length > 0 && (
        <ol aria-label="Mistakes" className="mt-3 grid gap-1 text-sm">
          {mistakes.slice(0, SHOWN).map((mistake) => (
            <li key={`${mistake.line} ${mistake.column} ${mistake.field} ${mistake.message}`}>
              <Mistake mistake={mistake} onGo={() => go(mistake)} />
            </li>
          ))}
          {mistakes.length > SHOWN && (
            <li className="text-fg-3">and {formatCount(mistakes.length - SHOWN)} more</li>
          )}
        </ol>
      )}
    </div>
  );
}

interface GutterProps {
  gutter: React.RefObject<HTMLDivElement | null>;
  value: string;
  mistakes: readonly FieldError[];
}

function Gutter({ gutter, value, mistakes }: GutterProps) {
  const count = useMemo(() => value.split("\n").length, [value]);
  const wrong = new Set(mistakes.map(({ line }) => line));
  return (
    // as wide as its numbers and as high as the text beside it, however many lines there are
    <div
      aria-hidden="true"
      className="relative shrink-0 border-r-[1.5px] border-line bg-surface font-mono text-sm leading-6 text-fg-3 select-none"
      style={{ width: `${String(count).length + 2}ch` }}
    >
      <div ref={gutter} className="absolute inset-0 overflow-hidden py-2 text-right">
        {Array.from({ length: count }, (_, at) => at + 1).map((line) => (
          <div key={line} className={`px-[1ch] ${wrong.has(line) ? "bg-danger text-bg" : ""}`}>
            {line}
          </div>
        ))}
        <div className="h-8" />
      </div>
    </div>
  );
}

function Mistake({ mistake, onGo }: { mistake: FieldError; onGo: () => void }) {
  const { line, column, field, message } = mistake;
  return (
    <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 rounded-control bg-raised px-3 py-2">
      <Icon name="triangle-alert" className="size-3.5 self-center text-danger" />
      {line ? (
        <button
          type="button"
          onClick={onGo}
          className="rounded-sm font-medium text-info underline underline-offset-4"
        >
          Line {line}
          {column ? `, column ${column}` : ""}
        </button>
      ) : null}
      {field && <code className="font-mono text-xs break-all text-fg-2">{field}</code>}
      <span className="min-w-0 basis-60 break-words sm:flex-1">{sentence(message)}</span>
    </p>
  );
}

/** The offset of a line and column, both counted from one. */
export function placeIn(text: string, line: number, column: number): number {
  const before = text
    .split("\n")
    .slice(0, line - 1)
    .reduce((sum, one) => sum + one.length + 1, 0);
  return Math.min(text.length, before + column - 1);
}
