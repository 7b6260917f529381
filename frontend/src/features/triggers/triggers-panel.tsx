import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "~/components/empty-state";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { Records } from "~/components/records";
import { Secret } from "~/components/secret";
import { addressed } from "~/features/triggers/addressed";
import { triggersQuery } from "~/features/triggers/api/list-triggers";
import { TriggerForm } from "~/features/triggers/trigger-form";
import { TriggerItem } from "~/features/triggers/trigger-item";
import type { TriggerSecret, WorkflowSummary } from "~/lib/api/types";

interface Props {
  mayStart: boolean;
  mayControl: boolean;
  workflows: readonly WorkflowSummary[];
}

/** Addresses to which others send signed messages, each of which starts a run. */
export function TriggersPanel({ mayStart, mayControl, workflows }: Props) {
  const query = useQuery(triggersQuery);
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<TriggerSecret>();
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  return (
    <Panel
      title="Triggers"
      lead="Whoever has the secret of one starts its workflow by a signed message, without being signed in."
      action={
        mayStart && (
          <OpeningButton icon="plus" open={making || secret !== undefined} onOpen={() => setMaking(true)}>
            New trigger
          </OpeningButton>
        )
      }
    >
      <div className="grid gap-6">
        {making && (
          <TriggerForm
            workflows={workflows}
            onMade={(made) => {
              setSecret(made);
              setMaking(false);
            }}
            onClose={() => setMaking(false)}
          />
        )}
        {secret && (
          <Secret
            title="The secret of the trigger"
            secret={secret.secret}
            onDone={() => setSecret(undefined)}
          >
            <p>
              Copy it now and keep it where secrets are kept: Z2 shows it only this once. Messages go by POST
              to
            </p>
            <code className="mt-1 block font-mono text-xs break-all text-fg select-all">
              {addressed(secret.address)}
            </code>
            <p className="mt-1">
              signed as standardwebhooks.com says, or as GitHub does; the body is the input of the run.
            </p>
          </Secret>
        )}
        <Loaded query={query} what="The triggers">
          {(triggers) =>
            triggers.length === 0 ? (
              <EmptyState icon="zap" title="No triggers yet">
                A trigger is an address that another system sends messages to: a push, an order, a ticket.
              </EmptyState>
            ) : (
              <Records label="Triggers">
                {triggers.map((trigger) => (
                  <TriggerItem
                    key={trigger.id}
                    trigger={trigger}
                    workflow={names.get(trigger.workflow_id) ?? "a workflow"}
                    mayStart={mayStart}
                    mayControl={mayControl}
                    onSecret={setSecret}
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
