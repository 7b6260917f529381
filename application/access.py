"""Who may do what: one table, read in one place."""

from typing import Literal, TypeAlias
from uuid import UUID

from application.errors import NotAllowed
from domain import agent, name, projection, run, user, webhook, workflow, workspace
from domain.kernel import Command, Record

Role: TypeAlias = Literal["admin", "user", "agent", "system"]
"""`system` is Z2 itself: its workers and policies; no token carries it."""

Scope: TypeAlias = Literal[
    "agents:write",
    "runs:start",
    "runs:control",
    "runs:work",
    "workflows:write",
    "workspace:admin",
    "webhooks:manage",
    "read",
]

SCOPES: dict[Role, frozenset[Scope]] = {
    "admin": frozenset(
        {
            "agents:write",
            "runs:start",
            "runs:control",
            "workflows:write",
            "workspace:admin",
            "webhooks:manage",
            "read",
        }
    ),
    "user": frozenset({"agents:write", "runs:start", "runs:control", "workflows:write", "read"}),
    "agent": frozenset({"read"}),
    "system": frozenset(
        {
            "agents:write",
            "runs:start",
            "runs:control",
            "runs:work",
            "workflows:write",
            "workspace:admin",
            "webhooks:manage",
            "read",
        }
    ),
}

NEEDS: dict[type[Command], Scope] = {
    agent.CreateAgent: "agents:write",
    agent.ReviseAgent: "agents:write",
    agent.RetireAgent: "agents:write",
    workflow.CreateWorkflow: "workflows:write",
    workflow.ReviseWorkflow: "workflows:write",
    run.StartRun: "runs:start",
    run.RetryStep: "runs:control",
    run.CancelRun: "runs:control",
    run.BeginStep: "runs:work",
    run.BeginCall: "runs:work",
    run.RecordCall: "runs:work",
    run.CompleteStep: "runs:work",
    run.FailStep: "runs:work",
    run.LoseStep: "runs:work",
    user.RegisterUser: "workspace:admin",
    user.DisableUser: "workspace:admin",
    user.EnableUser: "workspace:admin",
    workspace.CreateWorkspace: "workspace:admin",
    workspace.AddMember: "workspace:admin",
    workspace.RemoveMember: "workspace:admin",
    projection.SkipEvent: "workspace:admin",
    projection.RestoreEvent: "workspace:admin",
    webhook.SubscribeWebhook: "webhooks:manage",
    webhook.RotateWebhookSecret: "webhooks:manage",
    webhook.PauseWebhook: "webhooks:manage",
    webhook.ResumeWebhook: "webhooks:manage",
    webhook.DeleteWebhook: "webhooks:manage",
    name.ClaimName: "read",
    name.ReleaseName: "read",
}


class Actor(Record):
    """Who asks, where and in which role, as the token says."""

    user_id: UUID
    workspace_id: UUID
    role: Role


def authorise(actor: Actor, command: type[Command]) -> None:
    """Raise NotAllowed unless the table grants the actor's role the scope that the command needs."""
    needed = NEEDS[command]
    if needed not in SCOPES[actor.role]:
        raise NotAllowed(f"{command.__name__} needs the scope {needed}; the role {actor.role} lacks it")


def authorise_reading(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may read its workspace."""
    if "read" not in SCOPES[actor.role]:
        raise NotAllowed(f"reading needs the scope read; the role {actor.role} lacks it")
