import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { CopyButton } from "~/components/copy-button";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { RecordItem, Tag } from "~/components/records";
import { addressed } from "~/features/triggers/addressed";
import {
  pauseTrigger,
  removeTrigger,
  resumeTrigger,
  rotateSecret,
} from "~/features/triggers/api/change-trigger";
import { triggerQuery } from "~/features/triggers/api/list-triggers";
import type { Trigger, TriggerSecret } from "~/lib/api/types";
import { formatAgo, formatCount } from "~/lib/format";

interface Props {
  trigger: Trigger;
  workflow: string;
  mayStart: boolean;
  mayControl: boolean;
  onSecret: (secret: TriggerSecret) => void;
}

export function TriggerItem({ trigger, workflow, mayStart, mayControl, onSecret }: Props) {
  const { name, status, title, fired, last_at, last_run } = trigger;
  return (
    <RecordItem
      title={name}
      tags={status === "paused" ? <Tag tone="warn">paused</Tag> : <Tag tone="ok">active</Tag>}
      actions={
        <>
          {mayStart && <NewSecret trigger={trigger} onSecret={onSecret} />}
          {mayControl && <Actions trigger={trigger} />}
        </>
      }
    >
      <p className="break-words">
        Starts {workflow} as “{title}”.{" "}
        {fired === 0
          ? "No message has come yet."
          : `${formatCount(fired)} ${fired === 1 ? "message" : "messages"} so far.`}
      </p>
      {last_at && (
        <p className="mt-1">
          The last one {formatAgo(last_at, Date.now())}:{" "}
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
      <Address triggerId={trigger.id} name={name} />
    </RecordItem>
  );
}

function Address({ triggerId, name }: { triggerId: string; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="group mt-1" onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
      <summary className="inline-flex min-h-8 items-center gap-1.5 rounded-sm text-fg-2 hover:text-fg">
        <Icon name="chevron-right" className="size-4 transition-transform group-open:rotate-90" />
        Where messages go<span className="sr-only"> of {name}</span>
      </summary>
      {open && <AddressText triggerId={triggerId} />}
    </details>
  );
}

function AddressText({ triggerId }: { triggerId: string }) {
  const query = useQuery(triggerQuery(triggerId));
  return (
    <Loaded query={query} what="The address" lines={1}>
      {({ address, allowed }) => (
        <div className="mt-1 grid gap-2 pl-5">
          <code className="font-mono text-xs break-all text-fg select-all">{addressed(address)}</code>
          <div>
            <CopyButton text={addressed(address)} label="Copy the address" />
          </div>
          {!allowed && (
            <p className="text-warn">Whoever made it may not start runs any more, so messages are refused.</p>
          )}
        </div>
      )}
    </Loaded>
  );
}

function NewSecret({ trigger, onSecret }: Pick<Props, "trigger" | "onSecret">) {
  return (
    <AskingButton
      label="New secret"
      about={trigger.name}
      icon="key-round"
      question={`Give “${trigger.name}” a new secret?`}
      confirm="Make a new secret"
      confirmKind="primary"
      failed="No new secret could be made"
      act={async () => onSecret(await rotateSecret(trigger.id))}
    >
      <p>
        The one before it is taken for another day. Runs are started in your name from now on, for whoever
        makes the secret is its author.
      </p>
    </AskingButton>
  );
}

function Actions({ trigger }: { trigger: Trigger }) {
  const queryClient = useQueryClient();
  const changed = (change: (id: string) => Promise<void>) => async () => {
    await change(trigger.id);
    await queryClient.invalidateQueries({ queryKey: ["triggers"] });
  };
  return (
    <>
      {trigger.status === "paused" ? (
        <AskingButton
          label="Resume"
          about={trigger.name}
          icon="play"
          question={`Resume “${trigger.name}”?`}
          confirm="Resume it"
          confirmKind="primary"
          failed="It could not be resumed"
          act={changed(resumeTrigger)}
        >
          <p>Messages start runs again.</p>
        </AskingButton>
      ) : (
        <AskingButton
          label="Pause"
          about={trigger.name}
          icon="pause"
          question={`Pause “${trigger.name}”?`}
          confirm="Pause it"
          confirmKind="primary"
          failed="It could not be paused"
          act={changed(pauseTrigger)}
        >
          <p>Messages are refused until it is resumed, and are not kept.</p>
        </AskingButton>
      )}
      <AskingButton
        kind="danger"
        label="Delete"
        about={trigger.name}
        icon="trash-2"
        question={`Delete “${trigger.name}”?`}
        confirm="Delete it"
        failed="It could not be deleted"
        act={changed(removeTrigger)}
      >
        <p>Its address and its secret are worth nothing then. The runs that it has started go on.</p>
      </AskingButton>
    </>
  );
}
