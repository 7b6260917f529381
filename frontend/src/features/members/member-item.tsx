import { RecordItem, Tag } from "~/components/records";
import { MemberActions } from "~/features/members/member-actions";
import { memberName, methodWords } from "~/features/members/member-words";
import { RoleSelect } from "~/features/members/role-select";
import type { ShownLink } from "~/features/members/shown-link";
import type { Member } from "~/lib/api/types";
import { formatAgo } from "~/lib/format";

interface Props {
  member: Member;
  isMe: boolean;
  roles: readonly string[];
  onLink: (link: ShownLink) => void;
}

export function MemberItem({ member, isMe, roles, onLink }: Props) {
  const used = member.last_used_at ? `last here ${formatAgo(member.last_used_at, Date.now())}` : "never here";
  return (
    <RecordItem
      title={memberName(member)}
      tags={<Tags member={member} isMe={isMe} />}
      actions={
        <>
          <RoleSelect member={member} roles={roles} />
          {!isMe && <MemberActions member={member} onLink={onLink} />}
        </>
      }
    >
      {member.email && member.name && (
        <p className="break-all">
          {member.email}
          {!member.email_verified && " (not confirmed)"}
        </p>
      )}
      <p>
        {methodWords(member.methods)}, {used}.
      </p>
    </RecordItem>
  );
}

function Tags({ member, isMe }: { member: Member; isMe: boolean }) {
  return (
    <>
      {isMe && <Tag tone="ok">You</Tag>}
      {member.status === "disabled" && <Tag tone="warn">Disabled</Tag>}
      {member.status === "unfinished" && <Tag>Not set up yet</Tag>}
      {!member.at_home && <Tag>From another workspace</Tag>}
      {member.by_claim && <Tag>Role from the provider</Tag>}
    </>
  );
}
