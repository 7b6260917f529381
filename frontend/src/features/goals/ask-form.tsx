import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "~/components/button";
import { FileButton } from "~/components/file-button";
import { Icon } from "~/components/icon";
import { ModelSelect } from "~/components/model-select";
import { Refusal } from "~/components/refusal";
import { TextArea } from "~/components/text-area";
import { TextField } from "~/components/text-field";
import { askGoal } from "~/features/goals/api/ask-goal";
import { toProblem } from "~/lib/api/problem";
import type { AskGoal, Model } from "~/lib/api/types";
import { microUsd } from "~/lib/micro-usd";
import { newKey } from "~/lib/new-key";
import { faultOf, readTextFile } from "~/lib/text-document";

const LONGEST = 4_000;
const FIELDS = ["goal", "document", "model", "micro_usd"];

interface Wish {
  goal: string;
  document: string;
  model: string;
  budget: string;
}

interface Props {
  models: readonly Model[];
  onAsked: (goalId: string) => void;
}

/** Says what is to be reached. Nothing of what is drafted for it runs before somebody accepts it. */
export function AskForm({ models, onAsked }: Props) {
  const [wish, setWish] = useState<Wish>({ goal: "", document: "", model: "", budget: "" });
  const [faults, setFaults] = useState<Partial<Record<keyof Wish, string>>>({});
  const key = useRef(newKey());
  const ask = useMutation({ mutationFn: askGoal, onSuccess: onAsked });
  const problem = ask.error ? toProblem(ask.error) : undefined;
  const change = (next: Partial<Wish>) => {
    key.current = newKey();
    setFaults({});
    if (ask.isError) ask.reset();
    setWish({ ...wish, ...next });
  };
  const take = async (file: File | undefined) => {
    if (!file) return;
    const reading = await readTextFile(file);
    if (reading.ok) change({ document: reading.text });
    else setFaults({ document: reading.why });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ask.isPending) return;
    const found = faultsOf(wish);
    setFaults(found);
    if (Object.keys(found).length === 0) ask.mutate({ body: bodyOf(wish), key: key.current });
  };
  return (
    <form noValidate onSubmit={submit} className="card grid gap-5 p-5 sm:p-6">
      <h2 className="text-xl font-semibold">What do you want done?</h2>
      <Refusal title="Nothing could be asked for" problem={problem} fields={FIELDS} />
      <TextArea
        label="Goal"
        rows={3}
        maxLength={LONGEST}
        value={wish.goal}
        onValue={(goal) => change({ goal })}
        error={faults.goal ?? problem?.field("goal")}
        hint="As you would tell a colleague: “Find what is new in these minutes and who has to act.”"
      />
      <details className="group" open={wish.document !== "" || faults.document !== undefined}>
        <summary className="flex items-center gap-1.5 rounded-sm py-1 text-sm text-fg-2 hover:text-fg">
          <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
          With a document (optional)
        </summary>
        <div className="mt-3 grid gap-3">
          <div>
            <FileButton accept=".txt,.md,.markdown,.json,.csv,text/*" label="Document file" onFile={take} />
          </div>
          <TextArea
            label="Document"
            rows={6}
            value={wish.document}
            onValue={(document) => change({ document })}
            error={faults.document ?? problem?.field("document")}
            hint="What the team is to work on. An accepted draft is started on it."
          />
        </div>
      </details>
      <div className="grid gap-5 sm:grid-cols-2">
        <ModelSelect
          label="Model"
          models={models}
          value={wish.model}
          onValue={(model) => change({ model })}
          error={problem?.field("model")}
          hint="A language model drafts a workflow; the offline engine chooses a template."
        />
        <TextField
          label="Budget in dollars (optional)"
          inputMode="decimal"
          placeholder="0.50"
          autoComplete="off"
          value={wish.budget}
          onValue={(budget) => change({ budget })}
          error={faults.budget ?? problem?.field("micro_usd")}
          hint="The most for drafting, and then for each run."
        />
      </div>
      <div>
        <Button type="submit" kind="primary" icon="arrow-right" busy={ask.isPending}>
          Draft a workflow
        </Button>
      </div>
    </form>
  );
}

function faultsOf({ goal, document, budget }: Wish): Partial<Record<keyof Wish, string>> {
  const wrong = document === "" ? undefined : faultOf(document);
  return {
    ...(goal.trim() === "" && { goal: "Say what is to be reached." }),
    ...(wrong && { document: wrong }),
    ...(budget.trim() !== "" &&
      microUsd(budget) === undefined && { budget: "Give an amount in dollars, such as 0.50." }),
  };
}

function bodyOf({ goal, document, model, budget }: Wish): AskGoal {
  const most = microUsd(budget);
  return {
    goal: goal.trim(),
    ...(document !== "" && { document }),
    ...(model !== "" && { model }),
    ...(most !== undefined && { budget: { micro_usd: most } }),
  };
}
