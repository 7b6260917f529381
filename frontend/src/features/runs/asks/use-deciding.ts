import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Ask } from "~/lib/api/types";

/** Sends what a person decides. What waits is read anew then, for only the log says what came of it. */
export function useDeciding<Decided>(ask: Ask, send: (ask: Ask, decided: Decided) => Promise<void>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (decided: Decided) => send(ask, decided),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["inbox"] }),
  });
}
