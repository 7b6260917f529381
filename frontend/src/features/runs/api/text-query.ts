import { queryOptions } from "@tanstack/react-query";

/** A text of a run. It is stored under its hash, so it never changes and is read once. */
export function textQuery(sha256: string, read: () => Promise<string>) {
  return queryOptions({ queryKey: ["text", sha256], queryFn: read, staleTime: Number.POSITIVE_INFINITY });
}
