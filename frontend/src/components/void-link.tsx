import type { ReactNode } from "react";
import { Notice } from "~/components/notice";

/** A one-time link that is no good, and what to do about it. */
export function VoidLink({ children }: { children: ReactNode }) {
  return (
    <div className="grid gap-5">
      <Notice tone="warn" title="This link does not work any more">
        It has been used, was replaced by a newer one, or is too old.
      </Notice>
      <div className="text-fg-3">{children}</div>
    </div>
  );
}
