import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { RecordItem, Tag } from "~/components/records";
import { pauseSchedule, removeSchedule, resumeSchedule } from "~/features/schedules/api/change-schedule";
import { scheduleQuery } from "~/features/schedules/api/list-schedules";
import type { Schedule } from "~/lib/api/types";
import { formatMoment, formatMomentIn } from "~/lib/format";
import { sentence } from "~/lib/sentence";

interface Props {
  schedule: Schedule;
  workflow: string;
  mayControl: boolean;
}

export function ScheduleItem({ schedule, workflow, mayControl }: Props) {
  const { status, cron, zone, title, next_at, last_at, last_run, skipped } = schedule;
  return (
    <RecordItem
      title={schedule.name}
      tags={
        <>
          {status === "paused" && <Tag tone="warn">paused</Tag>}
          {status === "ended" && <Tag>over</Tag>}
          {status === "active" && <Tag tone="ok">active</Tag>}
        </>
      }
      actions={mayControl && <Actions schedule={schedule} />}
    >
      <p className="break-words">
        {cron ? (
          <>
            <code className="font-mono text-xs text-fg-2">{cron}</code> in {zone}
          </>
        ) : (
          "Once"
        )}
        , {workflow} on “{title}”{schedule.overlap === "allow" && ", also while its last run is not over"}
      </p>
      {next_at && status === "active" && (
        <p className="mt-1">
          Next <When at={next_at} zone={zone} />
        </p>
      )}
      {last_at && (
        <p className="mt-1">
          Last <When at={last_at} zone={zone} />{" "}
          {last_run && (
            <Link
              to="/runs/$runId"
              params={{ runId: last_run }}
              className="rounded-sm text-info underline underline-offset-4"
            >
              its run
            </Link>
          )}
        </p>
      )}
      {skipped && (
        <p className="mt-1 text-warn">
          Nothing was started at {formatMoment(skipped.at)}: {sentence(skipped.detail)}{" "}
          <span className="font-mono text-xs text-fg-3">{skipped.code}</span>
        </p>
      )}
      {cron && status === "active" && <Ahead scheduleId={schedule.id} zone={zone} name={schedule.name} />}
    </RecordItem>
  );
}

function When({ at, zone }: { at: string; zone: string }) {
  return (
    <time dateTime={at} title={`${formatMoment(at)} where you are`} className="text-fg">
      {formatMomentIn(at, zone)}
    </time>
  );
}

/** The next moments, read when somebody asks for them. */
function Ahead({ scheduleId, zone, name }: { scheduleId: string; zone: string; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group mt-1" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
      <summary className="inline-flex min-h-8 items-center gap-1.5 rounded-sm text-fg-2 hover:text-fg">
        <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
        Next times<span className="sr-only"> of {name}</span>
      </summary>
      {open && <Moments scheduleId={scheduleId} zone={zone} />}
    </details>
  );
}

function Moments({ scheduleId, zone }: { scheduleId: string; zone: string }) {
  const query = useQuery(scheduleQuery(scheduleId));
  return (
    <Loaded query={query} what="The next times" lines={2}>
      {({ moments, allowed }) => (
        <div className="mt-1 pl-5">
          <ol className="list-disc">
            {moments.map((at) => (
              <li key={at}>
                <When at={at} zone={zone} />
              </li>
            ))}
          </ol>
          {!allowed && (
            <p className="mt-1 text-warn">
              Whoever made it may not start runs any more, so nothing will be started.
            </p>
          )}
        </div>
      )}
    </Loaded>
  );
}

function Actions({ schedule }: { schedule: Schedule }) {
  const queryClient = useQueryClient();
  const changed = (change: (id: string) => Promise<void>) => async () => {
    await change(schedule.id);
    await queryClient.invalidateQueries({ queryKey: ["schedules"] });
  };
  return (
    <>
      {schedule.status === "active" && (
        <AskingButton
          label="Pause"
          about={schedule.name}
          icon="pause"
          question={`Pause “${schedule.name}”?`}
          confirm="Pause it"
          confirmKind="primary"
          failed="It could not be paused"
          act={changed(pauseSchedule)}
        >
          <p>Nothing is started until it is resumed, and what was due meanwhile is not made up for.</p>
        </AskingButton>
      )}
      {schedule.status === "paused" && (
        <AskingButton
          label="Resume"
          about={schedule.name}
          icon="play"
          question={`Resume “${schedule.name}”?`}
          confirm="Resume it"
          confirmKind="primary"
          failed="It could not be resumed"
          act={changed(resumeSchedule)}
        >
          <p>It is due again from now on. What was due during the pause is not made up for.</p>
        </AskingButton>
      )}
      <AskingButton
        kind="danger"
        label="Delete"
        about={schedule.name}
        icon="trash-2"
        question={`Delete “${schedule.name}”?`}
        confirm="Delete it"
        failed="It could not be deleted"
        act={changed(removeSchedule)}
      >
        <p>It starts nothing any more. The runs that it has started go on.</p>
      </AskingButton>
    </>
  );
}
