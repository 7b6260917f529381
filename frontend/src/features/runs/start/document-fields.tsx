import { type ChangeEvent, type DragEvent, useRef, useState } from "react";
import { Button } from "~/components/button";
import { Field } from "~/components/field";
import type { Change, Faults, RunDraft } from "~/features/runs/start/draft";
import { Section } from "~/features/runs/start/section";
import type { Template } from "~/lib/api/types";
import { formatCount } from "~/lib/format";
import { countCharacters, MAX_TITLE, readTextFile, titleOfFile } from "~/lib/text-document";

interface Props {
  draft: RunDraft;
  sample: Template["sample"] | undefined;
  faults: Faults;
  change: (change: Change) => void;
  clear: () => void;
}

/** The document to work on: pasted, chosen, dropped, or the sample. */
export function DocumentFields({ draft, sample, faults, change, clear }: Props) {
  const [fileFault, setFileFault] = useState<string>();
  const apply = (next: Change) => {
    setFileFault(undefined);
    clear();
    change(next);
  };
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const reading = await readTextFile(file);
    if (reading.ok) apply({ type: "document", title: titleOfFile(file.name), text: reading.text });
    else setFileFault(reading.why);
  };
  const drop = useDrop(take);
  const characters = countCharacters(draft.text);
  return (
    <Section
      legend="Document"
      lead="Plain text or Markdown. Paste it, drop a file on this box, or choose one."
    >
      <div className="mb-4 flex flex-wrap gap-3">
        <FileButton onFile={take} />
        {sample && (
          <Button icon="file-text" onClick={() => apply({ type: "document", ...sample })}>
            Use the sample document
          </Button>
        )}
      </div>
      <div className="grid gap-4">
        <Field
          label="Text"
          error={fileFault ?? faults.text}
          hint={
            <span className="tabular-nums">{formatCount(characters)} of at most 1,000,000 characters</span>
          }
        >
          {(field) => (
            <textarea
              {...field}
              {...drop.handlers}
              rows={12}
              value={draft.text}
              placeholder="Paste the text here, or drop a .txt or .md file"
              onChange={(event) => apply({ type: "text", text: event.target.value })}
              className={`control min-h-48 resize-y leading-relaxed ${drop.over ? "border-info bg-overlay" : ""}`}
            />
          )}
        </Field>
        <Field
          label="Title"
          error={faults.title}
          hint="Names the document for the agents, and the run in the list."
        >
          {(field) => (
            <input
              {...field}
              className="control"
              maxLength={MAX_TITLE}
              value={draft.title}
              onChange={(event) => apply({ type: "title", title: event.target.value })}
            />
          )}
        </Field>
      </div>
    </Section>
  );
}

function FileButton({ onFile }: { onFile: (file: File | undefined) => Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    void onFile(event.target.files?.[0]);
    event.target.value = "";
  };
  return (
    <>
      <Button icon="upload" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        accept=".txt,.md,.markdown,text/plain,text/markdown"
        aria-label="Document file"
        tabIndex={-1}
        className="hidden"
        onChange={choose}
      />
    </>
  );
}

function useDrop(take: (file: File | undefined) => Promise<void>) {
  const [over, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      const file = event.dataTransfer.files[0];
      if (file === undefined) return;
      event.preventDefault();
      void take(file);
    },
  };
  return { over, handlers };
}
