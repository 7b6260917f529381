import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Brand } from "~/components/brand";
import { SignInForm } from "~/features/session/sign-in-form";

const route = getRouteApi("/login");

/** Only an address of this page itself may follow a sign-in. */
function safeNext(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/runs";
}

export function Login() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const enter = () => {
    queryClient.clear();
    router.history.replace(safeNext(next));
  };
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <title>Sign in · Z2</title>
      <div className="w-full max-w-sm">
        <div className="mb-8 flex items-center gap-4">
          <Brand className="size-14" />
          <div>
            <h1 className="text-3xl font-semibold">Sign in to Z2</h1>
            <p className="text-fg-3">Teams of agents, under control.</p>
          </div>
        </div>
        <div className="card p-6 sm:p-7">
          <SignInForm onSignedIn={enter} />
        </div>
      </div>
    </main>
  );
}
