import { Icon } from "~/components/icon";
import { useTalk } from "~/features/sessions/talk";
import type { Turn } from "~/features/sessions/thread";

/** At an end they stay where they are, and so does the keyboard. */
const STEP =
  "grid size-9 place-items-center rounded-control hover:bg-overlay aria-disabled:cursor-not-allowed aria-disabled:opacity-40";

/** Of several messages at one place: which this is, and the way to those beside it. */
export function BranchSwitch({ turn, what }: { turn: Turn; what: "question" | "answer" }) {
  const { onBranch } = useTalk();
  const { beside, message } = turn;
  if (beside.length < 2) return null;
  const at = beside.indexOf(message.id);
  const [earlier, later] = [beside[at - 1], beside[at + 1]];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is sent, and this is looked at
    <span role="group" aria-label={`Branches of this ${what}`} className="inline-flex items-center text-fg-3">
      <button
        type="button"
        aria-label={`Earlier ${what}`}
        aria-disabled={earlier === undefined}
        onClick={() => earlier && onBranch(earlier)}
        className={STEP}
      >
        <Icon name="chevron-left" />
      </button>
      <span className="text-sm tabular-nums">
        {at + 1} of {beside.length}
      </span>
      <button
        type="button"
        aria-label={`Later ${what}`}
        aria-disabled={later === undefined}
        onClick={() => later && onBranch(later)}
        className={STEP}
      >
        <Icon name="chevron-right" />
      </button>
    </span>
  );
}
