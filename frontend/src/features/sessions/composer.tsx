import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "~/components/button";
import { Field } from "~/components/field";
import { FileButton } from "~/components/file-button";
import { Icon } from "~/components/icon";
import { Refusal } from "~/components/refusal";
import type { Posting } from "~/features/sessions/api/post-message";
import { EMPTY, faultOfMessage, type MessageDraft, toMessage } from "~/features/sessions/message-draft";
import type { Problem } from "~/lib/api/problem";
import type { NewAttachment } from "~/lib/api/types";
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
  /** Whether the keyboard begins here. */
  focused?: boolean;
  /** What Escape does in the field. */
  onEscape?: () => void;
  /** What stands beside the button that sends. */
  children?: ReactNode;
}

const ACCEPTED = ".txt,.md,.markdown,.csv,text/plain,text/markdown,text/csv";

/** Where a message is written. What was written stays until the log has it. */
export function Composer({
  label,
  send,
  first = EMPTY,
  busy,
  held,
  problem,
  onSend,
  focused = false,
  onEscape,
  children,
}: Props) {
  const [draft, setDraft] = useState(first);
  const [fault, setFault] = useState<string>();
  const key = useRef(newKey());
  const words = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focused) words.current?.focus({ preventScroll: true });
  }, [focused]);
  const change = (next: (before: MessageDraft) => MessageDraft) => {
    key.current = newKey();
    setFault(undefined);
    setDraft(next);
  };
  const attach = async (file: File | undefined) => {
    if (file === undefined) return;
    const reading = await readTextFile(file);
    if (!reading.ok) return setFault(reading.why);
    const title = file.name.slice(-MAX_TITLE);
    change((before) => ({ ...before, attachments: [...before.attachments, { title, text: reading.text }] }));
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || held !== undefined) return;
    const found = faultOfMessage(draft);
    setFault(found);
    if (found !== undefined || !(await onSend({ body: toMessage(draft), key: key.current }))) return;
    const isNew = (file: NewAttachment) => !draft.attachments.includes(file);
    change(({ attachments }) => ({ text: "", attachments: attachments.filter(isNew) }));
    if (hasKeyboard()) words.current?.focus({ preventScroll: true });
  };
  const drop = (at: number) =>
    change(({ text, attachments }) => ({
      text,
      attachments: attachments.filter((_, place) => place !== at),
    }));
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) onEscape?.();
    sendOnEnter(event);
  };
  return (
    <form
      noValidate
      onSubmit={(event) => void submit(event)}
      className="card grid grid-cols-1 min-w-0 gap-3 p-4"
    >
      <Refusal title="It was not taken" problem={problem} fields={["text"]} />
      <Field label={label} error={fault ?? problem?.field("text")}>
        {(field) => (
          <textarea
            {...field}
            ref={words}
            rows={3}
            value={draft.text}
            readOnly={busy}
            onChange={({ target: { value } }) => change((before) => ({ ...before, text: value }))}
            onKeyDown={onKeyDown}
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
        {held ? (
          <p className="min-w-0 text-sm text-fg-3">{held}</p>
        ) : (
          <p className="min-w-0 text-sm text-fg-3 max-md:hidden pointer-coarse:hidden">
            Enter sends, Shift and Enter begins a new line.
          </p>
        )}
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

/** Whether there is a keyboard that does not come up over the page. */
export function hasKeyboard(): boolean {
  return !matchMedia("(pointer: coarse)").matches;
}

/** Enter sends where there is a keyboard, and with Shift begins a new line; under a thumb it always does that. */
function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
  if (!hasKeyboard()) return;
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
