import { getRouteApi, Link } from "@tanstack/react-router";
import { buttonClass } from "~/components/button";
import { Icon } from "~/components/icon";
import { PageHeader } from "~/components/page-header";
import { RunsList } from "~/features/runs/list/runs-list";
import { StatusFilter } from "~/features/runs/list/status-filter";

const route = getRouteApi("/signed-in/runs");

export function Runs() {
  const { status } = route.useSearch();
  return (
    <>
      <PageHeader
        title="Runs"
        lead="What your agents have done and are doing, the newest first."
        action={
          <Link to="/runs/new" className={buttonClass("primary")}>
            <Icon name="plus" />
            New run
          </Link>
        }
      />
      <StatusFilter current={status} />
      <RunsList status={status} />
    </>
  );
}
