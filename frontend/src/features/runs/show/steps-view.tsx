import { Fragment } from "react";
import type { Draft } from "~/features/runs/live/run-state";
import { Connectors } from "~/features/runs/show/connectors";
import { StepCard } from "~/features/runs/show/step-card";
import type { Run, Step } from "~/lib/api/types";
import { rows } from "~/lib/dag";

const COLUMNS: Record<number, string> = {
  1: "mx-auto max-w-3xl",
  2: "xl:grid-cols-2",
  3: "xl:grid-cols-3",
};

interface Props {
  run: Run;
  drafts: Readonly<Record<string, Draft>>;
}

/** The steps in the order in which they can happen, those that can happen together side by side. */
export function StepsView({ run, drafts }: Props) {
  const levels = rows(run.steps);
  return (
    <section aria-label="Steps">
      {levels.map((level, at) => (
        <Fragment key={level.map((step) => step.id).join(" ")}>
          {at > 0 && <Connectors above={levels[at - 1] ?? []} below={level} />}
          <Level run={run} level={level} drafts={drafts} />
        </Fragment>
      ))}
    </section>
  );
}

function Level({ run, level, drafts }: Props & { level: readonly Step[] }) {
  const columns = COLUMNS[level.length] ?? "md:grid-cols-2 xl:grid-cols-4";
  return (
    <ul className={`grid w-full gap-4 ${columns}`}>
      {level.map((step) => (
        <StepCard key={step.id} run={run} step={step} draft={drafts[step.id]} />
      ))}
    </ul>
  );
}
