import { Fragment, useMemo } from "react";
import { Connectors } from "~/features/runs/show/connectors";
import { type Shown, ShownContext } from "~/features/runs/show/shown";
import { StepCard } from "~/features/runs/show/step-card";
import { type Branch, tree } from "~/features/runs/show/tree";
import { rows } from "~/lib/dag";

const COLUMNS: Record<number, string> = {
  1: "mx-auto max-w-3xl",
  2: "xl:grid-cols-2",
  3: "xl:grid-cols-3",
};
const CONTAINERS = ["parallel", "map", "loop", "branch", "plan"];

interface Level {
  branches: readonly Branch[];
  /** Whether they stand one under the other, for what is inside them needs the width. */
  stacked: boolean;
}

/** The steps in the order in which they can happen, those that can happen together side by side. */
export function StepsView({ shown }: { shown: Shown }) {
  const { steps } = shown.run;
  const levels = useMemo(() => {
    const branches = tree(steps).map((branch) => ({
      ...branch,
      id: branch.step.id,
      needs: branch.step.needs,
    }));
    return rows(branches).map((level): Level => ({ branches: level, stacked: level.some(isContainer) }));
  }, [steps]);
  const wide = levels.some(({ stacked }) => stacked);
  return (
    <ShownContext value={shown}>
      <section aria-label="Steps">
        {levels.map(({ branches, stacked }, at) => (
          <Fragment key={branches.map(({ step }) => step.id).join(" ")}>
            {at > 0 && (
              <Connectors
                above={(levels[at - 1]?.branches ?? []).map(({ step }) => step)}
                below={branches.map(({ step }) => step)}
                plain={stacked || levels[at - 1]?.stacked === true}
              />
            )}
            <ul
              className={`grid w-full gap-4 ${stacked || (wide && branches.length === 1) ? "" : columns(branches)}`}
            >
              {branches.map((branch) => (
                <StepCard key={branch.step.id} branch={branch} />
              ))}
            </ul>
          </Fragment>
        ))}
      </section>
    </ShownContext>
  );
}

function columns(branches: readonly Branch[]): string {
  return COLUMNS[branches.length] ?? "md:grid-cols-2 xl:grid-cols-4";
}

function isContainer({ step, lists }: Branch): boolean {
  return lists.length > 0 || CONTAINERS.includes(step.kind);
}
