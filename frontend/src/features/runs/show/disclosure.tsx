import { type ReactNode, useId, useState } from "react";
import { Icon } from "~/components/icon";

interface Props {
  label: ReactNode;
  beside: ReactNode;
  /** Whether it stands open as long as nobody has said otherwise. */
  opens: boolean;
  children: ReactNode;
}

/** A line that opens and closes what is under it, which is not there before. */
export function Disclosure({ label, beside, opens, children }: Props) {
  const [chosen, setChosen] = useState<boolean>();
  const id = useId();
  const open = chosen ?? opens;
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setChosen(!open)}
        className="flex min-h-11 w-full min-w-0 items-center gap-2 rounded-control px-2 py-1.5 text-left hover:bg-overlay"
      >
        <Icon
          name="chevron-right"
          className={`size-4 text-fg-3 transition-transform ${open ? "rotate-90" : ""}`}
        />
        <span className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-4 gap-y-0.5">
          <span className="min-w-0 break-words">{label}</span>
          {beside}
        </span>
      </button>
      {open && <div id={id}>{children}</div>}
    </>
  );
}
