import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { ProblemNotice } from "~/components/notice";
import { ScrollRegion } from "~/components/scroll-region";
import { StoredText } from "~/components/stored-text";
import { readStepOutput } from "~/features/runs/api/read-step-output";
import type { Draft } from "~/features/runs/live/run-state";
import { stepName } from "~/features/runs/show/step-words";
import { toProblem } from "~/lib/api/problem";
import type { PayloadRef, Step } from "~/lib/api/types";

interface Props {
  runId: string;
  step: Step;
  draft: Draft | undefined;
}

/** What a step says: its words as they come, then what the log keeps of them. */
export function StepText({ runId, step, draft }: Props) {
  if (step.output) return <Finished runId={runId} step={step} output={step.output} draft={draft} />;
  if (step.status !== "running" || step.kind !== "agent") return null;
  const words = draft?.attempt === step.attempt ? draft.text : "";
  return <Frame label={`${stepName(step)} is writing`} following text={words} />;
}

function Finished({ runId, step, output, draft }: Props & { output: PayloadRef }) {
  const query = useQuery(readStepOutput(runId, step.id, output.sha256));
  const label = step.kind === "agent" ? `What ${stepName(step)} wrote` : `What ${stepName(step)} came to`;
  if (query.data !== undefined)
    return <Frame label={label} text={query.data} mediaType={output.media_type} />;
  if (query.error) {
    return (
      <div className="px-5 pb-5">
        <ProblemNotice
          what="The text could not be read"
          problem={toProblem(query.error)}
          onRetry={() => void query.refetch()}
        />
      </div>
    );
  }
  return draft ? <Frame label={label} text={draft.text} /> : null;
}

interface FrameProps {
  label: string;
  text: string;
  mediaType?: string;
  following?: boolean;
}

/** A box that scrolls by itself and, while text arrives, stays at its end unless the reader has left it. */
function Frame({ label, text, mediaType = "text/markdown", following = false }: FrameProps) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new piece of text moves the end
  useEffect(() => {
    if (following && atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, following]);
  const noteEnd = () => {
    const element = box.current;
    if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  };
  return (
    <ScrollRegion
      label={label}
      ref={box}
      aria-busy={following}
      onScroll={noteEnd}
      className="max-h-96 flex-1 overflow-y-auto rounded-b-card border-t-[1.5px] border-line bg-bg/50 p-5 text-[0.95rem]"
    >
      <Words text={text} mediaType={mediaType} />
    </ScrollRegion>
  );
}

function Words({ text, mediaType }: { text: string; mediaType: string }): ReactNode {
  return text.trim() === "" ? (
    <p className="text-fg-3">It has not said anything yet.</p>
  ) : (
    <StoredText text={text} mediaType={mediaType} under={2} />
  );
}
