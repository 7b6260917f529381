import { useState } from "react";
import { Button } from "~/components/button";
import { Status, statusWord } from "~/components/status";
import { Disclosure } from "~/features/runs/show/disclosure";
import { StepRow } from "~/features/runs/show/step-row";
import {
  type Branch,
  type Counts,
  counted,
  isOfNote,
  type List,
  listStatus,
} from "~/features/runs/show/tree";
import type { StepStatus } from "~/lib/api/types";
import { formatCount } from "~/lib/format";

const FEW = 6;
const PAGE = 25;

/** What is inside a step. Of many items there are counts first, and then no more rows than one can read. */
export function StepInside({ branch }: { branch: Branch }) {
  const { step, lists } = branch;
  const [only] = lists;
  return (
    <div className="min-w-0 border-t-[1.5px] border-line bg-bg/40 p-3 sm:p-4">
      {lists.length === 1 && only ? (
        <Titled list={only} />
      ) : lists.length <= FEW ? (
        <ul className="grid gap-3">
          {lists.map((list) => (
            <ListItem key={list.scope} list={list} opens />
          ))}
        </ul>
      ) : (
        <Many lists={lists} noun={step.kind === "loop" ? "turns" : "items"} />
      )}
    </div>
  );
}

function Titled({ list }: { list: List }) {
  return (
    <>
      {list.label && <p className="eyebrow mb-2 px-1">{list.label}</p>}
      <Rows list={list} />
    </>
  );
}

function Rows({ list }: { list: List }) {
  return (
    <ul className="grid gap-2">
      {list.steps.map((branch) => (
        <StepRow key={branch.step.id} branch={branch} />
      ))}
    </ul>
  );
}

function Many({ lists, noun }: { lists: readonly List[]; noun: string }) {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(false);
  const [limit, setLimit] = useState(PAGE);
  const found = chosen ? lists.filter(isOfNote) : lists;
  const left = found.length - limit;
  return (
    <div className="grid gap-3">
      <Tally counts={counted(lists)} />
      <div className="flex flex-wrap gap-2">
        <Button small aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? `Hide the ${noun}` : `Show the ${formatCount(lists.length)} ${noun}`}
        </Button>
        {open && (
          <Button small aria-pressed={chosen} onClick={() => setChosen(!chosen)}>
            Only those under way, waiting or failed
          </Button>
        )}
      </div>
      {open && (
        <ul className="grid gap-2">
          {found.slice(0, limit).map((list) => (
            <ListItem key={list.scope} list={list} opens={false} />
          ))}
        </ul>
      )}
      {open && found.length === 0 && <p className="text-sm text-fg-3">There are none.</p>}
      {open && left > 0 && (
        <Button small className="justify-self-center" onClick={() => setLimit(limit + PAGE)}>
          Show {Math.min(PAGE, left)} of {formatCount(left)} more
        </Button>
      )}
    </div>
  );
}

function Tally({ counts }: { counts: Counts }) {
  const entries = Object.entries(counts) as [StepStatus, number][];
  return (
    <ul aria-label="How many stand how" className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {entries.map(([status, count]) => (
        <li key={status}>
          <Status status={status} word={`${formatCount(count)} ${statusWord(status).toLowerCase()}`} />
        </li>
      ))}
    </ul>
  );
}

function ListItem({ list, opens }: { list: List; opens: boolean }) {
  const about = <Status status={listStatus(list)} className="text-sm" />;
  return (
    <li className="min-w-0 border-l-[3px] border-line pl-2">
      <Disclosure label={list.label} beside={about} opens={opens}>
        <Rows list={list} />
      </Disclosure>
    </li>
  );
}
