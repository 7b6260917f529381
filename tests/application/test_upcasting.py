"""Facts of the first forms are read as what they would be today."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from application import upcasting
from domain import run, run_events, workflow
from domain.definition import Definition
from domain.kernel import PayloadRef
from domain.nodes import Agent, Retry
from domain.run_values import Member
from tests.domain.events import EVENTS
from tests.support.given import AT

ADA, BOB = UUID(int=20), UUID(int=21)
FLOW, KEY = UUID(int=30), UUID(int=31)


def read(tag: str, data: dict[str, Any]) -> Any:
    """The fact as the log gives it, from what it stored in the past."""
    before = msgspec.json.encode(data)
    today, changed = upcasting.current(tag, data)
    assert msgspec.json.encode(data) == before, "what was stored is left as it is"
    return msgspec.convert({**changed, "type": today}, EVENTS[today], strict=False)


def stored(name: str, agent: UUID, **more: Any) -> dict[str, Any]:
    return {"kind": "agent", "id": name, "agent_id": str(agent), "prompt": "Read.", **more}


NODES = [stored("a", ADA), stored("b", ADA, needs=["a"], max_attempts=5, document=False), stored("c", BOB, needs=["b"])]


def node(name: str, agent: str, *needs: str, attempts: int = 3, document: bool = True) -> Agent:
    return Agent(id=name, agent=agent, prompt="Read.", needs=needs, retry=Retry(attempts=attempts), document=document)


def expected(*agents: str) -> tuple[Agent, ...]:
    first, second, third = agents
    return node("a", first), node("b", second, "a", attempts=5, document=False), node("c", third, "b")


def test_a_workflow_that_was_created_was_published() -> None:
    created = read("workflow.created.v1", {"name": "Brief", "description": "Short", "nodes": NODES})
    nodes = expected(str(ADA), str(ADA), str(BOB))
    definition = Definition(name="Brief", description="Short", nodes=nodes)
    assert created == workflow.Published(definition, {str(ADA): ADA, str(BOB): BOB})


def test_a_workflow_that_was_revised_is_its_next_version_under_the_same_name() -> None:
    created = read("workflow.created.v1", {"name": "Brief", "description": "", "nodes": NODES})
    revised = read("workflow.revised.v1", {"description": "Shorter", "nodes": NODES[:1]})
    state = workflow.decider.fold([created, revised])
    assert (state.version, state.name, state.status) == (2, "Brief", "active")
    assert state.definition is not None
    assert (state.definition.description, [each.id for each in state.definition.nodes]) == ("Shorter", ["a"])
    assert state.agents == {str(ADA): ADA}


def planned(name: str, agent: UUID, **more: Any) -> dict[str, Any]:
    pinned = {"agent_version": 2, "agent_name": "Ada", "role": "Reader", "model": "offline/extract"}
    return {**stored(name, agent, **more), **pinned}


STARTED = {
    "title": "Brief",
    "workflow_id": str(FLOW),
    "workflow_version": 3,
    "workflow_name": "Research",
    "plan": [
        planned(each["id"], ADA, **{key: each[key] for key in ("needs", "max_attempts", "document") if key in each})
        for each in NODES
    ],
    "input": {"sha256": "0" * 64, "size": 5},
    "key_id": str(KEY),
}


def test_a_run_that_was_started_goes_on_with_the_agents_that_it_pinned() -> None:
    started = read("run.started.v1", STARTED)
    assert started == run_events.Started(
        "Brief",
        FLOW,
        3,
        "Research",
        expected("a", "b", "c"),
        {name: Member(ADA, 2, "Ada", "Reader", "offline/extract") for name in "abc"},
        PayloadRef("0" * 64, 5),
        key_id=KEY,
    )
    past = [started, run_events.StepScheduled("a", 1, AT), run_events.StepBegun("a", 1, KEY)]
    done = run_events.StepCompleted("a", 1, PayloadRef("1" * 64, 1))
    state = run.decider.fold([*past, done, run_events.StepScheduled("b", 1, AT)])
    assert {name: step.status for name, step in state.steps.items()} == {
        "a": "completed",
        "b": "scheduled",
        "c": "waiting",
    }


def test_a_fact_of_today_is_read_as_it_is() -> None:
    data = {"reason": "enough"}
    assert upcasting.current("run.cancelled.v1", data) == ("run.cancelled.v1", data)


def test_a_fact_that_was_never_known_is_not_read() -> None:
    assert not upcasting.known("run.dreamt.v1")
    with pytest.raises(KeyError):
        upcasting.current("run.dreamt.v1", {})


@pytest.mark.parametrize("tag", upcasting.RETIRED)
def test_what_is_retired_leads_to_a_fact_of_today(tag: str) -> None:
    assert tag not in EVENTS
    seen = {tag}
    while tag in upcasting.RETIRED:
        tag = upcasting.RETIRED[tag].tag
        assert tag not in seen
        seen.add(tag)
    assert tag in EVENTS
