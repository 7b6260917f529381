import { useQuery } from "@tanstack/react-query";
import { buttonClass } from "~/components/button";
import { CopyButton } from "~/components/copy-button";
import { EmptyState } from "~/components/empty-state";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { StoredText } from "~/components/stored-text";
import { readOutput } from "~/features/runs/api/read-output";
import { fileName } from "~/features/runs/show/file-name";
import { Provenance } from "~/features/runs/show/provenance";
import { isOver } from "~/features/runs/show/run-actions";
import { toProblem } from "~/lib/api/problem";
import type { PayloadRef, Run } from "~/lib/api/types";

/** What the run gave. */
export function ResultView({ run }: { run: Run }) {
  if (run.output) return <Result run={run} output={run.output} />;
  if (run.status === "completed") {
    return (
      <EmptyState icon="file-text" title="This run came to nothing">
        Its last step yields no value. What single steps came to is under Steps.
      </EmptyState>
    );
  }
  if (!isOver(run)) {
    return (
      <EmptyState icon="file-text" title="The result is not there yet">
        It appears here when the last step is completed.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="file-text" title="This run has no result">
      It was {run.status} before its last step was completed. What single steps wrote is under Steps.
    </EmptyState>
  );
}

function Result({ run, output }: { run: Run; output: PayloadRef }) {
  const query = useQuery(readOutput(run.id, output.sha256));
  if (query.error)
    return (
      <ProblemNotice
        what="The result could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  if (query.data === undefined) return <Skeleton lines={8} label="Loading the result" />;
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_18rem]">
      <article aria-label="Result" className="card min-w-0 p-5 sm:p-8">
        <div className="max-w-[70ch]">
          <StoredText text={query.data} mediaType={output.media_type} under={1} />
        </div>
      </article>
      <aside aria-label="About the result" className="grid gap-4">
        <div className="flex flex-wrap gap-3">
          <CopyButton text={query.data} label="Copy the text" />
          <a
            href={`/api/runs/${run.id}/output`}
            download={fileName(run.title, output.media_type)}
            className={buttonClass("quiet", true)}
          >
            <Icon name="download" />
            Download
          </a>
        </div>
        <Provenance payload={output}>The text that the last step gave, as the log keeps it.</Provenance>
      </aside>
    </div>
  );
}
