import { type FormEvent, type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { Button } from "~/components/button";
import { Field } from "~/components/field";
import { FileButton } from "~/components/file-button";
import { Icon } from "~/components/icon";
import { Refusal } from "~/components/refusal";
import type { Posting } from "~/features/sessions/api/post-message";
import {
  EMPTY,
  faultOfMessage,
  type MessageDraft,
  MOST_ATTACHMENTS,
  toMessage,
} from "~/features/sessions/message-draft";
import type { Problem } from "~/lib/api/problem";
import { newKey } from "~/lib/new-key";
import { MAX_TITLE, readTextFile } from "~/lib/text-document";

interface Props {
  label: string;
  send: string;
  first?: MessageDraft;
  /** Whether it was sent and is not on the record yet. */
  busy: boolean;
  /** Whether it cannot be sent now, and why. */
  held?: string | undefined;
  problem: Problem | undefined;
  /** Sends it, and says whether it was taken. */
  onSend: (posting: Posting) => Promise<boolean>;
  /** What stands beside the button that sends. */
  children?: ReactNode;
}

const ACCEPTED = ".txt,.md,.markdown,.csv,text/plain,text/markdown,text/csv";

/** Where a message is written. What was written stays until the log has it. */
export function Composer({ label, send, first = EMPTY, busy, held, problem, onSend, children }: Props) {
  const [draft, setDraft] = useState(first);
  const [fault, setFault] = useState<string>();
  const key = useRef(newKey());
  const change = (next: Partial<MessageDraft>) => {
    key.current = newKey();
    setFault(undefined);
    setDraft((before) => ({ ...before, ...next }));
  };
  const attach = async (file: File | undefined) => {
    if (file === undefined) return;
    const reading = await readTextFile(file);
    if (!reading.ok) return setFault(reading.why);
    if (draft.attachments.length >= MOST_ATTACHMENTS)
      return setFault(`A message has at most ${MOST_ATTACHMENTS} files.`);
    const title = file.name.slice(-MAX_TITLE);
    change({ attachments: [...draft.attachments, { title, text: reading.text }] });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || held !== undefined) return;
    const found = faultOfMessage(draft);
    setFault(found);
    if (found === undefined && (await onSend({ body: toMessage(draft), key: key.current }))) change(EMPTY);
  };
  const drop = (at: number) => change({ attachments: draft.attachments.filter((_, place) => place !== at) });
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="card grid min-w-0 gap-3 p-4">
      <Refusal title="It was not taken" problem={problem} fields={["text"]} />
      <Field label={label} error={fault ?? problem?.field("text")}>
        {(field) => (
          <textarea
            {...field}
            rows={3}
            value={draft.text}
            onChange={(event) => change({ text: event.target.value })}
            onKeyDown={sendOnEnter}
            className="control max-h-96 min-h-20 resize-y leading-relaxed [field-sizing:content]"
          />
        )}
      </Field>
      <Attached draft={draft} onDrop={drop} />
      <div className="flex flex-wrap items-center gap-3">
        {children}
        <FileButton
          accept={ACCEPTED}
          label="File to attach"
          onFile={attach}
          icon="paperclip"
          words="Attach"
        />
        {held && <p className="min-w-0 text-sm text-fg-3">{held}</p>}
        <Button
          type="submit"
          kind="primary"
          icon="send"
          busy={busy}
          disabled={busy || held !== undefined}
          className="ml-auto"
        >
          {send}
        </Button>
      </div>
    </form>
  );
}

/** Enter sends where there is a keyboard, and with Shift begins a new line; under a thumb it always does that. */
function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
  if (matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

function Attached({ draft, onDrop }: { draft: MessageDraft; onDrop: (at: number) => void }) {
  if (draft.attachments.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-2">
      {draft.attachments.map(({ title, text }, at) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: the same file may be attached twice
          key={`${at} ${title}`}
          className="flex max-w-full items-center gap-2 rounded-control border-[1.5px] border-line bg-bg py-1 pr-1 pl-3 text-sm"
        >
          <Icon name="file-text" className="size-4 text-fg-3" />
          <span className="min-w-0 truncate">{title}</span>
          <span className="whitespace-nowrap text-fg-3 tabular-nums">{text.length.toLocaleString("en")}</span>
          <button
            type="button"
            aria-label={`Leave out ${title}`}
            onClick={() => onDrop(at)}
            className="grid size-9 place-items-center rounded-control text-fg-3 hover:bg-overlay hover:text-fg"
          >
            <Icon name="x" />
          </button>
        </li>
      ))}
    </ul>
  );
}
