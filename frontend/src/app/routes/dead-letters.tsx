import { useSession } from "~/app/use-session";
import { PageHeader } from "~/components/page-header";
import { DeadLettersList } from "~/features/dead-letters/dead-letters-list";
import { may } from "~/lib/scopes";

export function DeadLetters() {
  const mayRedrive = may(useSession(), "runs:control");
  return (
    <>
      <PageHeader
        title="Dead letters"
        lead="Steps that have failed for good, and their runs with them, those of the newest runs first."
      />
      <DeadLettersList mayRedrive={mayRedrive} />
    </>
  );
}
