import { type ReactNode, useId } from "react";

interface Props {
  name: string;
  value: string;
  checked: boolean;
  disabled?: boolean;
  onChoose: () => void;
  title: ReactNode;
  children?: ReactNode;
}

const RADIO = `relative z-10 mt-1 size-4 shrink-0 appearance-none rounded-full border-[1.5px] border-edge bg-bg checked:border-info
  checked:bg-info checked:shadow-[inset_0_0_0_3px_var(--bg)] disabled:border-dashed forced-colors:appearance-auto`;

/** One of several cards to choose from: a radio button whose label covers the whole card. */
export function Choice({ name, value, checked, disabled = false, onChoose, title, children }: Props) {
  const id = useId();
  const look = checked ? "border-info bg-raised" : "border-line bg-bg";
  return (
    <div
      className={`relative flex min-w-0 gap-3 rounded-control border-[1.5px] p-4 transition-colors duration-200 ${look} ${disabled ? "" : "hover:border-edge"}`}
    >
      {checked && (
        <span aria-hidden="true" className="absolute inset-y-2 left-0 w-[3px] rounded-full bg-info" />
      )}
      <input
        id={id}
        type="radio"
        name={name}
        value={value}
        checked={checked}
        disabled={disabled}
        onChange={onChoose}
        aria-describedby={`${id}-more`}
        className={RADIO}
      />
      <div className="min-w-0 flex-1">
        <label
          htmlFor={id}
          className={`block font-medium break-words ${disabled ? "text-fg-3" : "cursor-pointer after:absolute after:inset-0"}`}
        >
          {title}
        </label>
        <div id={`${id}-more`}>{children}</div>
      </div>
    </div>
  );
}
