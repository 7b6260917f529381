"""One table says who may do what."""

from typing import get_args

import pytest

from application.access import (
    SCOPES,
    Actor,
    Role,
    Scope,
    authorise,
    authorise_operation,
    narrowed,
    on_behalf_of,
    scopes_of,
)
from application.errors import NotAllowed
from application.needs import NEEDS
from application.operations import OPERATIONS
from application.registry import AGGREGATES
from domain import agent, run_commands, user, workflow, workspace
from domain.kernel import Command, replace
from tests.application.world import ADA

PEOPLE: tuple[Role, ...] = ("admin", "user", "agent")


def actor(role: Role) -> Actor:
    return replace(ADA, role=role)


def test_every_command_of_every_aggregate_needs_a_scope_and_no_other_stands_in_the_table() -> None:
    assert {command for aggregate in AGGREGATES for command in aggregate.commands} == set(NEEDS)


def test_every_need_is_known_and_every_scope_is_needed() -> None:
    assert set(NEEDS.values()) <= set(get_args(Scope)) | {"runs:work", "identity:work", "workspaces:found"}
    needed = {*NEEDS.values(), *OPERATIONS.values()}
    assert [scope for scope in get_args(Scope) if scope not in needed] == []


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        (agent.CreateAgent, {"admin", "user", "system"}),
        (workflow.PublishWorkflow, {"admin", "user", "system"}),
        (run_commands.StartRun, {"admin", "user", "system"}),
        (run_commands.CancelRun, {"admin", "user", "system"}),
        (run_commands.RetryStep, {"admin", "user", "system"}),
        (run_commands.BeginStep, {"system"}),
        (run_commands.BeginCall, {"system"}),
        (run_commands.RecordCall, {"system"}),
        (run_commands.CompleteStep, {"system"}),
        (run_commands.FailStep, {"system"}),
        (run_commands.LoseStep, {"system"}),
        (user.RegisterUser, {"admin", "system"}),
        (user.DisableUser, {"admin", "system"}),
        (workspace.AddMember, {"admin", "system"}),
        (workspace.ChangeRole, {"admin", "system"}),
        (workspace.SuspendMember, {"admin", "system"}),
        (workspace.CreateWorkspace, {"admin", "system"}),
        (workspace.AcceptInvitation, {"system"}),
    ],
)
def test_a_command_is_open_to_these_roles_alone(command: type[Command], allowed: set[Role]) -> None:
    for role in (*PEOPLE, "system"):
        if role in allowed:
            authorise(actor(role), command)
        else:
            with pytest.raises(NotAllowed, match=f"{command.__name__} needs the scope .* the role {role} lacks it"):
                authorise(actor(role), command)


@pytest.mark.parametrize("role", ["admin", "user", "agent"])
def test_what_z2_alone_does_is_open_to_nobody_else(role: Role) -> None:
    for command, need in NEEDS.items():
        if need in ("runs:work", "identity:work"):
            with pytest.raises(NotAllowed):
                authorise(actor(role), command)


def test_an_operation_that_is_in_no_table_is_refused_to_everybody() -> None:
    for operation in (None, "", "deleteEverything"):
        with pytest.raises(NotAllowed, match="nobody has been allowed to do this"):
            authorise_operation(actor("admin"), operation)


@pytest.mark.parametrize(("operation", "need"), OPERATIONS.items())
def test_an_operation_is_open_to_who_has_its_scope_and_to_nobody_else(operation: str, need: str) -> None:
    scopes = frozenset(get_args(Scope)) - {need}
    lacking, having = replace(ADA, role="own", scopes=scopes), replace(ADA, role="own", scopes=scopes | {need})
    authorise_operation(having, operation)
    if need in ("public", "self"):
        authorise_operation(lacking, operation)
    else:
        with pytest.raises(NotAllowed, match=f"needs the scope {need}"):
            authorise_operation(lacking, operation)


def test_a_role_of_the_workspaces_own_has_the_scopes_that_it_gives_and_z2_knows() -> None:
    own = {"auditor": ("read", "audit:read", "runs:work", "fly"), "admin": ("read",), "system": ("read",)}
    assert scopes_of("auditor", own) == {"read", "audit:read"}
    assert scopes_of("admin", own) == set(get_args(Scope))
    assert scopes_of("system", {}) == scopes_of("nobody", own) == frozenset()


def test_narrowing_never_adds() -> None:
    assert narrowed(SCOPES["user"], ("read", "secrets:manage")) == {"read"}
    assert narrowed(SCOPES["user"], None) == SCOPES["user"]
    assert narrowed(SCOPES["user"], ()) == frozenset()


def test_a_role_that_nobody_knows_may_nothing() -> None:
    assert actor("root").rights == frozenset()
    with pytest.raises(NotAllowed, match="the role root lacks it"):
        authorise(actor("root"), agent.CreateAgent)


def test_who_is_refused_learns_whether_the_role_or_the_credential_lacks_it() -> None:
    none: frozenset[Scope] = frozenset()
    with pytest.raises(NotAllowed, match="your role or your token lacks it"):
        authorise(replace(ADA, role="user", scopes=none, narrowed=True), agent.CreateAgent)
    with pytest.raises(NotAllowed, match="the API key lacks it"):
        authorise(replace(ADA, role="user", scopes=none, key_id=ADA.user_id), agent.CreateAgent)


def test_z2_acts_in_the_name_of_who_asked_but_with_its_own_rights() -> None:
    acting = on_behalf_of(replace(ADA, role="agent", scopes=frozenset()))
    assert (acting.user_id, acting.workspace_id) == (ADA.user_id, ADA.workspace_id)
    authorise(acting, user.SetPassword)
