import { useEffect, useState } from "react";
import { MessageButton } from "~/features/sessions/message-button";

const SHOWN_MS = 2000;

/** Copies what was said; it stays away where the browser offers no clipboard. */
export function CopyMessage({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  if (!navigator.clipboard) return null;
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <MessageButton icon={copied ? "check" : "copy"} onClick={copy}>
      <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
    </MessageButton>
  );
}
