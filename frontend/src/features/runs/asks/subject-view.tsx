import { useQuery } from "@tanstack/react-query";
import { Loaded } from "~/components/loaded";
import { ScrollRegion } from "~/components/scroll-region";
import { StoredText } from "~/components/stored-text";
import { readSubject } from "~/features/runs/api/read-subject";
import type { Ask, PayloadRef } from "~/lib/api/types";

/** What is to be approved, in full. */
export function SubjectView({ ask, subject }: { ask: Ask; subject: PayloadRef }) {
  const query = useQuery(readSubject(ask.run_id, ask.step, subject.sha256));
  return (
    <Loaded query={query} what="What is to be approved" lines={2}>
      {(text) => (
        <ScrollRegion
          label="What is to be approved"
          className="max-h-96 overflow-auto rounded-control border-[1.5px] border-line bg-bg/50 p-4 text-[0.95rem]"
        >
          <StoredText text={text} mediaType={subject.media_type} under={2} />
        </ScrollRegion>
      )}
    </Loaded>
  );
}
