import { PageHeader } from "~/components/page-header";
import { WorkflowsList } from "~/features/workflows/workflows-list";

export function Workflows() {
  return (
    <>
      <PageHeader
        title="Workflows"
        lead="Who does what, in which order, and what can be done side by side."
      />
      <WorkflowsList />
    </>
  );
}
