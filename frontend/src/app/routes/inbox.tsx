import { PageHeader } from "~/components/page-header";
import { InboxList } from "~/features/runs/asks/inbox-list";

export function Inbox() {
  return (
    <>
      <PageHeader
        title="Inbox"
        lead="What runs ask of people, the oldest first. The first decision counts."
      />
      <InboxList />
    </>
  );
}
