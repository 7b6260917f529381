import type { Session } from "~/lib/api/types";

export type Scope = Session["scopes"][number];

/** What each scope lets one do, as people say it. */
export const SCOPE_WORDS: Record<Scope, string> = {
  read: "See agents, workflows and runs",
  "agents:write": "Make and change agents",
  "workflows:write": "Make and change workflows",
  "runs:start": "Start runs",
  "runs:control": "Pause and cancel runs, retry and skip steps",
  "runs:approve": "Approve and answer what runs ask",
  "runs:signal": "Tell runs of events",
  "memories:write": "Remember and forget facts",
  "memories:approve": "Approve what agents want to remember",
  "keys:write": "Make and revoke API keys",
  "webhooks:manage": "Manage webhooks",
  "members:manage": "Manage members and invitations",
  "roles:manage": "Define roles",
  "workspaces:found": "Found other workspaces",
  "secrets:manage": "Manage the keys of providers",
  "models:use": "Ask models through the gateway",
  "models:manage": "Register and reprice models, define routes",
  "budgets:manage": "Set budgets",
  "projections:manage": "Rebuild and repair read models",
  "audit:read": "Read the audit trail",
};

export const SCOPES = Object.keys(SCOPE_WORDS) as Scope[];

/** Whether somebody may do what the scope is for. What they may not is not offered to them. */
export function may(session: Session, scope: Scope): boolean {
  return session.scopes.includes(scope);
}

/** What scopes let one do together, always in the same order. */
export function inWords(scopes: readonly string[]): string {
  return SCOPES.filter((scope) => scopes.includes(scope))
    .map((scope) => SCOPE_WORDS[scope])
    .join(" · ");
}
