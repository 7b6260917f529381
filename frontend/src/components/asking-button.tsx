import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button, type ButtonKind } from "~/components/button";
import { Confirm } from "~/components/confirm";
import type { IconName } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { toProblem } from "~/lib/api/problem";

interface Props {
  label: string;
  /** What a screen reader says where the label alone does not tell what it is about. */
  about?: string;
  icon?: IconName;
  kind?: ButtonKind;
  question: string;
  confirm: string;
  failed: string;
  children: ReactNode;
  act: () => Promise<unknown>;
}

/** A button that asks before it acts. What it did is shown when the server has said so, and not before. */
export function AskingButton({ label, about, icon, kind, question, confirm, failed, children, act }: Props) {
  const [asking, setAsking] = useState(false);
  const action = useMutation({ mutationFn: act, onSuccess: () => setAsking(false) });
  const close = () => {
    setAsking(false);
    action.reset();
  };
  return (
    <>
      <Button
        small
        {...(kind && { kind })}
        {...(icon && { icon })}
        aria-label={about ? `${label}: ${about}` : undefined}
        onClick={() => setAsking(true)}
      >
        {label}
      </Button>
      <Confirm
        open={asking}
        title={question}
        confirm={confirm}
        busy={action.isPending}
        onConfirm={() => action.mutate()}
        onClose={close}
      >
        {children}
        {action.error && (
          <div className="mt-4">
            <ProblemNotice what={failed} problem={toProblem(action.error)} />
          </div>
        )}
      </Confirm>
    </>
  );
}
