import { Notice } from "~/components/notice";
import type { Problem } from "~/lib/api/problem";
import { sentence } from "~/lib/sentence";
import { inWords } from "~/lib/wait";

/** Why a form was refused, as far as no field of it says so. */
export function Refusal({
  title,
  problem,
  fields = [],
}: {
  title: string;
  problem: Problem | undefined;
  fields?: readonly string[];
}) {
  if (!problem || fields.some((field) => problem.field(field))) return null;
  if (problem.status === 429) {
    return (
      <Notice tone="danger" title="Too many tries">
        For everybody’s safety Z2 takes no more for a while. Try again {inWords(problem.retryAfter ?? 60)}.
      </Notice>
    );
  }
  return (
    <Notice tone="danger" title={title}>
      {sentence(problem.detail || problem.title)}
    </Notice>
  );
}
