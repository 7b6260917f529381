import { useState } from "react";
import { Button } from "~/components/button";
import { Field } from "~/components/field";
import { FileButton } from "~/components/file-button";
import { SelectField } from "~/components/select-field";
import type { Change, Faults, Form, RunDraft } from "~/features/runs/start/draft";
import { Section } from "~/features/runs/start/section";
import { useDrop } from "~/features/runs/start/use-drop";
import type { Template } from "~/lib/api/types";
import { formatCount } from "~/lib/format";
import { countCharacters, MAX_TITLE, readTextFile, titleOfFile } from "~/lib/text-document";

interface Props {
  draft: RunDraft;
  template: Template | undefined;
  faults: Faults;
  change: (change: Change) => void;
}

const FORMS = {
  text: {
    label: "Text",
    lead: "Plain text or Markdown. Paste it, drop a file on this box, or choose one.",
    placeholder: "Paste the text here, or drop a .txt or .md file",
    accept: ".txt,.md,.markdown,.diff,.patch,text/plain,text/markdown",
    look: "min-h-48",
  },
  json: {
    label: "JSON",
    lead: "Data as JSON, which is checked before it is sent. Write it, drop a file on this box, or choose one.",
    placeholder: "",
    accept: ".json,application/json",
    look: "min-h-72 font-mono text-sm",
  },
} as const satisfies Record<Form, Record<string, string>>;

const CHOICES = [
  { value: "text", label: "A text" },
  { value: "json", label: "Data, as JSON" },
] as const;

/** What to work on: pasted, chosen, dropped, or the sample. */
export function DocumentFields({ draft, template, faults, change }: Props) {
  const [fileFault, setFileFault] = useState<string>();
  const apply = (next: Change) => {
    setFileFault(undefined);
    change(next);
  };
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const reading = await readTextFile(file);
    if (reading.ok) apply({ type: "document", title: titleOfFile(file.name), text: reading.text });
    else setFileFault(reading.why);
  };
  const form = FORMS[draft.form];
  return (
    <Section legend="Input" lead={form.lead}>
      <div className="mb-4 flex flex-wrap gap-3">
        {template && (
          <Button
            icon="file-text"
            className="min-w-0 whitespace-normal"
            onClick={() => apply({ type: "sample", sample: template.sample })}
          >
            Load the sample
          </Button>
        )}
        <FileButton accept={form.accept} label="Document file" onFile={take} />
      </div>
      <div className="grid gap-4">
        {draft.work?.kind === "workflow" && (
          <SelectField
            label="What the workflow takes"
            value={draft.form}
            options={CHOICES}
            onValue={(value) => apply({ type: "form", form: value === "json" ? "json" : "text" })}
          />
        )}
        <TextField
          draft={draft}
          template={template}
          fault={fileFault ?? faults.text}
          take={take}
          change={apply}
        />
        <Field
          label="Title"
          error={faults.title}
          hint="Names the input for the agents, and the run in the list."
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

interface TextProps extends Pick<Props, "draft" | "template" | "change"> {
  fault: string | undefined;
  take: (file: File | undefined) => Promise<void>;
}

function TextField({ draft, template, fault, take, change }: TextProps) {
  const drop = useDrop(take);
  const form = FORMS[draft.form];
  return (
    <Field
      label={form.label}
      error={fault}
      hint={
        <span className="tabular-nums">
          {formatCount(countCharacters(draft.text))} of at most 1,000,000 characters
        </span>
      }
    >
      {(field) => (
        <textarea
          {...field}
          {...drop.handlers}
          rows={12}
          spellCheck={draft.form === "text"}
          value={draft.text}
          placeholder={draft.form === "json" ? outlineOf(template) : form.placeholder}
          onChange={(event) => change({ type: "text", text: event.target.value })}
          className={`control resize-y leading-relaxed ${form.look} ${drop.over ? "border-info bg-overlay" : ""}`}
        />
      )}
    </Field>
  );
}

/** The fields that the sample has, to be filled. */
function outlineOf(template: Template | undefined): string {
  if (template === undefined) return '{"name": "…"}';
  const sample: unknown = JSON.parse(template.sample.text);
  if (typeof sample !== "object" || sample === null || Array.isArray(sample)) return "";
  const lines = Object.entries(sample).map(
    ([name, value]) =>
      `  ${JSON.stringify(name)}: ${typeof value === "string" ? '"…"' : Array.isArray(value) ? "[…]" : "…"}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
