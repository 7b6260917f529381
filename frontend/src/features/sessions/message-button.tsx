import { type ReactNode, useEffect, useRef } from "react";
import { Icon, type IconName } from "~/components/icon";
import type { Problem } from "~/lib/api/problem";
import { sentence } from "~/lib/sentence";

interface Props {
  icon: IconName;
  pressed?: boolean;
  expanded?: boolean;
  busy?: boolean;
  disabled?: boolean;
  problem?: Problem | undefined;
  /** What could not be done, where the API has refused it. */
  failed?: string;
  onClick: () => void;
  children: ReactNode;
}

/** Something small that can be done with a message. What it has opened gives the keyboard back when it closes. */
export function MessageButton({
  icon,
  pressed,
  expanded,
  busy = false,
  disabled = false,
  problem,
  failed,
  onClick,
  children,
}: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(expanded);
  useEffect(() => {
    const closed = before.current === true && expanded === false;
    if (closed && document.activeElement === document.body) button.current?.focus();
    before.current = expanded;
  }, [expanded]);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-pressed={pressed}
        aria-expanded={expanded}
        disabled={busy || disabled}
        onClick={onClick}
        className="inline-flex min-h-9 items-center gap-1.5 rounded-control px-2 text-sm text-fg-3 hover:bg-overlay hover:text-fg disabled:cursor-not-allowed disabled:opacity-55 aria-pressed:text-info"
      >
        <Icon name={busy ? "loader-circle" : icon} className={busy ? "spin size-4" : "size-4"} />
        {children}
      </button>
      {problem && (
        <span role="alert" className="text-sm text-danger">
          {failed}: {sentence(problem.detail || problem.title)}
        </span>
      )}
    </>
  );
}
