import { Link } from "@tanstack/react-router";
import { Entrance, TEXT_LINK } from "~/app/entrance";
import { ResetRequestForm } from "~/features/links/reset-request-form";

export function Forgot() {
  return (
    <Entrance
      title="Forgot your password?"
      lead="Ask for a link with which you choose a new one."
      after={
        <Link to="/login" className={TEXT_LINK}>
          Back to signing in
        </Link>
      }
    >
      <ResetRequestForm />
    </Entrance>
  );
}
