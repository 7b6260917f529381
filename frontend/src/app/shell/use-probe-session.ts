import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { currentSession } from "~/features/session/api/current-session";

/** A stream cannot say why it was refused: this asks whether the session still stands, and leaves if it does not. */
export function useProbeSession(): () => void {
  const queryClient = useQueryClient();
  return useCallback(() => {
    queryClient.fetchQuery({ ...currentSession, staleTime: 0 }).catch(() => undefined);
  }, [queryClient]);
}
