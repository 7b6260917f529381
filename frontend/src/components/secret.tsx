import type { ReactNode } from "react";
import { useEffect, useRef } from "react";
import { Button } from "~/components/button";
import { CopyButton } from "~/components/copy-button";

interface Props {
  title: string;
  secret: string;
  children: ReactNode;
  onDone: () => void;
}

/** What is shown this one time: it lives on this page only, and is gone when one has it. */
export function Secret({ title, secret, children, onDone }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className="rounded-card border-[1.5px] border-ok bg-raised p-5">
      <h3 ref={heading} tabIndex={-1} className="font-semibold outline-none">
        {title}
      </h3>
      <div className="mt-1 text-sm text-fg-3">{children}</div>
      <code className="mt-3 block rounded-control bg-bg p-3 font-mono text-sm break-all select-all">
        {secret}
      </code>
      <div className="mt-3 flex flex-wrap gap-3">
        <CopyButton text={secret} />
        <Button small icon="check" onClick={onDone}>
          I have it
        </Button>
      </div>
    </section>
  );
}
