import { useMemo, useRef } from "react";
import { Button } from "~/components/button";
import { AnswerView } from "~/features/sessions/answer-view";
import { AskNext } from "~/features/sessions/ask-next";
import { QuestionView } from "~/features/sessions/question-view";
import { Shortened } from "~/features/sessions/shortened";
import { useTalk } from "~/features/sessions/talk";
import { type Turn, thread } from "~/features/sessions/thread";
import { useAtEnd } from "~/features/sessions/use-at-end";
import type { SessionSummary } from "~/lib/api/types";

/** Messages beside each other stand at the same place, so that the keyboard stays there when the branch changes. */
function placeOf({ message }: Turn): string {
  return `${message.kind} after ${message.after}`;
}

interface Props {
  session: SessionSummary;
  via: string | undefined;
  /** Messages that were said before those that are there. */
  earlier: { there: boolean; busy: boolean; show: () => void };
}

/** One branch of what was said, and where the next thing is asked. */
export function Conversation({ session, via, earlier }: Props) {
  const { messages } = useTalk();
  const turns = useMemo(() => thread(messages, via), [messages, via]);
  const place = useRef<HTMLDivElement>(null);
  useAtEnd(place);
  const cut = turns[0] !== undefined && turns[0].message.after !== null;
  return (
    <div ref={place} className="grid grid-cols-1 min-w-0 gap-8">
      {earlier.there && (
        <div className="grid grid-cols-1 justify-items-center gap-2">
          <Button small busy={earlier.busy} onClick={earlier.show}>
            Show what was said before
          </Button>
          {cut && <p className="text-sm text-fg-3">This branch begins before what is shown here.</p>}
        </div>
      )}
      {turns.length > 0 && (
        <ol aria-label="Messages" className="grid grid-cols-1 min-w-0 gap-8">
          {turns.map((turn) => (
            <li key={placeOf(turn)} className="min-w-0">
              {turn.message.kind === "question" ? <QuestionView turn={turn} /> : <AnswerView turn={turn} />}
              {turn.message.shortened && <Shortened shortened={turn.message.shortened} />}
            </li>
          ))}
        </ol>
      )}
      <AskNext session={session} turns={turns} />
    </div>
  );
}
