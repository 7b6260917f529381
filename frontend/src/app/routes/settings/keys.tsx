import { useSession } from "~/app/use-session";
import { KeysList } from "~/features/keys/keys-list";

export function Keys() {
  const { scopes } = useSession();
  return <KeysList scopes={scopes} />;
}
