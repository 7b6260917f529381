import { infiniteQueryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";
import type { DeadLetter } from "~/lib/api/types";

const PAGE = 50;
const MOST = 200;

/** Steps on which runs have failed, those of the newest runs first, page by page. */
export const deadLettersQuery = infiniteQueryOptions({
  queryKey: ["dead-letters"],
  queryFn: ({ pageParam }) => read(pageParam, PAGE),
  initialPageParam: null as number | null,
  getNextPageParam: (page) => page.next,
});

/** All of them, up to so many. */
export async function allDeadLetters(most: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let next: number | null = null;
  do {
    const page: { items: DeadLetter[]; next: number | null } = await read(next, MOST);
    letters.push(...page.items);
    next = page.next;
  } while (next !== null && letters.length < most);
  return letters.slice(0, most);
}

function read(before: number | null, limit: number) {
  const query = { limit, ...(before && { before }), ...afterSeen() };
  return unwrap(client.GET("/api/dead-letters", { params: { query } }));
}
