import { Link } from "@tanstack/react-router";
import { CheckField } from "~/components/check-field";
import { Icon } from "~/components/icon";
import { Tag } from "~/components/records";
import { AnswerForm } from "~/features/runs/asks/answer-form";
import { whoMay } from "~/features/runs/asks/ask-words";
import { DecisionForm } from "~/features/runs/asks/decision-form";
import { SchemaView } from "~/features/runs/asks/schema-view";
import { SubjectView } from "~/features/runs/asks/subject-view";
import type { Ask } from "~/lib/api/types";
import { formatAgo, formatMoment } from "~/lib/format";

interface Props {
  ask: Ask;
  now: number;
  /** Whether it says of which run it is. */
  named?: boolean;
  /** Whether it is one of those that are decided together; without it, it cannot be. */
  chosen?: boolean | undefined;
  onChoose?: (chosen: boolean) => void;
}

/** What a run asks of people, and, for those who may, the way to decide or to answer. */
export function AskCard({ ask, now, named = false, chosen, onChoose }: Props) {
  const Heading = named ? "h2" : "h3";
  return (
    <li className={`card grid min-w-0 gap-4 p-5 ${ask.mine ? "border-warn" : ""}`}>
      <div className="min-w-0">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm">
          <span className="inline-flex items-center gap-1.5 font-medium text-warn">
            <Icon name={ask.kind === "approval" ? "hourglass" : "info"} />
            {ask.kind === "approval" ? "Approval" : "Question"}
          </span>
          <span className="flex flex-wrap items-center gap-x-4">
            <Since ask={ask} now={now} />
            {chosen !== undefined && onChoose && (
              <CheckField
                checked={chosen}
                onCheck={onChoose}
                label={`Select: ${ask.run_title}, ${ask.question}`}
              >
                Select
              </CheckField>
            )}
          </span>
        </div>
        <Heading className="mt-2 text-xl font-semibold break-words whitespace-pre-line">
          {ask.question}
        </Heading>
        {named ? (
          <OfRun ask={ask} />
        ) : (
          <p className="mt-1 text-sm break-words text-fg-3">{ask.title || ask.step}</p>
        )}
      </div>
      {ask.subject && <SubjectView ask={ask} subject={ask.subject} />}
      {ask.schema && <SchemaView schema={ask.schema} />}
      <Doing ask={ask} />
    </li>
  );
}

function Doing({ ask }: { ask: Ask }) {
  const form = ask.kind === "approval" ? <DecisionForm ask={ask} /> : <AnswerForm ask={ask} />;
  return (
    <>
      <p className="flex flex-wrap items-center gap-2 text-sm text-fg-3">
        {ask.paused && <Tag tone="warn">the run is paused</Tag>}
        {ask.escalated && <Tag tone="warn">escalated</Tag>}
        <span>
          {!ask.mine && "This is not for you. "}
          {whoMay(ask)}
        </span>
      </p>
      {ask.mine && form}
    </>
  );
}

function OfRun({ ask }: { ask: Ask }) {
  return (
    <p className="mt-1 text-sm break-words text-fg-3">
      <Link
        to="/runs/$runId"
        params={{ runId: ask.run_id }}
        className="rounded-sm font-medium text-info underline underline-offset-4"
      >
        {ask.run_title}
      </Link>
      , {ask.workflow_name}, {ask.title || ask.step}
    </p>
  );
}

function Since({ ask, now }: { ask: Ask; now: number }) {
  return (
    <span className="text-fg-3">
      {ask.since && (
        <>
          asked{" "}
          <time dateTime={ask.since} title={formatMoment(ask.since)}>
            {formatAgo(ask.since, now)}
          </time>
        </>
      )}
      {ask.due_at && <>, until {formatMoment(ask.due_at)}</>}
    </span>
  );
}
