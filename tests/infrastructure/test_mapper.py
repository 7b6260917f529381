"""What is stored of an event is its tag, its facts and its context, and it comes back as it was."""

import json
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from application.ports import Recorded
from application.registry import EVENT_TYPES
from domain import run_events
from infrastructure import mapper
from tests.support import examples
from tests.support.given import CONTEXT

STREAM = UUID(int=9)


@pytest.mark.parametrize("tag", EVENT_TYPES)
@settings(max_examples=20)
@given(st.data())
def test_every_event_comes_back_as_it_was(tag: str, data: st.DataObject) -> None:
    event = data.draw(examples.events(EVENT_TYPES[tag]))
    context = data.draw(examples.contexts())
    topic, state = mapper.encode(event, context)
    assert topic == tag
    assert mapper.decode(STREAM, 3, topic, state, 12) == Recorded(12, STREAM, 3, event, context)


def test_a_row_is_json_that_anybody_can_read() -> None:
    topic, state = mapper.encode(run_events.StepLost("a", 2), CONTEXT)
    assert topic == "run.step_lost.v1"
    assert json.loads(state) == {
        "event": {"type": "run.step_lost.v1", "step": "a", "attempt": 2},
        "context": {
            "workspace_id": str(CONTEXT.workspace_id),
            "actor_id": str(CONTEXT.actor_id),
            "at": "2026-01-01T00:00:00Z",
            "correlation_id": str(CONTEXT.correlation_id),
            "causation": None,
        },
    }


def test_a_field_that_a_newer_z2_has_added_is_no_obstacle() -> None:
    topic, state = mapper.encode(run_events.StepLost("a", 2), CONTEXT)
    row = json.loads(state)
    row["event"]["since"] = "later"
    row["more"] = True
    assert mapper.decode(STREAM, 1, topic, json.dumps(row).encode(), 1).event == run_events.StepLost("a", 2)


def test_the_librarys_interface_maps_the_same_way() -> None:
    recorded = Recorded(0, STREAM, 3, run_events.StepLost("a", 2), CONTEXT)
    through = mapper.EventMapper()
    stored = through.to_stored_event(recorded)
    assert (stored.originator_id, stored.originator_version, stored.topic) == (STREAM, 3, "run.step_lost.v1")
    assert through.to_domain_event(stored) == recorded
    with pytest.raises(MapperDeserialisationError, match=r"no code knows the event 'run\.gone\.v1'"):
        through.to_domain_event(StoredEvent(uuid4(), 1, "run.gone.v1", b"{}"))
