import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "~/components/button";
import type { IconName } from "~/components/icon";

interface Props {
  open: boolean;
  onOpen: () => void;
  icon?: IconName;
  /** What a screen reader says where the text alone does not tell what it is about. */
  label?: string;
  children: ReactNode;
}

/** Opens a part of the page. When that closes, the keyboard continues here and not at the top of the page. */
export function OpeningButton({ open, onOpen, icon, label, children }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(open);
  useEffect(() => {
    if (before.current && !open && document.activeElement === document.body) button.current?.focus();
    before.current = open;
  }, [open]);
  return (
    <Button ref={button} aria-expanded={open} aria-label={label} {...(icon && { icon })} onClick={onOpen}>
      {children}
    </Button>
  );
}
