import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { TextArea } from "~/components/text-area";
import { signalRun } from "~/features/runs/api/signal-run";
import { useRights } from "~/features/runs/show/rights";
import { broughtBy } from "~/lib/given";

/** Tells the run of the event that a step of it waits for. */
export function SendEvent({ runId, event }: { runId: string; event: string }) {
  const { signal } = useRights();
  const [written, setWritten] = useState("");
  const [mistake, setMistake] = useState<string>();
  if (!signal) return null;
  const check = () => {
    const found = broughtBy(written);
    setMistake("mistake" in found ? found.mistake : undefined);
    return "content" in found;
  };
  const act = () => {
    const found = broughtBy(written);
    return signalRun(runId, event, "content" in found ? found.content : undefined);
  };
  return (
    <AskingButton
      label="Send the event"
      about={event}
      icon="radio"
      question={`Has “${event}” happened?`}
      confirm="Send the event"
      confirmKind="primary"
      failed="The event could not be sent"
      fields={["data", "text"]}
      check={check}
      act={act}
    >
      {(said) => (
        <>
          <p className="mb-4">Every step of this run that waits for it goes on with what comes with it.</p>
          <TextArea
            label="What comes with it (optional)"
            hint="A text, or an object or a list as JSON."
            value={written}
            onValue={setWritten}
            rows={4}
            error={mistake ?? said("data") ?? said("text")}
          />
        </>
      )}
    </AskingButton>
  );
}
