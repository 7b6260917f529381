import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { toLogin } from "~/app/to-login";
import { LoginsList } from "~/features/logins/logins-list";

export function SignIns() {
  const router = useRouter();
  const queryClient = useQueryClient();
  return <LoginsList onSignedOut={() => toLogin(router, queryClient)} />;
}
