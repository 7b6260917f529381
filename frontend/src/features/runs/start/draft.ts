import type { StartRun, Template } from "~/lib/api/types";
import { newKey } from "~/lib/new-key";
import { faultOf, titleOfText } from "~/lib/text-document";

export type Work = { kind: "template"; name: string } | { kind: "workflow"; id: string };

/** A run that is being prepared. Its key names this very content, so that sending it twice starts one run. */
export interface RunDraft {
  work: Work | undefined;
  title: string;
  titleIsOwn: boolean;
  text: string;
  model: string | undefined;
  key: string;
}

export type Change =
  | { type: "work"; work: Work }
  | { type: "title"; title: string }
  | { type: "text"; text: string }
  | { type: "document"; title: string; text: string }
  | { type: "model"; model: string };

export type Faults = Partial<Record<"work" | "title" | "text" | "model", string>>;

export function emptyDraft(template: Template | undefined, model: string | undefined): RunDraft {
  const work: Work | undefined = template && { kind: "template", name: template.name };
  return { work, title: "", titleIsOwn: false, text: "", model, key: newKey() };
}

export function changeDraft(draft: RunDraft, change: Change): RunDraft {
  return { ...changed(draft, change), key: newKey() };
}

function changed(draft: RunDraft, change: Change): RunDraft {
  switch (change.type) {
    case "work":
      return { ...draft, work: change.work };
    case "title":
      return { ...draft, title: change.title, titleIsOwn: change.title !== "" };
    case "text":
      return {
        ...draft,
        text: change.text,
        title: draft.titleIsOwn ? draft.title : titleOfText(change.text),
      };
    case "document":
      return { ...draft, text: change.text, title: change.title, titleIsOwn: false };
    case "model":
      return { ...draft, model: change.model };
  }
}

/** What stands against sending it, by field. */
export function faultsOf(draft: RunDraft): Faults {
  const text = faultOf(draft.text);
  return {
    ...(draft.work === undefined && { work: "Choose what should be done." }),
    ...(draft.title.trim() === "" && { title: "Give the document a title." }),
    ...(text !== undefined && { text }),
  };
}

export function toRequest(draft: RunDraft): StartRun {
  return {
    ...(draft.work?.kind === "template" && { template: draft.work.name }),
    ...(draft.work?.kind === "workflow" && { workflow_id: draft.work.id }),
    ...(draft.model !== undefined && { model: draft.model }),
    input: { title: draft.title.trim(), text: draft.text },
  };
}
