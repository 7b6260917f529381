import { Link } from "@tanstack/react-router";
import { Icon } from "~/components/icon";
import { Notice } from "~/components/notice";
import { StoredText } from "~/components/stored-text";
import { regenerateAnswer } from "~/features/sessions/api/regenerate-answer";
import { BranchSwitch } from "~/features/sessions/branch-switch";
import { CopyMessage } from "~/features/sessions/copy-message";
import { MessageButton } from "~/features/sessions/message-button";
import { PinButton } from "~/features/sessions/pin-button";
import { taintWords } from "~/features/sessions/taint-words";
import { useTalk } from "~/features/sessions/talk";
import { canBeAnsweredAgain, type Turn } from "~/features/sessions/thread";
import { useSaying } from "~/features/sessions/use-saying";
import type { SaidMessage } from "~/lib/api/types";
import { formatMoment } from "~/lib/format";
import { sentence } from "~/lib/sentence";

/** An answer: as it is made while it is, and then as it stands on the record. */
export function AnswerView({ turn }: { turn: Turn }) {
  const { who, live, made } = useTalk();
  const { message } = turn;
  const going = message.status === "under_way";
  const taint = taintWords(message.tainted_by);
  return (
    <article aria-label={`Answer by ${who}`} className="grid grid-cols-1 w-full max-w-4xl min-w-0 gap-3">
      <p className="flex flex-wrap items-center gap-x-2 text-sm">
        <Icon name="bot" className="size-5 text-thought" />
        <span className="font-medium break-words">{who}</span>
        {message.ended_at && (
          <time dateTime={message.ended_at} className="text-fg-3">
            {formatMoment(message.ended_at)}
          </time>
        )}
      </p>
      {going && message.run_id ? live(message.run_id) : <Said message={message} />}
      {!going && (
        <div className="grid grid-cols-1 gap-1">
          {taint && (
            <p className="flex items-start gap-1.5 text-sm text-fg-3">
              <Icon name="info" className="mt-0.5 size-4" />
              <span className="min-w-0 break-words">{taint}</span>
            </p>
          )}
          {message.run_id && made(message.run_id)}
          <Doing turn={turn} />
        </div>
      )}
    </article>
  );
}

function Said({ message }: { message: SaidMessage }) {
  return (
    <>
      {message.text !== null && message.text !== "" && (
        <div className="min-w-0">
          <StoredText text={message.text} mediaType={message.media_type} under={2} />
        </div>
      )}
      {message.status === "completed" && message.text === null && (
        <p className="text-fg-3">What was answered here was erased.</p>
      )}
      {message.status === "stopped" && (
        <p className="flex items-center gap-1.5 text-sm text-fg-3">
          <Icon name="ban" />
          {message.text ? "Stopped; this was said by then." : "Stopped before anything was said."}
        </p>
      )}
      {message.status === "failed" && <Failed message={message} />}
    </>
  );
}

function Failed({ message }: { message: SaidMessage }) {
  return (
    <Notice tone="warn" title="There is no answer: the run failed">
      <p>{sentence(message.detail || message.code)}</p>
      {message.run_id && (
        <Link
          to="/runs/$runId"
          params={{ runId: message.run_id }}
          search={{ view: "steps" }}
          className="text-info underline underline-offset-4"
        >
          See where
        </Link>
      )}
    </Notice>
  );
}

function Doing({ turn }: { turn: Turn }) {
  const { sessionId, messages, mayAsk, onBranch } = useTalk();
  const { message } = turn;
  const again = useSaying(
    () => regenerateAnswer(sessionId, message.after ?? ""),
    (asked) => asked.answer_id && onBranch(asked.answer_id),
  );
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-x-1">
      <BranchSwitch turn={turn} what="answer" />
      {mayAsk && message.after && (
        <MessageButton
          icon="rotate-cw"
          busy={again.isPending}
          disabled={!canBeAnsweredAgain(message, messages)}
          problem={again.problem}
          failed="It is not answered again"
          onClick={() => again.mutate(undefined)}
        >
          Answer again
        </MessageButton>
      )}
      <PinButton message={message} />
      {message.text && <CopyMessage text={message.text} />}
    </div>
  );
}
