import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { AskingButton } from "~/components/asking-button";
import { Button, buttonClass } from "~/components/button";
import { EmptyState } from "~/components/empty-state";
import { Notice, ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { allDeadLetters, deadLettersQuery } from "~/features/dead-letters/api/list-dead-letters";
import { AT_ONCE, redrive } from "~/features/dead-letters/api/redrive";
import { toProblem } from "~/lib/api/problem";
import type { DeadLetter, Outcome } from "~/lib/api/types";
import { formatAgo, formatCount, formatMoment } from "~/lib/format";
import { sentence } from "~/lib/sentence";
import { useNow } from "~/lib/use-now";

/** The steps on which runs have failed for good, each with its cause and the way to do it again. */
export function DeadLettersList({ mayRedrive }: { mayRedrive: boolean }) {
  const query = useInfiniteQuery(deadLettersQuery);
  const queryClient = useQueryClient();
  const now = useNow(30_000, true);
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const letters = query.data?.pages.flatMap((page) => page.items) ?? [];
  const again = async (chosen: readonly DeadLetter[]) => {
    setOutcomes(await redrive(chosen));
    await queryClient.invalidateQueries({ queryKey: ["dead-letters"] });
  };
  if (query.isPending) return <Skeleton lines={5} label="Loading the dead letters" />;
  if (query.data === undefined) {
    return (
      <ProblemNotice
        what="The dead letters could not be read"
        problem={toProblem(query.error)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  return (
    <div className="grid gap-4">
      <Outcomes outcomes={outcomes} />
      {letters.length === 0 && <NoneDead />}
      {letters.length > 1 && mayRedrive && (
        <div>
          <All onRedrive={async () => again(await allDeadLetters(AT_ONCE))} />
        </div>
      )}
      <ul aria-label="Dead letters" className="grid gap-3 empty:hidden">
        {letters.map((letter) => (
          <LetterItem
            key={`${letter.run_id} ${letter.step}`}
            letter={letter}
            now={now}
            onRedrive={mayRedrive ? () => again([letter]) : undefined}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
    </div>
  );
}

function All({ onRedrive }: { onRedrive: () => Promise<void> }) {
  return (
    <AskingButton
      label="Redrive all"
      icon="rotate-cw"
      size="normal"
      question="Do all of them again?"
      confirm="Redrive all"
      confirmKind="primary"
      failed="They could not be done again"
      act={onRedrive}
    >
      <p>
        Up to {formatCount(AT_ONCE)} failed steps are done again, those of the newest runs first. What caused
        them to fail should be mended by now: calls of models cost again.
      </p>
    </AskingButton>
  );
}

interface ItemProps {
  letter: DeadLetter;
  now: number;
  onRedrive: (() => Promise<void>) | undefined;
}

function LetterItem({ letter, now, onRedrive }: ItemProps) {
  const { run_id, title, workflow_name, step, attempt, code, detail, failed_at } = letter;
  return (
    <li className="card flex min-w-0 flex-wrap items-start justify-between gap-x-6 gap-y-3 p-4 sm:p-5">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="text-base font-medium break-words">
          <Link
            to="/runs/$runId"
            params={{ runId: run_id }}
            search={{ view: "steps" }}
            className="rounded-sm underline-offset-4 hover:text-info hover:underline"
          >
            {title}
          </Link>
        </h2>
        <p className="mt-0.5 text-sm break-words text-fg-3">
          {workflow_name}, at <code className="font-mono text-xs text-fg-2">{step}</code>, after{" "}
          {attempt === 1 ? "1 attempt" : `${formatCount(attempt)} attempts`}
          {failed_at && (
            <>
              ,{" "}
              <time dateTime={failed_at} title={formatMoment(failed_at)}>
                {formatAgo(failed_at, now)}
              </time>
            </>
          )}
        </p>
        <p className="mt-2 text-sm break-words">
          <span className="text-danger">{sentence(detail)}</span>{" "}
          <span className="font-mono text-xs text-fg-3">{code}</span>
        </p>
      </div>
      {onRedrive && (
        <AskingButton
          label="Redrive"
          about={`${title}, ${step}`}
          icon="rotate-cw"
          question={`Do ${step} again?`}
          confirm="Redrive it"
          confirmKind="primary"
          failed="It could not be done again"
          act={onRedrive}
        >
          <p>The run goes on from here; all its other failed steps are done again with it.</p>
        </AskingButton>
      )}
    </li>
  );
}

const NAMED = 8;

function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  const refused = outcomes.filter(({ position }) => position === null);
  const taken = outcomes.length - refused.length;
  return (
    <div role="status" className="grid gap-3 empty:hidden">
      {taken > 0 && (
        <Notice
          tone="ok"
          title={taken === 1 ? "One step is done again" : `${formatCount(taken)} steps are done again`}
        >
          Those that fail once more come back here.
        </Notice>
      )}
      {refused.length > 0 && (
        <Notice
          tone="danger"
          title={
            refused.length === 1
              ? "One was not done again"
              : `${formatCount(refused.length)} were not done again`
          }
        >
          <ul className="list-disc pl-5">
            {refused.slice(0, NAMED).map(({ run_id, step, detail, code }) => (
              <li key={`${run_id} ${step}`}>
                {step}: {sentence(detail)} <span className="font-mono text-xs text-fg-3">{code}</span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}

function NoneDead() {
  return (
    <EmptyState
      icon="circle-check"
      title="No run has failed for good"
      action={
        <Link to="/runs" className={buttonClass("quiet")}>
          See the runs
        </Link>
      }
    >
      A step that has failed after all its attempts, and its run with it, stands here until it is done again
      or the run is given up.
    </EmptyState>
  );
}
