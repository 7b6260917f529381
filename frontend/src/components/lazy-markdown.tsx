import { lazy, Suspense } from "react";

const Markdown = lazy(() => import("~/components/markdown"));

/** Markdown whose renderer is loaded with the first text that needs it; until then the text stands as it is. */
export function LazyMarkdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  );
}
