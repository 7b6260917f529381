import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button, type ButtonKind } from "~/components/button";

interface Props {
  open: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  busy: boolean;
  kind?: ButtonKind;
  /** Whether it holds a form that wants the room. */
  wide?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that matters. The browser's own dialog keeps the focus and knows Escape. */
export function Confirm({
  open,
  title,
  children,
  confirm,
  busy,
  kind = "danger",
  wide = false,
  onConfirm,
  onClose,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className={`card m-auto bg-raised p-5 text-fg sm:p-6 ${wide ? "w-[min(44rem,calc(100vw-2rem))]" : "w-[min(28rem,calc(100vw-2rem))]"}`}
    >
      <h2 id={id} className="text-xl font-semibold">
        {title}
      </h2>
      <div className="mt-2 text-fg-3">{children}</div>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <Button onClick={onClose}>Back</Button>
        <Button kind={kind} busy={busy} disabled={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
