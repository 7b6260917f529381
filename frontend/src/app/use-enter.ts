import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { forget } from "~/app/forget";
import { safePath } from "~/lib/safe-path";

/** Goes on as whoever has just been let in; what anybody before them had read is forgotten. */
export function useEnter(): (next?: string) => void {
  const router = useRouter();
  const queryClient = useQueryClient();
  return useCallback(
    (next) => {
      forget(queryClient);
      router.history.replace(safePath(next));
    },
    [router, queryClient],
  );
}
