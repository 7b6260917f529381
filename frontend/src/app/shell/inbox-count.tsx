import { useInfiniteQuery } from "@tanstack/react-query";
import { inboxQuery } from "~/features/runs/api/read-inbox";

/** How much waits for the person at the page, beside the way to the inbox; nothing where nothing does. */
export function InboxCount({ className = "" }: { className?: string }) {
  const { data } = useInfiniteQuery(inboxQuery);
  const mine = data?.pages.flatMap((page) => page.items).filter((ask) => ask.mine).length ?? 0;
  if (mine === 0) return null;
  const more = data?.pages.at(-1)?.next != null;
  return (
    <span
      className={`rounded-full bg-cta px-2 py-px text-xs font-semibold text-cta-fg tabular-nums ${className}`}
    >
      {mine}
      {more && "+"}
      <span className="sr-only"> for you</span>
    </span>
  );
}
