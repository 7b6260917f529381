import { Icon } from "~/components/icon";
import type { Model, Template } from "~/lib/api/types";
import { asksModel, isLanguageModel } from "~/lib/cost-words";
import { sentence } from "~/lib/sentence";

interface Props {
  template: Template | undefined;
  data: unknown;
  models: readonly Model[];
  model: string | undefined;
}

/** What comes of a template with the offline engine, before the server refuses it. */
export function ModelAdvice({ template, data, models, model }: Props) {
  const chosen = models.find((one) => one.id === model);
  if (template === undefined || chosen === undefined || isLanguageModel(chosen)) return null;
  const refused = asksModel(template, data);
  return (
    <p className={`mb-4 flex items-start gap-1.5 text-sm ${refused ? "text-warn" : "text-fg-2"}`}>
      <Icon name={refused ? "triangle-alert" : "info"} className="mt-0.5 size-4" />
      <span className="min-w-0">
        {refused
          ? `${template.title} needs a language model, which ${chosen.id} is not.`
          : `With ${chosen.id}, which costs nothing:`}{" "}
        {sentence(template.offline.replaceAll("`", ""))} {refused && helpWords(models)}
      </span>
    </p>
  );
}

function helpWords(models: readonly Model[]): string {
  const ready = models.some((one) => one.available && isLanguageModel(one));
  return ready ? "Choose a language model here." : "None is ready; below stands what each of them lacks.";
}
