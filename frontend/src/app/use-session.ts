import { useQuery } from "@tanstack/react-query";
import { useRouteContext } from "@tanstack/react-router";
import { currentSession } from "~/features/session/api/current-session";
import type { Session } from "~/lib/api/types";

/** Who is signed in, as it stands now. */
export function useSession(): Session {
  const { session } = useRouteContext({ from: "/signed-in" });
  return useQuery(currentSession).data ?? session;
}
