import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouteContext, useRouter } from "@tanstack/react-router";
import { Icon } from "~/components/icon";
import { signOut } from "~/features/session/api/sign-out";

/** Who is signed in, and the way out. */
export function SignedIn() {
  const { session } = useRouteContext({ from: "/signed-in" });
  return (
    <div className="flex items-center gap-3 border-t-[1.5px] border-line px-2 pt-4">
      <span
        aria-hidden="true"
        className="grid size-9 shrink-0 place-items-center rounded-full bg-overlay font-display font-semibold text-fg-2 uppercase"
      >
        {session.name.slice(0, 1)}
      </span>
      <div className="min-w-0 flex-1 leading-tight">
        <p className="truncate font-medium">{session.name}</p>
        <p className="truncate text-xs text-fg-3">{session.role}</p>
      </div>
      <SignOutButton />
    </div>
  );
}

export function SignOutButton() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      await router.navigate({ to: "/login" });
      queryClient.clear();
    },
  });
  const label = leave.isError ? "Signing out failed, try again" : "Sign out";
  return (
    <button
      type="button"
      title={label}
      className={`grid size-11 shrink-0 place-items-center rounded-control hover:bg-overlay hover:text-fg ${leave.isError ? "text-danger" : "text-fg-3"}`}
      onClick={() => leave.mutate()}
    >
      <span className="sr-only" aria-live="polite">
        {label}
      </span>
      <Icon name={leave.isError ? "triangle-alert" : "log-out"} className="size-5" />
    </button>
  );
}
