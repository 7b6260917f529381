import type { ReactNode } from "react";

/** Things one under the other, each with what it is and what can be done with it. */
export function Records({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="grid divide-y-[1.5px] divide-line">
      {children}
    </ul>
  );
}

interface Props {
  title: ReactNode;
  tags?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}

export function RecordItem({ title, tags, children, actions }: Props) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 py-4 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="min-w-0 font-medium break-words">{title}</span>
          {tags}
        </p>
        {children && <div className="mt-1 text-sm text-fg-3">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </li>
  );
}

const TONES = { plain: "border-line text-fg-2", ok: "border-ok text-ok", warn: "border-warn text-warn" };

/** A word that tells a thing from others of its kind. */
export function Tag({ tone = "plain", children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <span
      className={`rounded-full border-[1.5px] bg-bg px-2.5 py-px text-xs whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}
