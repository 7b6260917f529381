import { Link } from "@tanstack/react-router";
import { Entrance } from "~/app/entrance";
import { useEnter } from "~/app/use-enter";
import { useLink } from "~/app/use-link";
import { buttonClass } from "~/components/button";
import { VoidLink } from "~/components/void-link";
import { PasswordLink } from "~/features/links/password-link";

export function ResetPassword() {
  const link = useLink();
  const enter = useEnter();
  return (
    <Entrance title="Choose a new password" lead="Wherever you are signed in now, you will be signed out.">
      <PasswordLink key={link} link={link} ifVoid={<Void />} onSignedIn={() => enter()} />
    </Entrance>
  );
}

function Void() {
  return (
    <VoidLink>
      <Link to="/forgot" className={`${buttonClass("primary")} w-full`}>
        Ask for a new link
      </Link>
    </VoidLink>
  );
}
