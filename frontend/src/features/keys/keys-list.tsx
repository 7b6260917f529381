import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { RecordItem, Records, Tag } from "~/components/records";
import { Secret } from "~/components/secret";
import { keysQuery } from "~/features/keys/api/list-keys";
import { revokeKey } from "~/features/keys/api/revoke-key";
import { IssueKeyForm } from "~/features/keys/issue-key-form";
import { works } from "~/features/keys/lifetimes";
import type { ApiKey, IssuedKey } from "~/lib/api/types";
import { formatAgo, formatDay } from "~/lib/format";
import { inWords, type Scope } from "~/lib/scopes";

/** The person's API keys; the one that was just made is shown this one time. */
export function KeysList({ scopes }: { scopes: readonly Scope[] }) {
  const query = useQuery(keysQuery(false));
  const [making, setMaking] = useState(false);
  const [issued, setIssued] = useState<IssuedKey>();
  return (
    <Panel
      title="API keys"
      lead="For programs and services: a key acts in your name, and never does more than you may yourself."
      action={
        scopes.includes("keys:write") && (
          <OpeningButton icon="plus" open={making || issued !== undefined} onOpen={() => setMaking(true)}>
            New key
          </OpeningButton>
        )
      }
    >
      <div className="grid gap-6">
        {making && (
          <IssueKeyForm
            scopes={scopes}
            onIssued={(key) => {
              setIssued(key);
              setMaking(false);
            }}
            onClose={() => setMaking(false)}
          />
        )}
        {issued && (
          <Secret title="Your new key" secret={issued.key} onDone={() => setIssued(undefined)}>
            Copy it now and keep it where secrets are kept: Z2 shows it only this once.
          </Secret>
        )}
        <Loaded query={query} what="The keys">
          {(keys) => (
            <Keys
              keys={keys.filter((key) => works(key, Date.now()))}
              mayRevoke={scopes.includes("keys:write")}
            />
          )}
        </Loaded>
      </div>
    </Panel>
  );
}

function Keys({ keys, mayRevoke }: { keys: readonly ApiKey[]; mayRevoke: boolean }) {
  if (keys.length === 0) return <p className="text-fg-3">You have no key that works.</p>;
  return (
    <Records label="API keys">
      {keys.map((key) => (
        <KeyItem key={key.id} item={key} mayRevoke={mayRevoke} />
      ))}
    </Records>
  );
}

function KeyItem({ item, mayRevoke }: { item: ApiKey; mayRevoke: boolean }) {
  const queryClient = useQueryClient();
  const revoke = async () => {
    await revokeKey(item.id);
    await queryClient.invalidateQueries({ queryKey: ["keys"] });
  };
  return (
    <RecordItem
      title={item.label}
      tags={item.expires_at === null && <Tag tone="warn">No end</Tag>}
      actions={
        mayRevoke && (
          <AskingButton
            kind="danger"
            label="Revoke"
            about={item.label}
            question={`Revoke “${item.label}”?`}
            confirm="Revoke the key"
            failed="The key could not be revoked"
            act={revoke}
          >
            <p>Whatever uses it is refused from now on. A revoked key cannot be brought back.</p>
          </AskingButton>
        )
      }
    >
      <p>
        Made {formatDay(item.issued_at)}.{" "}
        {item.last_used_at ? `Last used ${formatAgo(item.last_used_at, Date.now())}.` : "Never used."}
        {item.expires_at && ` Ends ${formatDay(item.expires_at)}.`}
      </p>
      <p className="mt-1">{item.scopes ? inWords(item.scopes) : "May do whatever you may."}</p>
    </RecordItem>
  );
}
