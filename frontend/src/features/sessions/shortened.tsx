import { Icon } from "~/components/icon";
import { LazyMarkdown } from "~/components/lazy-markdown";
import type { SaidMessage } from "~/lib/api/types";
import { formatCount } from "~/lib/format";

/** Says that whoever answers is told less of what stands above from here on, and what instead. */
export function Shortened({ shortened }: { shortened: NonNullable<SaidMessage["shortened"]> }) {
  const { replaced, summary, tokens_before, tokens_after } = shortened;
  const what = `${formatCount(replaced)} ${replaced === 1 ? "message" : "messages"}`;
  const cost = `${formatCount(tokens_before)} tokens became ${formatCount(tokens_after)}`;
  return (
    <div className="mt-6 border-y-[1.5px] border-dashed border-line py-3 text-sm text-fg-3">
      <p className="flex items-start gap-2">
        <Icon name="archive" className="mt-0.5 size-4" />
        <span className="min-w-0">
          From here on{" "}
          {summary === null ? `${what} before this are left out` : `a summary stands for ${what}`} in what
          whoever answers is told: {cost}. Pinned messages stay word for word.
        </span>
      </p>
      {summary !== null && (
        <details className="group mt-1">
          <summary className="flex min-h-9 items-center gap-1.5 rounded-sm hover:text-fg">
            <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
            The summary
          </summary>
          <div className="mt-2 border-l-[3px] border-line pl-4">
            <LazyMarkdown text={summary} under={2} />
          </div>
        </details>
      )}
    </div>
  );
}
