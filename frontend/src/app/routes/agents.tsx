import { Link } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { buttonClass } from "~/components/button";
import { Icon } from "~/components/icon";
import { PageHeader } from "~/components/page-header";
import { AgentsList } from "~/features/agents/agents-list";
import { may } from "~/lib/scopes";

export function Agents() {
  const session = useSession();
  const rights = { write: may(session, "agents:write"), ask: may(session, "runs:start") };
  const make = rights.write && (
    <Link to="/agents/new" className={buttonClass("primary")}>
      <Icon name="plus" />
      New agent
    </Link>
  );
  return (
    <>
      <PageHeader
        title="Agents"
        lead="Named roles with their instructions, their tools and their choice of model."
        action={make}
      />
      <AgentsList rights={rights} />
    </>
  );
}
