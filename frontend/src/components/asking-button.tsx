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
  size?: "small" | "normal";
  question: string;
  confirm: string;
  confirmKind?: ButtonKind;
  failed: string;
  /** The names that the API has for the fields in the question, which tell by themselves what is wrong with them. */
  fields?: readonly string[];
  /** What is asked; of a form it is told what the API has refused. */
  children: ReactNode | ((said: (field: string) => string | undefined) => ReactNode);
  wide?: boolean;
  disabled?: boolean;
  onOpen?: () => void;
  /** Whether what is filled in can be sent; where it cannot, the form says why. */
  check?: () => boolean;
  act: () => Promise<unknown>;
}

/** A button that asks before it acts. What it did is shown when the server has said so, and not before. */
export function AskingButton({
  label,
  about,
  icon,
  kind,
  size = "small",
  question,
  confirm,
  confirmKind = "danger",
  failed,
  fields = [],
  children,
  wide = false,
  disabled = false,
  onOpen,
  check = () => true,
  act,
}: Props) {
  const [asking, setAsking] = useState(false);
  const action = useMutation({ mutationFn: act, onSuccess: () => setAsking(false) });
  const problem = action.error ? toProblem(action.error) : undefined;
  const close = () => {
    setAsking(false);
    action.reset();
  };
  const open = () => {
    onOpen?.();
    setAsking(true);
  };
  const send = () => {
    action.reset();
    if (check()) action.mutate();
  };
  const said = (field: string) => problem?.field(field);
  const told = fields.some(said);
  return (
    <>
      <Button
        small={size === "small"}
        {...(kind && { kind })}
        {...(icon && { icon })}
        aria-label={about ? `${label}: ${about}` : undefined}
        disabled={disabled}
        onClick={open}
      >
        {label}
      </Button>
      <Confirm
        open={asking}
        wide={wide}
        title={question}
        confirm={confirm}
        kind={confirmKind}
        busy={action.isPending}
        onConfirm={send}
        onClose={close}
      >
        {asking && (typeof children === "function" ? children(said) : children)}
        {problem && !told && (
          <div className="mt-4">
            <ProblemNotice what={failed} problem={problem} />
          </div>
        )}
      </Confirm>
    </>
  );
}
