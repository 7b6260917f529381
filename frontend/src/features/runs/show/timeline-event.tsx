import { memo, useState } from "react";
import { Icon } from "~/components/icon";
import { ScrollRegion } from "~/components/scroll-region";
import { eventWords } from "~/features/runs/show/event-words";
import type { LogEvent, Step } from "~/lib/api/types";
import { formatDuration, formatInstant } from "~/lib/format";

interface Props {
  event: LogEvent;
  steps: readonly Step[];
  start: string;
}

/** One event: where it stands in the log, when it was, what it says in words and what it carries. */
export const TimelineEvent = memo(
  function TimelineEvent({ event, steps, start }: Props) {
    const [open, setOpen] = useState(false);
    const { icon, color, words } = eventWords(event, steps);
    const since = formatDuration(Date.parse(event.at) - Date.parse(start));
    return (
      <li className="border-b-[1.5px] border-line [contain-intrinsic-size:auto_4rem] [content-visibility:auto] last:border-b-0">
        <details className="group" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
          <summary className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 px-4 py-2.5 transition-colors duration-200 hover:bg-raised focus-visible:-outline-offset-4 md:grid-cols-[auto_4.5rem_minmax(0,1fr)_8.5rem]">
            <Icon name={icon} className={`mt-1 size-4 ${color}`} />
            <span className="hidden font-mono text-sm text-fg-3 md:block">#{event.position}</span>
            <span className="min-w-0">
              <span className="line-clamp-3 break-words">{words}</span>
              <span className="flex flex-wrap gap-x-3 font-mono text-xs text-fg-3">
                {event.type}
                <span className="md:hidden">#{event.position}</span>
                <span className="md:hidden">{formatInstant(event.at)}</span>
              </span>
            </span>
            <span className="hidden text-right font-mono text-xs text-fg-3 md:block">
              <time dateTime={event.at} className="block text-sm text-fg-2">
                {formatInstant(event.at)}
              </time>
              +{since}
            </span>
          </summary>
          {open && <Carried event={event} />}
        </details>
      </li>
    );
  },
  (before, after) => before.event === after.event && before.start === after.start,
);

function Carried({ event }: { event: LogEvent }) {
  const { data, ...context } = event;
  return (
    <div className="grid gap-4 border-t-[1.5px] border-line bg-bg/50 p-4 lg:grid-cols-2">
      <Json label="What it says" value={data} />
      <Json label="Its context" value={context} />
    </div>
  );
}

function Json({ label, value }: { label: string; value: unknown }) {
  return (
    <div className="min-w-0">
      <p className="eyebrow mb-1">{label}</p>
      <ScrollRegion label={label} className="max-h-80 overflow-auto">
        <pre className="font-mono text-xs leading-relaxed break-words whitespace-pre-wrap text-fg-2">
          {JSON.stringify(value, null, 2)}
        </pre>
      </ScrollRegion>
    </div>
  );
}
