import type { ReactNode } from "react";
import { Icon } from "~/components/icon";

/** A quiet word that something was done, also for those who do not see it. */
export function Saved({ when, children }: { when: boolean; children: ReactNode }) {
  return (
    <span role="status" className="inline-flex items-center gap-1.5 text-sm text-ok">
      {when && (
        <>
          <Icon name="check" />
          {children}
        </>
      )}
    </span>
  );
}
