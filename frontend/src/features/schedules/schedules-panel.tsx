import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "~/components/empty-state";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { Records } from "~/components/records";
import { schedulesQuery } from "~/features/schedules/api/list-schedules";
import { ScheduleForm } from "~/features/schedules/schedule-form";
import { ScheduleItem } from "~/features/schedules/schedule-item";
import type { Template, WorkflowSummary } from "~/lib/api/types";

interface Props {
  mayStart: boolean;
  mayControl: boolean;
  templates: readonly Template[];
  workflows: readonly WorkflowSummary[];
}

/** What is started when it is due, and the way to have more of that. */
export function SchedulesPanel({ mayStart, mayControl, templates, workflows }: Props) {
  const query = useQuery(schedulesQuery);
  const [making, setMaking] = useState(false);
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  return (
    <Panel
      title="What is due"
      lead="Each starts its workflow in the newest version, in the name of whoever made it."
      action={
        mayStart && (
          <OpeningButton icon="plus" open={making} onOpen={() => setMaking(true)}>
            New schedule
          </OpeningButton>
        )
      }
    >
      <div className="grid gap-6">
        {making && (
          <ScheduleForm templates={templates} workflows={workflows} onClose={() => setMaking(false)} />
        )}
        <Loaded query={query} what="The schedules">
          {(schedules) =>
            schedules.length === 0 ? (
              <EmptyState icon="clock" title="Nothing starts by itself">
                A schedule starts a template or a workflow at a moment, or again and again: “on workdays at
                nine”.
              </EmptyState>
            ) : (
              <Records label="Schedules">
                {schedules.map((schedule) => (
                  <ScheduleItem
                    key={schedule.id}
                    schedule={schedule}
                    workflow={names.get(schedule.workflow_id) ?? "a workflow"}
                    mayControl={mayControl}
                  />
                ))}
              </Records>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}
