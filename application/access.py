"""Who may do what: the scopes of each role, what each command needs, and what each operation of the API needs."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from application.errors import NotAllowed
from application.operations import OPERATIONS
from domain import (
    agent,
    api_key,
    budget,
    call,
    ledger,
    login,
    model,
    name,
    projection,
    route,
    run_commands,
    secret,
    user,
    webhook,
    workflow,
    workspace,
)
from domain.kernel import Command, Record, replace
from domain.workspace import BUILT_IN_ROLES

Role: TypeAlias = str
"""`admin`, `user` and `agent` are in every workspace, which may define others. `system` is Z2 itself: its workers,
policies and sign-in; no credential carries it."""

Scope: TypeAlias = Literal[
    "read",
    "agents:write",
    "workflows:write",
    "runs:start",
    "runs:control",
    "keys:write",
    "webhooks:manage",
    "members:manage",
    "roles:manage",
    "secrets:manage",
    "budgets:manage",
    "models:manage",
    "models:use",
    "projections:manage",
    "audit:read",
    "workspaces:found",
]
"""What somebody can be allowed; people can give these to the roles of their workspace, to keys and to tokens."""

Need: TypeAlias = Scope | Literal["runs:work", "identity:work"]
"""What a command can need: a scope, or what Z2 alone does."""

EVERYTHING: frozenset[Scope] = frozenset(get_args(Scope))

SCOPES: Mapping[Role, frozenset[Scope]] = {
    "admin": EVERYTHING,
    "user": frozenset(
        {"read", "agents:write", "workflows:write", "runs:start", "runs:control", "keys:write", "models:use"}
    ),
    "agent": frozenset({"read"}),
    "system": EVERYTHING,
}

NEEDS: dict[type[Command], Need] = {
    agent.CreateAgent: "agents:write",
    agent.ReviseAgent: "agents:write",
    agent.RetireAgent: "agents:write",
    agent.GrantAgentScopes: "members:manage",
    workflow.CreateWorkflow: "workflows:write",
    workflow.ReviseWorkflow: "workflows:write",
    run_commands.StartRun: "runs:start",
    run_commands.RetryStep: "runs:control",
    run_commands.CancelRun: "runs:control",
    run_commands.BeginStep: "runs:work",
    run_commands.BeginCall: "runs:work",
    run_commands.ServeCall: "runs:work",
    run_commands.EndCall: "runs:work",
    run_commands.RecordCall: "runs:work",
    run_commands.HoldCharge: "runs:work",
    run_commands.SettleCharge: "runs:work",
    run_commands.CompleteStep: "runs:work",
    run_commands.FailStep: "runs:work",
    run_commands.LoseStep: "runs:work",
    user.RegisterUser: "members:manage",
    user.DisableUser: "members:manage",
    user.EnableUser: "members:manage",
    user.RenameUser: "identity:work",
    user.ChangeEmail: "identity:work",
    user.SetPassword: "identity:work",
    user.RehashPassword: "identity:work",
    user.IssueLink: "identity:work",
    user.SetPasswordByLink: "identity:work",
    user.VerifyEmail: "identity:work",
    user.LinkIdentity: "identity:work",
    user.UnlinkIdentity: "identity:work",
    user.SignOutEverywhere: "identity:work",
    login.StartLogin: "identity:work",
    login.RefreshLogin: "identity:work",
    login.MoveLogin: "identity:work",
    login.EndLogin: "identity:work",
    api_key.IssueKey: "identity:work",
    api_key.RevokeKey: "identity:work",
    api_key.NoteNewAddress: "identity:work",
    workspace.CreateWorkspace: "workspaces:found",
    workspace.RenameWorkspace: "roles:manage",
    workspace.AddMember: "members:manage",
    workspace.ChangeRole: "members:manage",
    workspace.RemoveMember: "members:manage",
    workspace.SuspendMember: "members:manage",
    workspace.ReinstateMember: "members:manage",
    workspace.DefineRole: "roles:manage",
    workspace.RemoveRole: "roles:manage",
    workspace.Invite: "members:manage",
    workspace.WithdrawInvitation: "members:manage",
    workspace.AcceptInvitation: "identity:work",
    projection.SkipEvent: "projections:manage",
    projection.RestoreEvent: "projections:manage",
    secret.StoreSecret: "secrets:manage",
    secret.RemoveSecret: "secrets:manage",
    call.AnnounceCall: "runs:work",
    call.BeginTry: "runs:work",
    call.RecordTry: "runs:work",
    call.EndTry: "runs:work",
    call.ServeCall: "runs:work",
    call.FailCall: "runs:work",
    ledger.Reserve: "runs:work",
    ledger.Settle: "runs:work",
    ledger.Release: "runs:work",
    ledger.Doubt: "runs:work",
    ledger.Close: "runs:work",
    ledger.SettleDoubt: "budgets:manage",
    budget.SetLimit: "budgets:manage",
    budget.RemoveLimit: "budgets:manage",
    model.RegisterModel: "models:manage",
    model.RepriceModel: "models:manage",
    model.RetireModel: "models:manage",
    model.ReinstateModel: "models:manage",
    model.ForgetModel: "models:manage",
    route.DefineRoute: "models:manage",
    route.RemoveRoute: "models:manage",
    webhook.SubscribeWebhook: "webhooks:manage",
    webhook.RotateWebhookSecret: "webhooks:manage",
    webhook.PauseWebhook: "webhooks:manage",
    webhook.ResumeWebhook: "webhooks:manage",
    webhook.DeleteWebhook: "webhooks:manage",
    name.ClaimName: "read",
    name.ReleaseName: "read",
}


class Actor(Record):
    """Who asks, where, in which role and by which credential. `scopes` is all of the role's, or fewer if `narrowed`."""

    user_id: UUID
    workspace_id: UUID
    role: Role
    scopes: frozenset[Scope] | None = None
    login_id: UUID | None = None
    key_id: UUID | None = None
    agent_id: UUID | None = None
    run_id: UUID | None = None
    narrowed: bool = False

    @property
    def rights(self) -> frozenset[Scope]:
        return SCOPES.get(self.role, frozenset()) if self.scopes is None else self.scopes


def scopes_of(role: Role, own_roles: Mapping[str, tuple[str, ...]]) -> frozenset[Scope]:
    """What a role may, in a workspace with such roles of its own; nothing where there is no such role."""
    if role in BUILT_IN_ROLES:
        return SCOPES[role]
    granted = () if role == "system" else own_roles.get(role, ())
    return frozenset(scope for scope in EVERYTHING if scope in granted)


def narrowed(scopes: frozenset[Scope], to: tuple[str, ...] | None) -> frozenset[Scope]:
    """No more than both; None narrows nothing."""
    return scopes if to is None else frozenset(scope for scope in scopes if scope in to)


def on_behalf_of(actor: Actor) -> Actor:
    """Z2 itself, doing what the actor asked for, once it is certain that the actor may; the log names the actor."""
    return replace(actor, role="system", scopes=None)


def authorise(actor: Actor, command: type[Command]) -> None:
    """Raise NotAllowed unless the actor has the scope that the command needs, or is Z2 itself."""
    needed = NEEDS[command]
    if actor.role != "system" and needed not in actor.rights:
        raise NotAllowed(f"{command.__name__} needs the scope {needed}; {_lacking(actor)}")


def authorise_operation(actor: Actor, operation: str | None) -> None:
    """Raise NotAllowed unless the actor has what the operation needs; what is in no table is refused to everybody."""
    needed = OPERATIONS.get(operation or "")
    if needed is None:
        raise NotAllowed("nobody has been allowed to do this")
    if needed not in ("public", "self") and needed not in actor.rights:
        raise NotAllowed(f"this needs the scope {needed}; {_lacking(actor)}")


def _lacking(actor: Actor) -> str:
    if actor.key_id is not None:
        return "the API key lacks it"
    return "your role or your token lacks it" if actor.narrowed else f"the role {actor.role} lacks it"
