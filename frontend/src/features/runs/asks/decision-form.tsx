import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/button";
import { Confirm } from "~/components/confirm";
import { ProblemNotice } from "~/components/notice";
import { laidOut } from "~/components/stored-text";
import { TextArea } from "~/components/text-area";
import { decideStep } from "~/features/runs/api/decide-step";
import { readSubject } from "~/features/runs/api/read-subject";
import { sending } from "~/features/runs/asks/answer-form";
import { LONGEST_NOTE, written } from "~/features/runs/asks/ask-words";
import { useDeciding } from "~/features/runs/asks/use-deciding";
import { toProblem } from "~/lib/api/problem";
import type { Ask } from "~/lib/api/types";

/** Approves, edits or rejects. What came of it is shown when the server has said so, and not before. */
export function DecisionForm({ ask }: { ask: Ask }) {
  const [note, setNote] = useState("");
  const [edited, setEdited] = useState<string>();
  const [rejecting, setRejecting] = useState(false);
  const [mistake, setMistake] = useState<string>();
  const decide = useDeciding(ask, decideStep);
  const subject = useSubject(ask);
  const problem = decide.error ? toProblem(decide.error) : undefined;
  const told = problem?.field("output");
  const approve = () => {
    decide.reset();
    if (edited === undefined) return decide.mutate({ decision: "approve", note });
    const found = written(edited, asJson(ask) ? (ask.schema ?? {}) : null);
    setMistake("mistake" in found ? found.mistake : undefined);
    if ("value" in found) decide.mutate({ decision: "edit", output: found.value, note });
  };
  const unread = edited === undefined && ask.subject !== null && subject === undefined;
  const begin = () => setEdited(edited === undefined ? laidOut(subject ?? "") : undefined);
  const refused = problem && !told && <ProblemNotice what="The decision was not taken" problem={problem} />;
  return (
    <div className="grid gap-4">
      {edited !== undefined && (
        <TextArea
          label={asJson(ask) ? "What goes on instead, as JSON" : "What goes on instead"}
          value={edited}
          onValue={setEdited}
          rows={8}
          mono={asJson(ask)}
          error={mistake ?? told}
        />
      )}
      <TextArea
        label="Note (optional)"
        value={note}
        onValue={setNote}
        rows={2}
        maxLength={LONGEST_NOTE}
        hint="It stays in the log with your decision."
      />
      {!rejecting && refused}
      <div className="flex flex-wrap gap-3">
        <Button kind="primary" icon="check" {...sending(decide)} onClick={approve}>
          {edited === undefined ? "Approve" : "Approve as edited"}
        </Button>
        <Button
          icon={edited === undefined ? "pencil" : "x"}
          disabled={sending(decide).disabled || unread}
          onClick={begin}
        >
          {edited === undefined ? "Edit" : "Leave it as it is"}
        </Button>
        <Button
          kind="danger"
          icon="ban"
          disabled={sending(decide).disabled}
          onClick={() => setRejecting(true)}
        >
          Reject
        </Button>
      </div>
      <Confirm
        open={rejecting && !decide.isSuccess}
        title="Reject this?"
        confirm="Reject"
        busy={decide.isPending}
        onConfirm={() => decide.mutate({ decision: "reject", note })}
        onClose={() => setRejecting(false)}
      >
        <p>The step fails then, and with it the run, unless the workflow says what is done instead.</p>
        <p className="mt-2">
          {note.trim() ? `Your note: ${note}` : "You have written no note that says why."}
        </p>
        {refused && <div className="mt-4">{refused}</div>}
      </Confirm>
    </div>
  );
}

/** Whether what is edited is JSON and not a text. */
function asJson(ask: Ask): boolean {
  return ask.subject?.media_type.startsWith("application/json") ?? false;
}

/** What is to be approved, as it is shown above. */
function useSubject(ask: Ask): string | undefined {
  const read = readSubject(ask.run_id, ask.step, ask.subject?.sha256 ?? "");
  return useQuery({ ...read, enabled: ask.subject !== null }).data;
}
