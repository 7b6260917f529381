import { useMutation } from "@tanstack/react-query";
import { AskingButton } from "~/components/asking-button";
import { Button } from "~/components/button";
import { FieldError } from "~/components/field";
import { disableMember } from "~/features/members/api/disable-member";
import { enableMember } from "~/features/members/api/enable-member";
import { issuePasswordLink } from "~/features/members/api/issue-password-link";
import { removeMember } from "~/features/members/api/remove-member";
import { memberName } from "~/features/members/member-words";
import type { ShownLink } from "~/features/members/shown-link";
import { useRefresh } from "~/features/members/use-refresh";
import { toProblem } from "~/lib/api/problem";
import type { Member } from "~/lib/api/types";

interface Props {
  member: Member;
  onLink: (link: ShownLink) => void;
}

/** What can be done about another member; the account itself is looked after where it is at home. */
export function MemberActions({ member, onLink }: Props) {
  return (
    <>
      {member.at_home && member.status === "active" && <PasswordLink member={member} onLink={onLink} />}
      {member.at_home && member.status === "active" && <Disable member={member} />}
      {member.at_home && member.status === "disabled" && <Enable member={member} />}
      <Remove member={member} />
    </>
  );
}

function PasswordLink({ member, onLink }: Props) {
  const name = memberName(member);
  return (
    <AskingButton
      kind="quiet"
      label="Password link"
      about={name}
      question={`A link for ${name}?`}
      confirm="Make the link"
      failed="The link could not be made"
      act={async () => {
        const made = await issuePasswordLink(member.user_id);
        onLink({ title: `A link for ${name}`, link: made.link, expiresAt: made.expires_at });
      }}
    >
      <p>Whoever opens it chooses a new password for {name}, who is signed out everywhere then.</p>
    </AskingButton>
  );
}

function Disable({ member }: { member: Member }) {
  const refresh = useRefresh();
  const name = memberName(member);
  return (
    <AskingButton
      label="Disable"
      about={name}
      question={`Disable ${name}?`}
      confirm="Disable the account"
      failed="The account could not be disabled"
      act={() => disableMember(member.user_id).then(refresh)}
    >
      <p>
        {name} is signed out everywhere and cannot sign in; keys stop working too. You can enable the account
        again.
      </p>
    </AskingButton>
  );
}

function Enable({ member }: { member: Member }) {
  const refresh = useRefresh();
  const enable = useMutation({ mutationFn: () => enableMember(member.user_id).then(refresh) });
  const problem = enable.error ? toProblem(enable.error) : undefined;
  return (
    <div>
      <Button
        small
        busy={enable.isPending}
        aria-label={`Enable: ${memberName(member)}`}
        onClick={() => enable.mutate()}
      >
        Enable
      </Button>
      {problem && (
        <FieldError id={`enable-fault-${member.user_id}`} message={problem.detail || problem.title} />
      )}
    </div>
  );
}

function Remove({ member }: { member: Member }) {
  const refresh = useRefresh();
  const name = memberName(member);
  return (
    <AskingButton
      kind="danger"
      label="Remove"
      about={name}
      question={`Remove ${name}?`}
      confirm="Remove the member"
      failed="The member could not be removed"
      act={() => removeMember(member.user_id).then(refresh)}
    >
      <p>{name} can do nothing in this workspace any more. What they did here stays in the log.</p>
    </AskingButton>
  );
}
