import { Status } from "~/components/status";
import { useShown } from "~/features/runs/show/shown";
import { StepDetails } from "~/features/runs/show/step-details";
import { StepInside } from "~/features/runs/show/step-inside";
import { statusOf, stepName } from "~/features/runs/show/step-words";
import type { Branch } from "~/features/runs/show/tree";
import type { Step, StepStatus } from "~/lib/api/types";
import { kindWords } from "~/lib/kind-words";

const EDGES: Record<StepStatus, string> = {
  waiting: "border-line border-dashed",
  scheduled: "border-line",
  running: "border-info",
  open: "border-info",
  suspended: "border-warn",
  completed: "border-line",
  skipped: "border-line border-dashed",
  failed: "border-danger",
  cancelled: "border-line border-dashed",
};

const list = new Intl.ListFormat("en");

/** A step of the outermost list, with all that is inside it. */
export function StepCard({ branch }: { branch: Branch }) {
  const { step, lists } = branch;
  return (
    <li className={`card flex min-w-0 flex-col ${EDGES[step.status]}`}>
      <div className="p-5">
        <div className="flex items-start justify-between gap-3 text-sm">
          <Status status={step.status} word={statusOf(step)} />
          <Attempt step={step} />
        </div>
        <h2 className="mt-2 text-xl font-semibold break-words">{stepName(step)}</h2>
        <About step={step} />
      </div>
      <StepDetails step={step} folded={lists.length > 0} />
      {lists.length > 0 && <StepInside branch={branch} />}
    </li>
  );
}

function About({ step }: { step: Step }) {
  const { run } = useShown();
  const beside = run.steps.filter((one) => one.scope === step.scope);
  const after = step.needs.map((id) => {
    const needed = beside.find((one) => one.node === id);
    return needed ? stepName(needed) : id;
  });
  const what = step.shown_as === "agent" ? step.role : kindWords(step.shown_as);
  return (
    <p className="text-sm break-words text-fg-3">
      {what}
      {after.length > 0 && `, after ${list.format(after)}`}
    </p>
  );
}

/** What else is begun again is not tried again: a map is, for example, once all its items are over. */
const TRIED = ["agent", "tool", "transform", "plan"];

/** At which attempt a step is, where it is at one. */
function Attempt({ step }: { step: Step }) {
  if (step.attempt === 0 || !TRIED.includes(step.kind)) return null;
  return (
    <span className="text-right text-fg-3 tabular-nums">
      attempt {step.attempt} of {Math.max(step.attempt, step.max_attempts)}
    </span>
  );
}
