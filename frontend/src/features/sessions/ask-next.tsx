import { useRef, useState } from "react";
import { Button } from "~/components/button";
import { Icon } from "~/components/icon";
import { ProblemNotice } from "~/components/notice";
import { type Posting, postMessage } from "~/features/sessions/api/post-message";
import { stopAnswer } from "~/features/sessions/api/stop-answer";
import { Composer, hasKeyboard } from "~/features/sessions/composer";
import { useTalk } from "~/features/sessions/talk";
import { type Turn, underWay } from "~/features/sessions/thread";
import { useSaying } from "~/features/sessions/use-saying";
import type { SaidMessage, SessionSummary } from "~/lib/api/types";

interface Props {
  session: SessionSummary;
  turns: readonly Turn[];
}

/** A question and its answer. */
const FIRST = 2;

/** Where the next thing is asked, or, while an answer is made, where it is stopped. */
export function AskNext({ session, turns }: Props) {
  const { sessionId, mayAsk, onBranch, who } = useTalk();
  const going = underWay(turns);
  // whoever has just begun the conversation goes on here
  const [begun] = useState(() => going !== undefined && turns.length <= FIRST && hasKeyboard());
  const last = turns.findLast(({ message }) => message.kind === "answer")?.message;
  const ask = useSaying(
    (posting: Posting) => postMessage(sessionId, last?.id, posting),
    (asked) => asked.message_id && onBranch(asked.message_id),
  );
  if (session.status === "archived") {
    return (
      <p className="flex items-center gap-2 text-fg-3">
        <Icon name="archive" />
        This conversation is archived. Reopen it to ask more.
      </p>
    );
  }
  if (!mayAsk) return going ? <Stop answer={going} /> : null;
  return (
    <Composer
      label={turns.length === 0 ? `Ask ${who}` : "Your message"}
      send="Send"
      busy={ask.isPending}
      held={going && "The next message can be sent once this answer is over."}
      problem={ask.problem}
      onSend={ask.taken}
      focused={begun}
    >
      {going && <Stop answer={going} />}
    </Composer>
  );
}

/** Stops an answer. That it has stopped is shown when the log says so. */
function Stop({ answer }: { answer: SaidMessage }) {
  const { sessionId, mayStop } = useTalk();
  const form = useRef<HTMLFormElement>(null);
  const stop = useSaying(
    () => stopAnswer(sessionId, answer.id),
    () => hasKeyboard() && form.current?.querySelector("textarea")?.focus({ preventScroll: true }),
  );
  if (!mayStop) return null;
  return (
    <>
      <Button
        kind="danger"
        icon="square"
        busy={stop.isPending}
        disabled={stop.isPending}
        onClick={(event) => {
          form.current = event.currentTarget.form;
          stop.mutate(undefined);
        }}
      >
        Stop
      </Button>
      {stop.problem && <ProblemNotice what="It could not be stopped" problem={stop.problem} />}
    </>
  );
}
