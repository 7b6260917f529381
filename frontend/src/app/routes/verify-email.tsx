import { Link } from "@tanstack/react-router";
import { Entrance, TEXT_LINK } from "~/app/entrance";
import { useLink } from "~/app/use-link";
import { VoidLink } from "~/components/void-link";
import { VerifyEmail } from "~/features/links/verify-email";

export function VerifyEmailPage() {
  const link = useLink();
  return (
    <Entrance
      title="Confirm your address"
      lead="So that Z2 can write to you, and to nobody else."
      after={
        <Link to="/runs" className={TEXT_LINK}>
          Go to Z2
        </Link>
      }
    >
      <VerifyEmail key={link} link={link} ifVoid={<Void />} />
    </Entrance>
  );
}

function Void() {
  return (
    <VoidLink>
      <p>
        Enter the address once more in your{" "}
        <Link to="/settings" className={TEXT_LINK}>
          settings
        </Link>
        , and Z2 sends a new link.
      </p>
    </VoidLink>
  );
}
