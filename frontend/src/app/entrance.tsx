import type { ReactNode } from "react";
import { Brand } from "~/components/brand";

interface Props {
  title: string;
  lead: ReactNode;
  children: ReactNode;
  after?: ReactNode;
}

/** A page outside of the frame: for people who are not signed in, or not yet. */
export function Entrance({ title, lead, children, after }: Props) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <title>{`${title} · Z2`}</title>
      <div className="w-full max-w-md">
        <div className="mb-8 flex items-center gap-4">
          <Brand className="size-14 shrink-0" />
          <div className="min-w-0">
            <h1 className="text-3xl font-semibold break-words">{title}</h1>
            <p className="text-fg-3">{lead}</p>
          </div>
        </div>
        <div className="card p-6 sm:p-7">{children}</div>
        {after && <div className="mt-5 text-center text-sm text-fg-3">{after}</div>}
      </div>
    </main>
  );
}

export const TEXT_LINK = "rounded-sm text-fg-2 underline underline-offset-4 hover:text-fg";
