import { Link } from "@tanstack/react-router";
import { useSession } from "~/app/use-session";
import { buttonClass } from "~/components/button";
import { Icon } from "~/components/icon";
import { PageHeader } from "~/components/page-header";
import { WorkflowsList } from "~/features/workflows/workflows-list";
import { may } from "~/lib/scopes";

export function Workflows() {
  const write = may(useSession(), "workflows:write");
  return (
    <>
      <PageHeader
        title="Workflows"
        lead="Who does what, in which order, and what can be done side by side."
        action={
          write && (
            <Link to="/workflows/new" className={buttonClass("primary")}>
              <Icon name="plus" />
              New workflow
            </Link>
          )
        }
      />
      <WorkflowsList />
    </>
  );
}
