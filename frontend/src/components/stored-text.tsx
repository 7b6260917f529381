import { useMemo } from "react";
import { JsonView } from "~/components/json-view";
import { LazyMarkdown } from "~/components/lazy-markdown";

const LONGEST = 500_000;

interface Props {
  text: string;
  mediaType: string;
  /** The level of the heading that the text stands under. */
  under: number;
}

/** A text as its kind wants to be shown: JSON by its parts, all else as Markdown. */
export function StoredText({ text, mediaType, under }: Props) {
  const json = mediaType.startsWith("application/json");
  const parsed = useMemo(() => (json ? read(text) : undefined), [json, text]);
  if (!json) return <LazyMarkdown text={text} under={under} />;
  if (parsed) return <JsonView value={parsed.value} under={under} />;
  return <pre className="font-mono text-xs break-words whitespace-pre-wrap text-fg-2">{text}</pre>;
}

/** JSON with its lines; what is not, or is too long to lay out quickly, stays as it is. */
export function laidOut(text: string): string {
  const parsed = read(text);
  return parsed ? JSON.stringify(parsed.value, null, 2) : text;
}

function read(text: string): { value: unknown } | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
