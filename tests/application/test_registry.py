"""The registry knows every aggregate by what it takes and by what it keeps."""

from uuid import uuid4

import pytest

from application import registry
from application.registry import AGGREGATES, EVENT_TYPES
from domain import agent, run_commands, run_events, workflow
from domain.definition import Definition
from domain.kernel import Event
from tests.domain.events import EVENTS

BEGIN = run_commands.BeginStep("a", 1, uuid4())


def test_every_event_of_the_domain_is_registered_under_its_tag() -> None:
    assert EVENT_TYPES == EVENTS


def test_no_two_aggregates_share_a_noun_a_command_or_an_event() -> None:
    for shared in (
        [aggregate.noun for aggregate in AGGREGATES],
        [command for aggregate in AGGREGATES for command in aggregate.commands],
        [event for aggregate in AGGREGATES for event in aggregate.events],
    ):
        assert len(set(shared)) == len(shared)


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_every_event_begins_with_the_noun_of_its_aggregate(kind: type[Event]) -> None:
    owner = next(aggregate for aggregate in AGGREGATES if kind in aggregate.events)
    assert registry.tag_of(kind).startswith(f"{owner.noun}.")


def test_commands_and_events_lead_to_their_aggregate() -> None:
    assert registry.taking(BEGIN).noun == "run"
    assert registry.keeping(agent.Retired()).noun == "agent"
    assert registry.keeping(run_events.Cancelled("")).noun == "run"


def test_agents_and_workflows_claim_their_names_and_nothing_else_does() -> None:
    claims = {
        kind: owner.unique(event)
        for kind, event in (
            ("agent", agent.Created("Ada", "Reader", "Read.", "answer", "default")),
            ("workflow", workflow.Published(Definition(name="Brief", nodes=()), {})),
            ("revised", agent.Revised("Reader", "Read.", "answer", "default")),
            ("changed", workflow.Archived()),
            ("run", run_events.Cancelled("")),
        )
        for owner in [registry.keeping(event)]
    }
    assert claims == {"agent": "Ada", "workflow": "Brief", "revised": None, "changed": None, "run": None}


def test_a_name_has_one_stream_in_each_workspace_and_for_each_noun_however_it_is_written() -> None:
    home, other = uuid4(), uuid4()
    stream = registry.name_stream(home, "agent", "Straße")
    assert registry.name_stream(home, "agent", "STRASSE") == stream
    assert registry.name_stream(home, "workflow", "Straße") != stream
    assert registry.name_stream(other, "agent", "Straße") != stream
