import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/button";
import { Loaded } from "~/components/loaded";
import { OpeningButton } from "~/components/opening-button";
import { Panel } from "~/components/panel";
import { Records } from "~/components/records";
import { Secret } from "~/components/secret";
import { membersQuery } from "~/features/members/api/list-members";
import { MemberItem } from "~/features/members/member-item";
import { NewMemberForm } from "~/features/members/new-member-form";
import { PasswordWishes } from "~/features/members/password-wishes";
import type { ShownLink } from "~/features/members/shown-link";
import { formatMoment } from "~/lib/format";

interface Props {
  /** Who looks at the list. */
  me: string;
  /** The roles that can be given. */
  roles: readonly string[];
}

/** Who belongs to the workspace, and what an administrator does about it. */
export function MembersPage({ me, roles }: Props) {
  const [making, setMaking] = useState(false);
  const [link, setLink] = useState<ShownLink>();
  const show = (made: ShownLink) => {
    setLink(made);
    setMaking(false);
  };
  return (
    <>
      <PasswordWishes onLink={show} />
      <Panel
        title="Members"
        lead="Who belongs to this workspace, and in which role."
        action={
          <OpeningButton icon="user-plus" open={making || link !== undefined} onOpen={() => setMaking(true)}>
            New member
          </OpeningButton>
        }
      >
        <div className="grid gap-6">
          {making && <NewMemberForm roles={roles} onMade={show} onClose={() => setMaking(false)} />}
          {link && <OnceLink key={link.link} shown={link} onDone={() => setLink(undefined)} />}
          <List me={me} roles={roles} onLink={show} />
        </div>
      </Panel>
    </>
  );
}

function OnceLink({ shown, onDone }: { shown: ShownLink; onDone: () => void }) {
  return (
    <Secret title={shown.title} secret={shown.link} onDone={onDone}>
      Hand it over yourself, to this person alone: whoever opens it first chooses the password. It works once,
      until {formatMoment(shown.expiresAt)}, and is shown only now.
    </Secret>
  );
}

function List({ me, roles, onLink }: Props & { onLink: (link: ShownLink) => void }) {
  const query = useInfiniteQuery(membersQuery);
  return (
    <Loaded query={query} what="The members" lines={4}>
      {({ pages }) => (
        <>
          <Records label="Members">
            {pages
              .flatMap((page) => page.items)
              .map((member) => (
                <MemberItem
                  key={member.user_id}
                  member={member}
                  isMe={member.user_id === me}
                  roles={roles}
                  onLink={onLink}
                />
              ))}
          </Records>
          {query.hasNextPage && (
            <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show more members
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}
