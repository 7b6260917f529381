import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/button";
import { CostPanel } from "~/components/cost-panel";
import { Flowchart } from "~/components/flowchart";
import { Notice } from "~/components/notice";
import { Panel } from "~/components/panel";
import { Refusal } from "~/components/refusal";
import { SourceField } from "~/components/source-field";
import { AcceptButton } from "~/features/goals/accept-button";
import { editDraft } from "~/features/goals/api/edit-draft";
import type { GoalRights } from "~/features/goals/goal-page";
import { madeBy } from "~/features/goals/goal-words";
import { toProblem } from "~/lib/api/problem";
import type { Goal, GoalDraft, Model } from "~/lib/api/types";
import { sentence } from "~/lib/sentence";

interface Props {
  goal: Goal;
  draft: GoalDraft;
  rights: GoalRights;
  models: readonly Model[];
}

/** The workflow that was drafted: drawn, as a text that can be edited, with its cost and the way to accept it. */
export function DraftView({ goal, draft, rights, models }: Props) {
  const [source, setSource] = useState(draft.source);
  const open = goal.status === "drafted";
  const edited = source !== draft.source;
  return (
    <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
      {draft.drawing && (
        <Panel title="Who does what">
          <Flowchart mermaid={draft.drawing} label="The draft" />
        </Panel>
      )}
      <div className="min-w-0 xl:row-span-2">
        <Panel title="The draft">
          <div className="grid gap-4">
            <p className="text-sm text-fg-3">
              {madeBy(draft.drafted_by)} {draft.note && sentence(draft.note)}
            </p>
            {draft.needs_model && (
              <Notice tone="warn" title="It needs a language model">
                The offline engine cannot weigh or judge. Choose a language model when you accept it.
              </Notice>
            )}
            {draft.cost && (
              <CostPanel
                cost={draft.cost}
                assumptions={draft.assumptions}
                title={goal.document ? "A run on the document" : "A run without a document"}
              />
            )}
            {open && !rights.edit && (
              <p className="text-sm text-fg-3">To accept it takes the right to change workflows.</p>
            )}
            {open && rights.edit && (
              <div className="grid gap-2 border-t-[1.5px] border-line pt-4">
                <AcceptButton
                  goal={goal}
                  draft={draft}
                  models={models}
                  mayStart={rights.start}
                  disabled={edited}
                />
                <p className="text-sm text-fg-3">
                  {edited
                    ? "You have changed the text. Save it first, or take it back."
                    : "Nothing of it runs before that."}
                </p>
              </div>
            )}
          </div>
        </Panel>
      </div>
      <Editor goal={goal} draft={draft} source={source} onSource={setSource} mayEdit={open && rights.edit} />
    </div>
  );
}

interface EditorProps {
  goal: Goal;
  draft: GoalDraft;
  source: string;
  onSource: (source: string) => void;
  mayEdit: boolean;
}

function Editor({ goal, draft, source, onSource, mayEdit }: EditorProps) {
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () => editDraft(goal.id, source),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["goals"] }),
  });
  const problem = save.error ? toProblem(save.error) : undefined;
  const mistakes = problem?.code === "invalid_workflow" ? problem.errors : [];
  const edited = source !== draft.source;
  return (
    <Panel
      title="As a text"
      lead={mayEdit ? "Edit it as you like; what you save is checked first." : "As it was drafted."}
    >
      <div className="grid gap-4">
        <SourceField
          label="The draft as YAML"
          value={source}
          onValue={(next) => {
            save.reset();
            onSource(next);
          }}
          mistakes={mistakes}
          readOnly={!mayEdit}
        />
        {mistakes.length === 0 && <Refusal title="The draft stays as it was" problem={problem} />}
        {mayEdit && (
          <div className="flex flex-wrap gap-3">
            <Button
              kind="primary"
              icon="check"
              disabled={!edited || save.isPending}
              busy={save.isPending}
              onClick={() => save.mutate()}
            >
              Save the draft
            </Button>
            <Button
              icon="x"
              disabled={!edited}
              onClick={() => {
                save.reset();
                onSource(draft.source);
              }}
            >
              Take it back
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
