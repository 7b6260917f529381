"""Laws that hold for every decider, whatever is asked of it in whatever order."""

from typing import Any, TypeAlias
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import agent, name, user, workflow, workspace
from domain.kernel import Decider, Rejected
from tests.support.given import CONTEXT

AnyDecider: TypeAlias = Decider[Any, Any, Any]
"""The laws are the same for all, so they know neither the states nor the commands nor the events of any."""

ADA, BOB = UUID(int=21), UUID(int=22)
NODE = workflow.AgentNode("a", ADA, "Do it.")
ROLES: tuple[workspace.Role, ...] = ("admin", "user", "agent")

NOUNS: dict[str, tuple[AnyDecider, Any, list[Any]]] = {
    "agent": (
        agent.decider,
        list[agent.Events],
        [
            *(agent.CreateAgent("Ada", role, "Do.", "compose") for role in "rs"),
            *(agent.ReviseAgent(role, "Do.", "compose") for role in "rs"),
            agent.RetireAgent(),
        ],
    ),
    "user": (user.decider, list[user.Events], [user.RegisterUser(), user.DisableUser(), user.EnableUser()]),
    "name": (
        name.decider,
        list[name.Events],
        [command for who in (ADA, BOB) for command in (name.ClaimName(who, "Ada"), name.ReleaseName(who))],
    ),
    "workspace": (
        workspace.decider,
        list[workspace.Events],
        [
            *(workspace.CreateWorkspace(label) for label in "xy"),
            *(workspace.AddMember(who, role) for who in (ADA, BOB) for role in ROLES),
            *(workspace.RemoveMember(who) for who in (ADA, BOB)),
        ],
    ),
    "workflow": (
        workflow.decider,
        list[workflow.Events],
        [
            *(workflow.CreateWorkflow(label, (NODE,)) for label in "xy"),
            *(workflow.ReviseWorkflow((NODE,), text) for text in "xy"),
            workflow.ReviseWorkflow((NODE, NODE)),
        ],
    ),
}


def live(decider: AnyDecider, commands: list[Any]) -> tuple[list[Any], Any]:
    """Everything that happens when these commands are sent one after the other, and the state it leads to."""
    events: list[Any] = []
    state = decider.initial
    for command in commands:
        try:
            decided = decider.decide(command, state, CONTEXT)
        except Rejected:
            continue
        for event in decided:
            state = decider.evolve(state, event)
        events += decided
    return events, state


@pytest.mark.parametrize("noun", NOUNS)
@given(data=st.data())
def test_a_state_read_from_stored_facts_is_the_live_state(noun: str, data: st.DataObject) -> None:
    decider, stored_as, commands = NOUNS[noun]
    events, state = live(decider, data.draw(st.lists(st.sampled_from(commands), max_size=12)))
    stored = msgspec.json.encode(events)
    assert decider.fold(msgspec.json.decode(stored, type=stored_as)) == state


@pytest.mark.parametrize("noun", NOUNS)
@given(data=st.data())
def test_a_command_twice_equals_once(noun: str, data: st.DataObject) -> None:
    decider, _, commands = NOUNS[noun]
    sent = data.draw(st.lists(st.sampled_from(commands), max_size=12))
    doubled = [command for command in sent for _ in range(2)]
    assert live(decider, doubled) == live(decider, sent)


@given(st.lists(st.sampled_from(NOUNS["workspace"][2]), max_size=20))
def test_a_workspace_that_has_an_admin_never_loses_its_last(commands: list[workspace.Commands]) -> None:
    had_one = False
    for end in range(len(commands) + 1):
        _, state = live(workspace.decider, commands[:end])
        has_one = "admin" in state.members.values()
        assert has_one or not had_one
        had_one = has_one
