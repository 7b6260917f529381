import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { usePartners } from "~/app/use-partners";
import { useSession } from "~/app/use-session";
import { buttonClass } from "~/components/button";
import { Loaded } from "~/components/loaded";
import { Notice } from "~/components/notice";
import { PageHeader } from "~/components/page-header";
import { agentsQuery } from "~/features/agents/api/list-agents";
import type { Wanted } from "~/features/sessions/api/list-sessions";
import { FindSessions } from "~/features/sessions/find-sessions";
import { SessionsList } from "~/features/sessions/sessions-list";
import { StartForm } from "~/features/sessions/start-form";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/chat");

export function Chat() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { nameOf } = usePartners();
  const mayAsk = may(useSession(), "runs:start");
  const wanted = useMemo<Wanted>(
    () => ({ ...(search.words && { words: search.words }), status: search.archived ? "archived" : "open" }),
    [search.words, search.archived],
  );
  const onWanted = useCallback(
    ({ words, status }: Wanted) => {
      const next = { ...(words && { words }), ...(status === "archived" && { archived: true as const }) };
      void navigate({ to: "/chat", search: next, replace: true, resetScroll: false });
    },
    [navigate],
  );
  return (
    <>
      <PageHeader
        title="Chat"
        lead="Talk with an agent or a team. Each answer is a run, and stays on the record."
      />
      <div className="grid gap-10">
        {mayAsk && <Start first={search.with} />}
        <section aria-label="All conversations" className="grid gap-4">
          <h2 className="text-xl font-semibold">Conversations</h2>
          <FindSessions wanted={wanted} onWanted={onWanted} />
          <SessionsList wanted={wanted} nameOf={nameOf} />
        </section>
      </div>
    </>
  );
}

function Start({ first }: { first: string | undefined }) {
  const { partners } = usePartners();
  const navigate = useNavigate();
  const agents = useQuery(agentsQuery);
  return (
    <Loaded query={agents} what="The agents" lines={4}>
      {() =>
        partners.length === 0 ? (
          <NobodyYet />
        ) : (
          <StartForm
            key={first}
            partners={partners}
            first={first}
            onStarted={(sessionId) => void navigate({ to: "/chat/$sessionId", params: { sessionId } })}
          />
        )
      }
    </Loaded>
  );
}

function NobodyYet() {
  const make = (
    <Link to="/agents/new" className={buttonClass("quiet")}>
      New agent
    </Link>
  );
  return (
    <Notice tone="info" title="There is nobody to talk with yet" action={make}>
      Make an agent, or run a template: its team is there then.
    </Notice>
  );
}
