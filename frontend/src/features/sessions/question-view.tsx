import { useState } from "react";
import { Attachments } from "~/features/sessions/attachments";
import { BranchSwitch } from "~/features/sessions/branch-switch";
import { EditQuestion } from "~/features/sessions/edit-question";
import { MessageButton } from "~/features/sessions/message-button";
import { PinButton } from "~/features/sessions/pin-button";
import { useTalk } from "~/features/sessions/talk";
import type { Turn } from "~/features/sessions/thread";
import { formatMoment } from "~/lib/format";

/** What a person asked, with the way to ask something else in its place. */
export function QuestionView({ turn }: { turn: Turn }) {
  const { mayAsk } = useTalk();
  const { message } = turn;
  const [edited, setEdited] = useState<string>();
  const editing = edited === message.id;
  return (
    <article
      aria-label="Question"
      className="ml-auto grid grid-cols-1 w-full max-w-3xl min-w-0 justify-items-end gap-1"
    >
      {editing ? (
        <EditQuestion key={message.id} message={message} onClose={() => setEdited(undefined)} />
      ) : (
        <div className="max-w-full rounded-card border-[1.5px] border-edge bg-overlay px-4 py-3">
          <p className="break-words whitespace-pre-wrap">
            {message.text ?? "What was asked here was erased."}
          </p>
          <Attachments message={message} />
        </div>
      )}
      <div className="flex flex-wrap items-center justify-end gap-x-1">
        <time dateTime={message.at} className="px-2 text-sm text-fg-3">
          {formatMoment(message.at)}
        </time>
        <BranchSwitch turn={turn} what="question" />
        {mayAsk && message.text !== null && (
          <MessageButton
            icon="pencil"
            expanded={editing}
            onClick={() => setEdited(editing ? undefined : message.id)}
          >
            Edit
          </MessageButton>
        )}
        <PinButton message={message} />
      </div>
    </article>
  );
}
