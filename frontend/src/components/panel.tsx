import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}

/** One matter of a page, with its own heading. */
export function Panel({ title, lead, action, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="card min-w-0 p-5 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 id={id} className="text-xl font-semibold">
            {title}
          </h2>
          {lead && <div className="mt-1 max-w-2xl text-sm text-fg-3">{lead}</div>}
        </div>
        {action}
      </div>
      {children && <div className="mt-5">{children}</div>}
    </section>
  );
}
