import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Notice } from "~/components/notice";
import { decideDevice } from "~/features/device/api/decide-device";
import { readDevice } from "~/features/device/api/read-device";
import { CodeForm } from "~/features/device/code-form";
import { WaitingPanel } from "~/features/device/waiting-panel";
import { toProblem } from "~/lib/api/problem";

/** A person lets a client in that shows them a code: they type it, see what asks, and say yes or no. */
export function DevicePage({ carried, name }: { carried: string; name: string }) {
  const [code, setCode] = useState("");
  const read = useMutation({ mutationFn: readDevice });
  const decide = useMutation({ mutationFn: decideDevice });
  if (decide.data !== undefined) return <Decided approved={decide.data} />;
  if (!read.data) {
    return (
      <CodeForm
        carried={carried}
        problem={read.error ? toProblem(read.error) : undefined}
        busy={read.isPending}
        onCode={(typed) => {
          setCode(typed);
          read.mutate(typed);
        }}
      />
    );
  }
  const { confirmation } = read.data;
  return (
    <WaitingPanel
      waiting={read.data}
      code={code}
      name={name}
      problem={decide.error ? toProblem(decide.error) : undefined}
      busy={decide.isPending}
      onDecide={(approve) => decide.mutate({ code, approve, confirmation })}
      onBack={() => {
        read.reset();
        decide.reset();
      }}
    />
  );
}

function Decided({ approved }: { approved: boolean }) {
  return (
    <div role="status">
      {approved ? (
        <Notice tone="ok" title="It is signed in">
          Go back to it; it goes on by itself within a few seconds. You can sign it out under Settings,
          Sign-ins.
        </Notice>
      ) : (
        <Notice tone="ok" title="It was not let in">
          The code is good for nothing any more. If you have not begun this yourself, somebody has tried to
          get in with your help: be wary of whoever sent you the code.
        </Notice>
      )}
    </div>
  );
}
