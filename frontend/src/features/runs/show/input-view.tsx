import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, buttonClass } from "~/components/button";
import { CopyButton } from "~/components/copy-button";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { laidOut } from "~/components/stored-text";
import { readInput } from "~/features/runs/api/read-input";
import { fileName } from "~/features/runs/show/file-name";
import { Provenance } from "~/features/runs/show/provenance";
import { toProblem } from "~/lib/api/problem";
import type { PayloadRef, Run } from "~/lib/api/types";
import { formatCount } from "~/lib/format";

const SHOWN_FIRST = 50_000;

/** What the run was given to work on, as the plain text it is. */
export function InputView({ run }: { run: Run }) {
  return run.input && <Input run={run} input={run.input} />;
}

function Input({ run, input }: { run: Run; input: PayloadRef }) {
  const query = useQuery(readInput(run.id, input.sha256));
  if (query.error)
    return (
      <ProblemNotice
        what="The input could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  if (query.data === undefined) return <Skeleton lines={8} label="Loading the input" />;
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_18rem]">
      <article aria-label="Input" className="card min-w-0 p-5 sm:p-8">
        <PlainText
          text={input.media_type.startsWith("application/json") ? laidOut(query.data) : query.data}
        />
      </article>
      <aside aria-label="About the input" className="grid gap-4">
        <div className="flex flex-wrap gap-3">
          <CopyButton text={query.data} label="Copy the text" />
          <a
            href={`/api/runs/${run.id}/input`}
            download={fileName(run.title, input.media_type)}
            className={buttonClass("quiet", true)}
          >
            <Icon name="download" />
            Download
          </a>
        </div>
        <Provenance payload={input}>The document as it was given when the run was started.</Provenance>
      </aside>
    </div>
  );
}

function PlainText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > SHOWN_FIRST;
  return (
    <>
      <p className="max-w-[75ch] leading-relaxed break-words whitespace-pre-wrap">
        {cut ? text.slice(0, SHOWN_FIRST) : text}
      </p>
      {cut && (
        <Button className="mt-4" onClick={() => setWhole(true)}>
          Show all {formatCount(text.length)} characters
        </Button>
      )}
    </>
  );
}
