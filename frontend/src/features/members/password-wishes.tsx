import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "~/components/button";
import { FieldError } from "~/components/field";
import { Panel } from "~/components/panel";
import { RecordItem, Records } from "~/components/records";
import { issuePasswordLink } from "~/features/members/api/issue-password-link";
import { passwordResetsQuery } from "~/features/members/api/list-password-resets";
import type { ShownLink } from "~/features/members/shown-link";
import { useRefresh } from "~/features/members/use-refresh";
import { toProblem } from "~/lib/api/problem";
import { formatAgo } from "~/lib/format";

type OnLink = (link: ShownLink) => void;

/** Who waits for a new password because Z2 cannot write to them; nothing while nobody does. */
export function PasswordWishes({ onLink }: { onLink: OnLink }) {
  const { data: wishes } = useQuery(passwordResetsQuery);
  if (!wishes?.length) return null;
  return (
    <Panel
      title="Waiting for a new password"
      lead="They asked on the sign-in page, and Z2 cannot send them a mail. Make sure that it was them before you hand over a link."
    >
      <Records label="Waiting for a new password">
        {wishes.map((wish) => (
          <RecordItem
            key={wish.user_id}
            title={wish.name}
            actions={<MakeLink userId={wish.user_id} name={wish.name} onLink={onLink} />}
          >
            Asked {formatAgo(wish.asked_at, Date.now())}.
          </RecordItem>
        ))}
      </Records>
    </Panel>
  );
}

function MakeLink({ userId, name, onLink }: { userId: string; name: string; onLink: OnLink }) {
  const refresh = useRefresh();
  const make = useMutation({
    mutationFn: () => issuePasswordLink(userId),
    onSuccess: (made) => {
      onLink({ title: `A link for ${name}`, link: made.link, expiresAt: made.expires_at });
      return refresh();
    },
  });
  const problem = make.error ? toProblem(make.error) : undefined;
  return (
    <div>
      <Button small busy={make.isPending} aria-label={`Make a link: ${name}`} onClick={() => make.mutate()}>
        Make a link
      </Button>
      {problem && <FieldError id={`wish-fault-${userId}`} message={problem.detail || problem.title} />}
    </div>
  );
}
