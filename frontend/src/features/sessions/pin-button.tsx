import { pinMessage } from "~/features/sessions/api/pin-message";
import { MessageButton } from "~/features/sessions/message-button";
import { useTalk } from "~/features/sessions/talk";
import { useSaying } from "~/features/sessions/use-saying";
import type { SaidMessage } from "~/lib/api/types";

/** Keeps a message word for word in what whoever answers is told. */
export function PinButton({ message }: { message: SaidMessage }) {
  const { sessionId, mayAsk } = useTalk();
  const pin = useSaying(() => pinMessage(sessionId, message));
  if (!mayAsk || (message.text === null && !message.pinned)) return null;
  return (
    <MessageButton
      icon="pin"
      pressed={message.pinned}
      busy={pin.isPending}
      problem={pin.problem}
      failed="It could not be pinned"
      onClick={() => pin.mutate(undefined)}
    >
      {message.pinned ? "Pinned" : "Pin"}
    </MessageButton>
  );
}
