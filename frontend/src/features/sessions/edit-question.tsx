import { useQueries } from "@tanstack/react-query";
import { Button } from "~/components/button";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { askInstead } from "~/features/sessions/api/ask-instead";
import type { Posting } from "~/features/sessions/api/post-message";
import { attachmentQuery } from "~/features/sessions/api/read-attachment";
import { Composer } from "~/features/sessions/composer";
import { useTalk } from "~/features/sessions/talk";
import { useSaying } from "~/features/sessions/use-saying";
import { toProblem } from "~/lib/api/problem";
import type { NewAttachment, SaidMessage } from "~/lib/api/types";

interface Props {
  message: SaidMessage;
  onClose: () => void;
}

/** Asks something else in place of a question, with the files of that one. What was asked stays, as another branch. */
export function EditQuestion({ message, onClose }: Props) {
  const { sessionId } = useTalk();
  const read = useQueries({
    queries: message.attachments.map((_, at) => attachmentQuery(sessionId, message.id, at)),
  });
  const failed = read.find(({ error }) => error);
  if (failed) {
    return <ProblemNotice what="The attached files could not be read" problem={toProblem(failed.error)} />;
  }
  const texts = read.flatMap(({ data }) => (data === undefined ? [] : [data]));
  if (texts.length < message.attachments.length) return <Skeleton lines={2} label="Loading the files" />;
  const files = message.attachments.map(({ title }, at) => ({ title, text: texts[at] ?? "" }));
  return <Editing message={message} files={files} onClose={onClose} />;
}

function Editing({ message, files, onClose }: Props & { files: readonly NewAttachment[] }) {
  const { sessionId, onBranch } = useTalk();
  const ask = useSaying(
    (posting: Posting) => askInstead(sessionId, message.id, posting),
    (asked) => {
      onClose();
      if (asked.message_id) onBranch(asked.message_id);
    },
  );
  return (
    <div className="w-full min-w-0">
      <Composer
        label="Ask this instead"
        send="Ask anew"
        first={{ text: message.text ?? "", attachments: files }}
        busy={ask.isPending}
        problem={ask.problem}
        onSend={ask.taken}
        onEscape={onClose}
        focused
      >
        <Button onClick={onClose}>Leave it</Button>
      </Composer>
    </div>
  );
}
