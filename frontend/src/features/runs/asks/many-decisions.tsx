import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { CheckField } from "~/components/check-field";
import { Notice } from "~/components/notice";
import { TextArea } from "~/components/text-area";
import { decideMany } from "~/features/runs/api/decide-many";
import { LONGEST_NOTE } from "~/features/runs/asks/ask-words";
import type { Ask, Outcome } from "~/lib/api/types";
import { formatCount } from "~/lib/format";
import { sentence } from "~/lib/sentence";

interface Props {
  /** The approvals on the page that the person may decide. */
  approvals: readonly Ask[];
  chosen: readonly Ask[];
  onChoose: (chosen: readonly Ask[]) => void;
}

/** Decides several approvals with one note. What came of each is told by the server. */
export function ManyDecisions({ approvals, chosen, onChoose }: Props) {
  const [note, setNote] = useState("");
  const [refused, setRefused] = useState<readonly Outcome[]>([]);
  const queryClient = useQueryClient();
  const decide = async (decision: "approve" | "reject") => {
    const outcomes = await decideMany(chosen, decision, note);
    setRefused(outcomes.filter(({ position }) => position === null));
    onChoose([]);
    setNote("");
    await queryClient.invalidateQueries({ queryKey: ["inbox"] });
  };
  const count = chosen.length === 1 ? "1 approval" : `${formatCount(chosen.length)} approvals`;
  return (
    <section aria-label="Several at once" className="card grid gap-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <CheckField
          checked={chosen.length === approvals.length}
          onCheck={(all) => onChoose(all ? approvals : [])}
        >
          Select all {formatCount(approvals.length)} approvals shown
        </CheckField>
        <p role="status" className="text-sm text-fg-3">
          {chosen.length > 0 && `${count} selected`}
        </p>
      </div>
      {chosen.length > 0 && (
        <>
          <TextArea
            label="Note for all of them (optional)"
            value={note}
            onValue={setNote}
            rows={2}
            maxLength={LONGEST_NOTE}
            hint="It stays in the log with each decision."
          />
          <div className="flex flex-wrap gap-3">
            <AskingButton
              label={`Approve ${formatCount(chosen.length)}`}
              icon="check"
              kind="primary"
              size="normal"
              question={`Approve ${count}?`}
              confirm="Approve"
              confirmKind="primary"
              failed="They were not approved"
              act={() => decide("approve")}
            >
              <Chosen asks={chosen} note={note} />
            </AskingButton>
            <AskingButton
              label={`Reject ${formatCount(chosen.length)}`}
              icon="ban"
              kind="danger"
              size="normal"
              question={`Reject ${count}?`}
              confirm="Reject"
              failed="They were not rejected"
              act={() => decide("reject")}
            >
              <p>
                Their steps fail then, and with them the runs, unless the workflow says what is done instead.
              </p>
              <Chosen asks={chosen} note={note} />
            </AskingButton>
          </div>
        </>
      )}
      {refused.length > 0 && <Refused outcomes={refused} />}
    </section>
  );
}

const NAMED = 8;

function Chosen({ asks, note }: { asks: readonly Ask[]; note: string }) {
  return (
    <>
      <ul className="mt-2 list-disc pl-5">
        {asks.slice(0, NAMED).map((ask) => (
          <li key={`${ask.run_id} ${ask.step}`} className="break-words">
            {ask.run_title}: {ask.question}
          </li>
        ))}
        {asks.length > NAMED && <li>and {formatCount(asks.length - NAMED)} more</li>}
      </ul>
      <p className="mt-2">{note.trim() ? `Your note: ${note}` : "You have written no note that says why."}</p>
    </>
  );
}

function Refused({ outcomes }: { outcomes: readonly Outcome[] }) {
  return (
    <Notice
      tone="danger"
      title={
        outcomes.length === 1
          ? "One decision was not taken"
          : `${formatCount(outcomes.length)} decisions were not taken`
      }
    >
      <ul className="list-disc pl-5">
        {outcomes.slice(0, NAMED).map(({ run_id, step, detail, code }) => (
          <li key={`${run_id} ${step}`}>
            {step}: {sentence(detail)} <span className="font-mono text-xs text-fg-3">{code}</span>
          </li>
        ))}
        {outcomes.length > NAMED && <li>and {formatCount(outcomes.length - NAMED)} more</li>}
      </ul>
    </Notice>
  );
}
