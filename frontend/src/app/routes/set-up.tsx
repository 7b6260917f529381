import { Entrance } from "~/app/entrance";
import { useEnter } from "~/app/use-enter";
import { useLink } from "~/app/use-link";
import { VoidLink } from "~/components/void-link";
import { PasswordLink } from "~/features/links/password-link";

export function SetUp() {
  const link = useLink();
  const enter = useEnter();
  return (
    <Entrance title="Set up your account" lead="Choose the name and the password that you sign in with.">
      <PasswordLink key={link} link={link} ifVoid={<Void />} onSignedIn={() => enter()} />
    </Entrance>
  );
}

function Void() {
  return (
    <VoidLink>
      <p>
        If somebody sent it to you, ask them for a new one. If this is your own Z2, run <code>z2 up</code>{" "}
        again: as long as nobody has set it up, it prints a fresh link.
      </p>
    </VoidLink>
  );
}
