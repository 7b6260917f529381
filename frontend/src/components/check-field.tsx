import type { ReactNode } from "react";

interface Props {
  checked: boolean;
  onCheck: (checked: boolean) => void;
  /** What a screen reader says where the words beside it do not tell what it is about. */
  label?: string | undefined;
  children: ReactNode;
}

/** A box to tick, whose words can be clicked as well. */
export function CheckField({ checked, onCheck, label, children }: Props) {
  return (
    <label className="inline-flex min-h-11 cursor-pointer items-center gap-2.5">
      <input
        type="checkbox"
        className="size-5 shrink-0 accent-info"
        aria-label={label}
        checked={checked}
        onChange={(event) => onCheck(event.target.checked)}
      />
      <span className="min-w-0 break-words">{children}</span>
    </label>
  );
}
