import { getRouteApi, Link } from "@tanstack/react-router";
import { Entrance, TEXT_LINK } from "~/app/entrance";
import { useEnter } from "~/app/use-enter";
import { Notice } from "~/components/notice";
import { SignInForm } from "~/features/session/sign-in-form";
import { SignOnButtons } from "~/features/session/sign-on-buttons";
import { safePath } from "~/lib/safe-path";

const route = getRouteApi("/login");

export function Login() {
  const { next, failed } = route.useSearch();
  const enter = useEnter();
  return (
    <Entrance
      title="Sign in to Z2"
      lead="Teams of agents, under control."
      after={
        <Link to="/forgot" className={TEXT_LINK}>
          Forgot your password?
        </Link>
      }
    >
      {failed && (
        <div className="mb-5">
          <Notice tone="danger" title="The sign-in did not work out">
            Your provider’s answer did not let you in. Try once more; if it goes on, ask your administrator,
            who finds the reason in the log of Z2.
          </Notice>
        </div>
      )}
      <SignInForm onSignedIn={() => enter(next)} />
      <SignOnButtons next={safePath(next)} />
    </Entrance>
  );
}
