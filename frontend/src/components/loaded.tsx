import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemNotice } from "~/components/notice";
import { Skeleton } from "~/components/skeleton";
import { toProblem } from "~/lib/api/problem";

interface Props<Data> {
  query: UseQueryResult<Data, Error>;
  /** What is read, as in "The keys". */
  what: string;
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** What was read, or bars while it is being read, or why it could not be. */
export function Loaded<Data>({ query, what, lines = 3, children }: Props<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <Skeleton lines={lines} label={`${what}: loading`} />;
  return (
    <ProblemNotice
      what={`${what} could not be read`}
      problem={toProblem(query.error)}
      onRetry={() => void query.refetch()}
    />
  );
}
