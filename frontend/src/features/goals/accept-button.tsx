import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { InputFields } from "~/components/input-fields";
import { ModelSelect } from "~/components/model-select";
import { SelectField } from "~/components/select-field";
import { TextField } from "~/components/text-field";
import { acceptGoal } from "~/features/goals/api/accept-goal";
import type { AcceptGoal, Goal, GoalDraft, Model } from "~/lib/api/types";
import { type Given, type GivenFaults, givenFaults, toRunInput } from "~/lib/given";
import { MAX_TITLE } from "~/lib/text-document";

type What = "document" | "input" | "publish";

interface Props {
  goal: Goal;
  draft: GoalDraft;
  models: readonly Model[];
  mayStart: boolean;
  disabled: boolean;
}

const LABELS: Record<What, string> = {
  document: "Publish it and start it on the document",
  input: "Publish it and start it on another input",
  publish: "Publish it only",
};
const FIELDS = ["title", "text", "data", "input", "model"];

/** Publishes the draft as a workflow, and starts that on what the person says. */
export function AcceptButton({ goal, draft, models, mayStart, disabled }: Props) {
  const queryClient = useQueryClient();
  const choices = (["document", "input", "publish"] as const).filter(
    (what) => what === "publish" || (mayStart && (what === "input" || goal.document)),
  );
  const [what, setWhat] = useState<What>(choices[0] ?? "publish");
  const [given, setGiven] = useState<Given>({ form: "text", title: titleOf(goal), text: "" });
  const [model, setModel] = useState(goal.model ?? "");
  const [faults, setFaults] = useState<GivenFaults>({});
  const check = () => {
    const found: GivenFaults = what === "input" ? givenFaults(given) : {};
    if (what === "document" && given.title.trim() === "") found.title = "Give the run a title.";
    setFaults(found);
    return Object.keys(found).length === 0;
  };
  const act = async () => {
    await acceptGoal(goal.id, bodyOf(what, given, model));
    await queryClient.invalidateQueries({ queryKey: ["goals"] });
  };
  return (
    <AskingButton
      label="Accept the draft"
      icon="check"
      kind="primary"
      size="normal"
      wide
      disabled={disabled}
      question="Accept this draft?"
      confirm={what === "publish" ? "Publish it" : "Publish and start"}
      confirmKind="primary"
      failed="The draft was not accepted"
      fields={FIELDS}
      check={check}
      act={act}
    >
      {(said) => (
        <div className="grid gap-4">
          <p>
            {draft.drafted_by === "person" ? "As it was edited, it" : "It"} becomes a workflow of this
            workspace.
          </p>
          <SelectField
            label="What shall happen"
            value={what}
            options={choices.map((value) => ({ value, label: LABELS[value] }))}
            onValue={(value) => setWhat(choices.find((one) => one === value) ?? "publish")}
          />
          {what === "document" && (
            <TextField
              label="Title of the run"
              value={given.title}
              maxLength={MAX_TITLE}
              onValue={(title) => setGiven({ ...given, title })}
              error={faults.title ?? said("title")}
            />
          )}
          {what === "input" && (
            <InputFields
              given={given}
              faults={{ ...told("title", said), ...told("text", said), ...faults }}
              onGiven={setGiven}
            />
          )}
          {what !== "publish" && (
            <ModelSelect
              label="Model"
              models={models}
              value={model}
              onValue={setModel}
              error={said("model")}
              hint="For agents that the draft gives no model of their own."
            />
          )}
        </div>
      )}
    </AskingButton>
  );
}

function told(field: keyof GivenFaults, said: (field: string) => string | undefined): GivenFaults {
  const message = said(field) ?? (field === "text" ? (said("data") ?? said("input")) : undefined);
  return message === undefined ? {} : { [field]: message };
}

function bodyOf(what: What, given: Given, model: string): AcceptGoal {
  if (what === "publish") return { start: false };
  const asked = model === "" ? {} : { model };
  if (what === "document") return { start: true, title: given.title.trim(), ...asked };
  return { start: true, input: toRunInput(given), ...asked };
}

function titleOf(goal: Goal): string {
  return goal.goal.split("\n", 1)[0]?.slice(0, MAX_TITLE).trim() ?? "";
}
