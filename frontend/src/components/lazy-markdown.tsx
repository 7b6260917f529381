import { lazy, Suspense } from "react";

// Asked for as soon as a page that may need it is loaded, so that the first words need not wait for it.
const renderer = import("~/components/markdown");
const Markdown = lazy(() => renderer);

/** Markdown whose renderer is a chunk of its own; until that has come the text stands as it is. */
export function LazyMarkdown({ text, under }: { text: string; under: number }) {
  return (
    <Suspense fallback={<p className="wrap-anywhere whitespace-pre-wrap">{text}</p>}>
      <Markdown text={text} under={under} />
    </Suspense>
  );
}
