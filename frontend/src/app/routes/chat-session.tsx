import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useProbeSession } from "~/app/shell/use-probe-session";
import { usePartners } from "~/app/use-partners";
import { useSession } from "~/app/use-session";
import { RunActs } from "~/features/runs/answer/run-acts";
import { RunAnswer } from "~/features/runs/answer/run-answer";
import { SessionPage } from "~/features/sessions/session-page";
import { may } from "~/lib/scopes";

const route = getRouteApi("/signed-in/chat/$sessionId");

export function ChatSession() {
  const { sessionId } = route.useParams();
  const { via } = route.useSearch();
  const navigate = useNavigate();
  const probe = useProbeSession();
  const session = useSession();
  const { nameOf } = usePartners();
  const onBranch = useCallback(
    (messageId: string) =>
      void navigate({
        to: "/chat/$sessionId",
        params: { sessionId },
        search: { via: messageId },
        replace: true,
        resetScroll: false,
      }),
    [navigate, sessionId],
  );
  return (
    <SessionPage
      key={sessionId}
      sessionId={sessionId}
      via={via}
      onBranch={onBranch}
      rights={{ ask: may(session, "runs:start"), stop: may(session, "runs:control") }}
      nameOf={nameOf}
      live={(runId) => <RunAnswer key={runId} runId={runId} onRefused={probe} />}
      made={(runId) => <RunActs key={runId} runId={runId} />}
    />
  );
}
