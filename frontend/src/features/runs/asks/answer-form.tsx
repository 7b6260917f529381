import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { ProblemNotice } from "~/components/notice";
import { TextArea } from "~/components/text-area";
import { answerStep } from "~/features/runs/api/decide-step";
import { sketch, takesText, written } from "~/features/runs/asks/ask-words";
import { useDeciding } from "~/features/runs/asks/use-deciding";
import { toProblem } from "~/lib/api/problem";
import type { Ask } from "~/lib/api/types";

/** Answers a question: with a text, or with JSON where the workflow says what the answer must look like. */
export function AnswerForm({ ask }: { ask: Ask }) {
  const [text, setText] = useState(() => sketch(ask.schema));
  const [mistake, setMistake] = useState<string>();
  const answer = useDeciding(ask, answerStep);
  const asText = takesText(ask.schema);
  const problem = answer.error ? toProblem(answer.error) : undefined;
  const told = problem?.field("data") ?? problem?.field("text");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (answer.isPending || answer.isSuccess) return;
    answer.reset();
    const found = written(text, ask.schema);
    setMistake("mistake" in found ? found.mistake : undefined);
    if ("value" in found) answer.mutate(found.value);
  };
  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      <TextArea
        label={asText ? "Your answer" : "Your answer, as JSON"}
        value={text}
        onValue={setText}
        rows={asText ? 3 : 6}
        mono={!asText}
        error={mistake ?? told}
      />
      {problem && !told && <ProblemNotice what="The answer was not taken" problem={problem} />}
      <div>
        <Button type="submit" kind="primary" icon="check" {...sending(answer)}>
          Send the answer
        </Button>
      </div>
    </form>
  );
}

/** How a button stands whose wish is under way, or has been taken and is not shown by the log yet. */
export function sending(wish: { isPending: boolean; isSuccess: boolean }) {
  const under = wish.isPending || wish.isSuccess;
  return { busy: under, disabled: under };
}
