"""One table says who may do what."""

from typing import get_args

import pytest

from application import access
from application.access import NEEDS, SCOPES, Actor, Role, Scope, authorise, authorise_reading
from application.errors import NotAllowed
from application.registry import AGGREGATES
from domain import agent, run, user, workflow, workspace
from domain.kernel import Command, replace
from tests.application.world import ADA

PEOPLE: tuple[Role, ...] = ("admin", "user", "agent")


def actor(role: Role) -> Actor:
    return replace(ADA, role=role)


def test_every_command_of_every_aggregate_needs_a_scope_and_no_other_stands_in_the_table() -> None:
    assert {command for aggregate in AGGREGATES for command in aggregate.commands} == set(NEEDS)


def test_every_role_has_scopes_and_every_scope_is_known_and_needed() -> None:
    assert set(SCOPES) == set(get_args(Role))
    known = set(get_args(Scope))
    assert set(NEEDS.values()) <= known
    assert set().union(*SCOPES.values()) == known


@pytest.mark.parametrize(
    ("command", "allowed"),
    [
        (agent.CreateAgent, {"admin", "user", "system"}),
        (workflow.CreateWorkflow, {"admin", "user", "system"}),
        (run.StartRun, {"admin", "user", "system"}),
        (run.CancelRun, {"admin", "user", "system"}),
        (run.RetryStep, {"admin", "user", "system"}),
        (run.BeginStep, {"system"}),
        (run.BeginCall, {"system"}),
        (run.RecordCall, {"system"}),
        (run.CompleteStep, {"system"}),
        (run.FailStep, {"system"}),
        (run.LoseStep, {"system"}),
        (user.RegisterUser, {"admin", "system"}),
        (user.DisableUser, {"admin", "system"}),
        (workspace.AddMember, {"admin", "system"}),
    ],
)
def test_a_command_is_open_to_these_roles_alone(command: type[Command], allowed: set[Role]) -> None:
    for role in get_args(Role):
        if role in allowed:
            authorise(actor(role), command)
        else:
            with pytest.raises(NotAllowed, match=f"{command.__name__} needs the scope .* the role {role} lacks it"):
                authorise(actor(role), command)


def test_only_the_system_does_the_work_of_runs() -> None:
    assert [role for role in get_args(Role) if "runs:work" in SCOPES[role]] == ["system"]


@pytest.mark.parametrize("role", get_args(Role))
def test_every_role_may_read(role: Role) -> None:
    authorise_reading(actor(role))


def test_a_role_without_the_scope_may_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.SCOPES, "agent", frozenset())
    with pytest.raises(NotAllowed, match="reading needs the scope read"):
        authorise_reading(actor("agent"))
