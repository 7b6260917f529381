import { Status } from "~/components/status";
import { Disclosure } from "~/features/runs/show/disclosure";
import { StepDetails } from "~/features/runs/show/step-details";
import { StepInside } from "~/features/runs/show/step-inside";
import { statusOf, stepName } from "~/features/runs/show/step-words";
import type { Branch } from "~/features/runs/show/tree";
import type { StepStatus } from "~/lib/api/types";
import { kindWords } from "~/lib/kind-words";

/** Where something is to be seen or done without asking for it. */
const OPENS: readonly StepStatus[] = ["failed", "suspended", "running"];

/** A step inside another one. */
export function StepRow({ branch }: { branch: Branch }) {
  const { step, lists } = branch;
  const label = (
    <>
      <span className="font-medium">{stepName(step)}</span>{" "}
      <span className="text-sm text-fg-3">
        {step.shown_as === "agent" ? step.role : kindWords(step.shown_as)}
      </span>
    </>
  );
  return (
    <li className="card min-w-0">
      <Disclosure
        label={label}
        beside={<Status status={step.status} word={statusOf(step)} className="text-sm" />}
        opens={lists.length > 0 || OPENS.includes(step.status)}
      >
        <div className="pt-1">
          <StepDetails step={step} folded={lists.length > 0} />
        </div>
        {lists.length > 0 && <StepInside branch={branch} />}
      </Disclosure>
    </li>
  );
}
