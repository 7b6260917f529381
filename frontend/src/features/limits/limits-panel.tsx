import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { Progress } from "~/components/progress";
import { RecordItem, Records, Tag } from "~/components/records";
import { removeLimit } from "~/features/limits/api/change-limit";
import { limitsQuery } from "~/features/limits/api/list-limits";
import { LimitForm } from "~/features/limits/limit-form";
import { type Kind, limitName, type Subject } from "~/features/limits/limit-words";
import type { LimitInUse } from "~/lib/api/types";
import { formatCount } from "~/lib/format";

interface Props {
  mayManage: boolean;
  subjects: Record<Kind, readonly Subject[]>;
}

/** How much may go on at once, and how much does. */
export function LimitsPanel({ mayManage, subjects }: Props) {
  const query = useQuery(limitsQuery);
  const [setting, setSetting] = useState(false);
  return (
    <Panel
      title="At once"
      lead="What is over a limit waits its turn and holds no worker. A limit that is lowered stops nothing that is under way."
      action={
        mayManage && (
          <OpeningButton icon="plus" open={setting} onOpen={() => setSetting(true)}>
            Set a limit
          </OpeningButton>
        )
      }
    >
      <div className="grid gap-6">
        {setting && <LimitForm subjects={subjects} onClose={() => setSetting(false)} />}
        <Loaded query={query} what="The limits">
          {(limits) => (
            <Records label="Limits">
              {limits.map((limit) => (
                <LimitItem
                  key={`${limit.kind} ${limit.subject}`}
                  limit={limit}
                  name={limitName(limit, subjects[limit.kind])}
                  mayManage={mayManage}
                />
              ))}
            </Records>
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

function LimitItem({ limit, name, mayManage }: { limit: LimitInUse; name: string; mayManage: boolean }) {
  const queryClient = useQueryClient();
  const remove = async () => {
    await removeLimit(limit);
    await queryClient.invalidateQueries({ queryKey: ["concurrency"] });
  };
  return (
    <RecordItem
      title={name}
      tags={
        limit.waiting !== null &&
        limit.waiting > 0 && <Tag tone="warn">{formatCount(limit.waiting)} waiting</Tag>
      }
      actions={
        mayManage && (
          <AskingButton
            kind="danger"
            label="Remove"
            about={name}
            icon="trash-2"
            question="Remove this limit?"
            confirm="Remove it"
            failed="The limit could not be removed"
            act={remove}
          >
            <p>
              {limit.kind === "workspace"
                ? "The limit that whoever runs Z2 has set for every workspace counts again."
                : "What waits for it may go on at once."}
            </p>
          </AskingButton>
        )
      }
    >
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span>at most {formatCount(limit.most)}</span>
        {limit.used !== null && (
          <span className="inline-flex items-center gap-2">
            <Progress done={limit.used} total={limit.most} />
            <span className="sr-only">of them</span> now
          </span>
        )}
      </p>
    </RecordItem>
  );
}
