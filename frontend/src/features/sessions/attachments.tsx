import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Icon } from "~/components/icon";
import { Loaded } from "~/components/loaded";
import { ScrollRegion } from "~/components/scroll-region";
import { attachmentQuery } from "~/features/sessions/api/read-attachment";
import { useTalk } from "~/features/sessions/talk";
import type { SaidMessage } from "~/lib/api/types";
import { formatSize } from "~/lib/format";

/** The documents that came with a message, each to be unfolded. */
export function Attachments({ message }: { message: SaidMessage }) {
  if (message.attachments.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="mt-3 grid grid-cols-1 gap-1.5">
      {message.attachments.map(({ title, size }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are known by their number
        <Attachment key={at} messageId={message.id} number={at} title={title} size={size} />
      ))}
    </ul>
  );
}

interface Props {
  messageId: string;
  number: number;
  title: string;
  size: number;
}

function Attachment({ messageId, number, title, size }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <li className="min-w-0 rounded-control border-[1.5px] border-line bg-bg">
      <details onToggle={(toggle) => setOpen(toggle.currentTarget.open)}>
        <summary className="flex min-h-9 items-center gap-2 rounded-control px-3 text-sm hover:bg-raised focus-visible:-outline-offset-2">
          <Icon name="paperclip" className="size-4 text-fg-3" />
          <span className="min-w-0 truncate">{title}</span>
          <span className="ml-auto whitespace-nowrap text-fg-3">{formatSize(size)}</span>
        </summary>
        {open && <AttachmentText messageId={messageId} number={number} title={title} />}
      </details>
    </li>
  );
}

function AttachmentText({ messageId, number, title }: Omit<Props, "size">) {
  const { sessionId } = useTalk();
  const query = useQuery(attachmentQuery(sessionId, messageId, number));
  return (
    <div className="border-t-[1.5px] border-line p-3">
      <Loaded query={query} what={title} lines={2}>
        {(text) => (
          <ScrollRegion label={title} className="max-h-72 overflow-auto">
            <pre className="font-mono text-xs break-words whitespace-pre-wrap text-fg-2">{text}</pre>
          </ScrollRegion>
        )}
      </Loaded>
    </div>
  );
}
