import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Button } from "~/components/button";
import { Notice } from "~/components/notice";
import { Refusal } from "~/components/refusal";
import { verifyEmail } from "~/features/links/api/verify-email";
import { toProblem } from "~/lib/api/problem";
import { isVoid } from "~/lib/api/void-link";

/** Confirming an address takes a press: programs that look into mail open links too. */
export function VerifyEmail({ link, ifVoid }: { link: string; ifVoid: ReactNode }) {
  const verify = useMutation({ mutationFn: () => verifyEmail(link) });
  const problem = verify.error ? toProblem(verify.error) : undefined;
  if (!link || (problem && isVoid(problem))) return ifVoid;
  if (verify.data !== undefined) {
    return (
      <div role="status">
        <Notice tone="ok" title="The address is yours">
          From now on you can also sign in with {verify.data}.
        </Notice>
      </div>
    );
  }
  return (
    <div className="grid gap-5">
      <Refusal title="The address could not be confirmed" problem={problem} />
      <p>Confirm that the address to which this link was sent is yours.</p>
      <Button
        kind="primary"
        busy={verify.isPending}
        disabled={verify.isPending}
        onClick={() => verify.mutate()}
      >
        Confirm the address
      </Button>
    </div>
  );
}
