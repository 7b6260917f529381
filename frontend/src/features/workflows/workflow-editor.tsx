import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button } from "~/components/button";
import { FileButton } from "~/components/file-button";
import { Notice, ProblemNotice } from "~/components/notice";
import { SourceField } from "~/components/source-field";
import { publishWorkflow, validateWorkflow } from "~/features/workflows/api/publish-workflow";
import { EXAMPLE } from "~/features/workflows/example";
import { toProblem } from "~/lib/api/problem";
import type { FieldMistake } from "~/lib/api/types";
import { newKey } from "~/lib/new-key";
import { readTextFile } from "~/lib/text-document";

interface Props {
  /** The workflow of which the next version is written; without one it is a new workflow. */
  workflowId?: string;
  first: string;
  onPublished: (workflowId: string) => void;
}

/** A workflow as a text that is checked and published. */
export function WorkflowEditor({ workflowId, first, onPublished }: Props) {
  const [source, setSource] = useState(first);
  const [fileFault, setFileFault] = useState<string>();
  const key = useRef(newKey());
  const queryClient = useQueryClient();
  const validate = useMutation({ mutationFn: () => validateWorkflow(source, workflowId) });
  const publish = useMutation({
    mutationFn: () => publishWorkflow({ source, workflowId, key: key.current }),
    onSuccess: async (id) => {
      await queryClient.invalidateQueries({ queryKey: ["workflows"] });
      onPublished(id);
    },
  });
  const refused = publish.error ? toProblem(publish.error) : undefined;
  const failed = refused ?? (validate.error ? toProblem(validate.error) : undefined);
  const mistakes: readonly FieldMistake[] =
    refused?.code === "invalid_workflow" ? (refused.errors as FieldMistake[]) : (validate.data ?? []);
  const change = (next: string) => {
    key.current = newKey();
    setFileFault(undefined);
    validate.reset();
    publish.reset();
    setSource(next);
  };
  const take = async (file: File | undefined) => {
    if (!file) return;
    const reading = await readTextFile(file);
    if (reading.ok) change(reading.text);
    else setFileFault(reading.why);
  };
  const act = (what: typeof validate | typeof publish) => {
    validate.reset();
    publish.reset();
    what.mutate();
  };
  const busy = validate.isPending || publish.isPending;
  const empty = source.trim() === "";
  return (
    <div className="card grid gap-5 p-5 sm:p-6">
      <div className="flex flex-wrap gap-3">
        <FileButton accept=".yaml,.yml,.json" label="Workflow file" onFile={take} />
        {empty && (
          <Button icon="file-text" onClick={() => change(EXAMPLE)}>
            Begin with an example
          </Button>
        )}
      </div>
      {fileFault && (
        <Notice tone="danger" title="The file could not be taken">
          {fileFault}
        </Notice>
      )}
      <SourceField
        label="Workflow, as YAML or JSON"
        value={source}
        onValue={change}
        mistakes={mistakes}
        rows={24}
      />
      {validate.data?.length === 0 && (
        <div role="status">
          <Notice tone="ok" title="There is no mistake in it">
            It can be published as it is.
          </Notice>
        </div>
      )}
      {failed && failed.code !== "invalid_workflow" && (
        <ProblemNotice what={refused ? "It was not published" : "It could not be checked"} problem={failed} />
      )}
      <div className="flex flex-wrap gap-3">
        <Button
          kind="primary"
          icon="upload"
          busy={publish.isPending}
          disabled={busy || empty}
          onClick={() => act(publish)}
        >
          {workflowId === undefined ? "Publish" : "Publish as the next version"}
        </Button>
        <Button icon="check" busy={validate.isPending} disabled={busy || empty} onClick={() => act(validate)}>
          Check
        </Button>
      </div>
    </div>
  );
}
