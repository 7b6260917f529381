import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

/** Has everything about the members read anew. */
export function useRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return useCallback(async () => {
    const names = ["members", "password-resets", "invitations", "session"];
    await Promise.all(names.map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
  }, [queryClient]);
}
