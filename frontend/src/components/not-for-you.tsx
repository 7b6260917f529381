import { EmptyState } from "~/components/empty-state";
import { SCOPE_WORDS, type Scope } from "~/lib/scopes";

/** Where somebody came by a link who may not do what the page is for. */
export function NotForYou({ needs }: { needs: Scope }) {
  return (
    <EmptyState icon="shield" title="Your role does not allow this">
      It takes the right to “{SCOPE_WORDS[needs].toLowerCase()}” (<code>{needs}</code>). An administrator of
      the workspace can give you a role that has it.
    </EmptyState>
  );
}
