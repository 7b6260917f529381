import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { PlainWords } from "~/components/plain-words";
import { Tag } from "~/components/records";
import { laidOut } from "~/components/stored-text";
import { effectWords, toolLook } from "~/features/runs/acting/act-words";
import type { ToolUse } from "~/features/runs/acting/acts";
import { readToolArguments, readToolOutput } from "~/features/runs/api/read-tool-text";
import { toProblem } from "~/lib/api/problem";
import { formatDuration } from "~/lib/format";

interface Props {
  runId: string;
  step: string;
  use: ToolUse;
  over: boolean;
}

/** One call of a tool: its name and how it stands, and folded in what it was given and what it gave. */
export function ToolItem({ runId, step, use, over }: Props) {
  const [open, setOpen] = useState(false);
  const look = toolLook(use, over);
  return (
    <li className="min-w-0 rounded-control border-[1.5px] border-line bg-bg/50">
      <details className="group/tool" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary className="flex min-h-11 flex-wrap items-center gap-x-2 gap-y-0.5 rounded-control px-3 py-1.5 text-sm hover:bg-overlay focus-visible:-outline-offset-2">
          <Icon
            name="chevron-right"
            className="size-4 text-fg-3 transition-transform group-open/tool:rotate-90"
          />
          <span className="min-w-0 font-mono break-all">{use.tool}</span>
          <span className={`ml-auto inline-flex items-center gap-1.5 font-medium ${look.color}`}>
            <Icon name={look.icon} className={look.moving ? "spin size-4" : "size-4"} />
            {look.word}
            {use.durationMs !== null && (
              <span className="font-normal text-fg-3 tabular-nums">{formatDuration(use.durationMs)}</span>
            )}
          </span>
        </summary>
        {open && <Inside runId={runId} step={step} use={use} />}
      </details>
    </li>
  );
}

function Inside({ runId, step, use }: Omit<Props, "over">) {
  const place = { runId, step, call: use.call, index: use.index };
  const effect = effectWords(use.effect);
  return (
    <div className="grid grid-cols-1 min-w-0 gap-3 border-t-[1.5px] border-line p-3 text-sm">
      <p className="flex flex-wrap gap-2 empty:hidden">
        {effect && <Tag>{effect}</Tag>}
        {use.untrusted && <Tag>written by others</Tag>}
      </p>
      {use.status === "in_doubt" && (
        <p className="text-warn">
          It was begun, and nobody knows whether it was done. It was not done again.
        </p>
      )}
      <Words label="What it was given" query={readToolArguments(place, use.arguments.sha256)} />
      {use.output && <Words label="What it gave" query={readToolOutput(place, use.output.sha256)} />}
      {use.problem && (
        <p>
          <span className="text-fg-3">Why it failed: </span>
          <code className="font-mono text-danger">{use.problem}</code>
        </p>
      )}
    </div>
  );
}

type Stored = UseQueryOptions<string, Error, string, string[]>;

function Words({ label, query }: { label: string; query: Stored }) {
  const { data, error, refetch } = useQuery(query);
  if (error) {
    return (
      <ProblemNotice
        what={`${label} could not be read`}
        problem={toProblem(error)}
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) return null;
  return <PlainWords label={label} text={laidOut(data)} />;
}
