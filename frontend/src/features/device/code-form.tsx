import { type FormEvent, useState } from "react";
import { Button } from "~/components/button";
import { Panel } from "~/components/panel";
import { Refusal } from "~/components/refusal";
import { TextField } from "~/components/text-field";
import { isComplete, userCode } from "~/features/device/user-code";
import type { Problem } from "~/lib/api/problem";

interface Props {
  carried: string;
  problem: Problem | undefined;
  busy: boolean;
  onCode: (code: string) => void;
}

export function CodeForm({ carried, problem, busy, onCode }: Props) {
  const [code, setCode] = useState(userCode(carried));
  const unknown = problem?.status === 404;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) onCode(code);
  };
  return (
    <Panel
      title="Which code does it show?"
      lead="Go on only if you have begun this yourself, and the code here is the one that you see there."
    >
      <form onSubmit={submit} className="grid max-w-sm gap-5">
        {!unknown && <Refusal title="The code could not be looked up" problem={problem} />}
        <TextField
          label="Code"
          placeholder="BCDF-GHJK"
          required
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          value={code}
          onValue={(typed) => setCode(userCode(typed))}
          error={unknown ? "nothing waits under this code; it may be mistyped or too old" : undefined}
        />
        <Button type="submit" kind="primary" busy={busy} disabled={!isComplete(code)}>
          Continue
        </Button>
      </form>
    </Panel>
  );
}
