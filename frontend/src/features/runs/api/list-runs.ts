import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen, noteSeen } from "~/lib/api/seen";
import type { RunPage, RunStatus } from "~/lib/api/types";

const PAGE = 25;

/** Runs from the newest on, page by page. */
export function runsQuery(status: RunStatus | undefined) {
  return infiniteQueryOptions({
    queryKey: ["runs", status ?? "all"],
    queryFn: ({ pageParam }) => listRuns(status, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

async function listRuns(status: RunStatus | undefined, before: string | undefined): Promise<RunPage> {
  const query = {
    limit: PAGE,
    ...(status && { status }),
    ...(before && { before: Number(before) }),
    ...afterSeen(),
  };
  const page = (await unwrap(client.GET("/api/runs", { params: { query } }))) as RunPage;
  noteSeen(page.position);
  return page;
}
