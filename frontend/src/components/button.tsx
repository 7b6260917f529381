import type { ComponentProps } from "react";
import { Icon, type IconName } from "~/components/icon";

export type ButtonKind = "primary" | "quiet" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "border-cta bg-cta text-cta-fg hover:border-cta-hover hover:bg-cta-hover",
  quiet:
    "border-edge text-fg hover:border-fg-2 hover:bg-overlay aria-pressed:border-info aria-pressed:bg-overlay",
  danger: "border-danger text-danger hover:bg-danger hover:text-bg",
};

/** The look of a button, for links that lead to an action as well. */
export function buttonClass(kind: ButtonKind, small = false): string {
  const size = small ? "min-h-9 px-3 text-sm" : "min-h-11 px-4";
  return `inline-flex items-center justify-center gap-2 rounded-control border-[1.5px] font-medium whitespace-nowrap
    transition-colors duration-200 disabled:cursor-not-allowed disabled:opacity-55 ${size} ${KINDS[kind]}`;
}

interface ButtonProps extends ComponentProps<"button"> {
  kind?: ButtonKind;
  small?: boolean;
  icon?: IconName;
  busy?: boolean;
}

export function Button({
  kind = "quiet",
  small = false,
  icon,
  busy = false,
  children,
  ...rest
}: ButtonProps) {
  const shown = busy ? "loader-circle" : icon;
  return (
    <button type="button" {...rest} className={`${buttonClass(kind, small)} ${rest.className ?? ""}`}>
      {shown && <Icon name={shown} className={busy ? "spin size-4" : "size-4"} />}
      {children}
    </button>
  );
}
