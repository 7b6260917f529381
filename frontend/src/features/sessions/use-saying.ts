import { useMutation, useQueryClient } from "@tanstack/react-query";
import { toProblem } from "~/lib/api/problem";

/** Sends a wish about a session. It is under way until the session, read anew, shows what came of it. */
export function useSaying<Wish, Answer>(
  send: (wish: Wish) => Promise<Answer>,
  onDone?: (answer: Answer) => void,
) {
  const queryClient = useQueryClient();
  const { mutate, mutateAsync, isPending, error } = useMutation({
    mutationFn: send,
    onSuccess: async (answer: Answer) => {
      await queryClient.invalidateQueries({ queryKey: ["sessions"] });
      onDone?.(answer);
    },
  });
  /** Sends it too, and says whether it was taken; why not is the problem. */
  const taken = (wish: Wish): Promise<boolean> =>
    mutateAsync(wish).then(
      () => true,
      () => false,
    );
  return { mutate, taken, isPending, problem: error ? toProblem(error) : undefined };
}
