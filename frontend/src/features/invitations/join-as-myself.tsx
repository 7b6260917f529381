import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "~/components/button";
import { Refusal } from "~/components/refusal";
import { acceptInvitation } from "~/features/invitations/api/accept-invitation";
import { toProblem } from "~/lib/api/problem";
import { isVoid } from "~/lib/api/void-link";

interface Props {
  invitation: string;
  name: string;
  ifVoid: ReactNode;
  onJoined: () => void;
}

export function JoinAsMyself({ invitation, name, ifVoid, onJoined }: Props) {
  const join = useMutation({ mutationFn: () => acceptInvitation(invitation), onSuccess: onJoined });
  const problem = join.error ? toProblem(join.error) : undefined;
  if (problem && isVoid(problem)) return ifVoid;
  return (
    <div className="grid gap-5">
      <Refusal title="You could not join" problem={problem} />
      <p>
        You are signed in as <strong className="break-words">{name}</strong>, and join with this account.
      </p>
      <Button kind="primary" busy={join.isPending} disabled={join.isPending} onClick={() => join.mutate()}>
        Join the workspace
      </Button>
    </div>
  );
}
