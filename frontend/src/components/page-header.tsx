import type { ReactNode } from "react";

interface Props {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
}

/** The head of a page: its one main heading, its document title and its main action. */
export function PageHeader({ title, lead, action }: Props) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <title>{`${title} · Z2`}</title>
      <div className="min-w-0">
        <h1 className="text-3xl font-semibold break-words">{title}</h1>
        {lead && <p className="mt-1.5 max-w-2xl text-fg-3">{lead}</p>}
      </div>
      {action}
    </header>
  );
}
