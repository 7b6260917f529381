"""kill -9 of each process in the middle of a run: the run completes, and nothing that is recorded is done again."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.support import asked
from tests.support.machine import Machine, running_machine
from tests.support.model_process import ANSWER, model_process, settings
from tests.support.system import until

STEPS = 5
RESUMED_WITHIN = timedelta(seconds=8)
"""From when the victim has started again to the next event of the run."""


@pytest.fixture(scope="module")
def models() -> Iterator[httpx2.Client]:
    """A model provider in a process of its own, which takes about a second for each answer."""
    with model_process(delay=0.08) as client:
        yield client


@pytest.fixture(scope="module")
def machine(models: httpx2.Client) -> Iterator[Machine]:
    with running_machine(**settings(models)) as running:
        yield running


@pytest.fixture(scope="module")
def chain(machine: Machine) -> str:
    """A workflow whose steps follow one another."""
    agent = {"name": "Link", "role": "Link", "instructions": "Go on.", "task": "summarise", "model": "openai/test"}
    agent_id = machine.post("/api/agents", agent)["id"]
    names = [f"step-{n}" for n in range(STEPS)]
    nodes = [
        asked.a_node(agent_id, id=name, prompt=f"This is {name}.", needs=names[max(0, n - 1) : n])
        for n, name in enumerate(names)
    ]
    return str(machine.post("/api/workflows", asked.a_definition(*nodes, name="Chain"))["id"])


@pytest.mark.parametrize("victim", ["worker", "api", "postgres", "valkey", "projector"])
def test_a_run_survives_the_sudden_death_of(victim: str, machine: Machine, chain: str, models: httpx2.Client) -> None:
    models.post("/__reset")
    models.post("/__default", json={"text": ANSWER, "delay": 0.08})
    body = {"workflow_id": chain, "input": {"title": f"Without {victim}", "text": "Some text."}}
    run_id = machine.post("/api/runs", body)["id"]
    until(lambda: _count(machine, run_id, "run.call_begun.v1") >= 3)

    killed = datetime.now(UTC)
    machine.kill(victim)
    until(lambda: machine.at_work(victim))
    restarted = datetime.now(UTC)
    run = machine.finished(run_id)

    assert run["status"] == "completed", run
    events = _events(machine, run_id)
    assert _first_after(killed, events) - restarted < RESUMED_WITHIN
    _nothing_recorded_was_repeated(events, _asked(models))


def _first_after(moment: datetime, events: list[Any]) -> datetime:
    """When the run went on, by its own record."""
    return min(at for event in events if (at := datetime.fromisoformat(event["at"])) > moment)


def _nothing_recorded_was_repeated(events: list[Any], asked: "Counter[str]") -> None:
    begun = Counter(_step(event) for event in events if event["type"] == "run.call_begun.v1")
    recorded = Counter(_step(event) for event in events if event["type"] == "run.call_recorded.v1")
    doubtful = Counter(_step(event) for event in events if event["type"] == "run.call_in_doubt.v1")
    assert recorded == {f"step-{n}": 1 for n in range(STEPS)}
    assert begun == recorded + doubtful, "each call was recorded or is in doubt"
    # a worker can die between saying that it will call and calling, never the other way round
    assert all(recorded[step] <= asked[step] <= begun[step] for step in recorded)
    for step in recorded:
        ends = [event["type"] for event in events if event["data"].get("step") == step]
        after = ends[ends.index("run.call_recorded.v1") + 1 :]
        assert "run.call_begun.v1" not in after, "a recorded call was made again"


def _asked(models: httpx2.Client) -> "Counter[str]":
    """How often the provider was asked for each step, by its own count."""
    calls = models.get("/__calls").json()
    return Counter(f"step-{n}" for call in calls for n in range(STEPS) if f"This is step-{n}." in str(call["body"]))


def _events(machine: Machine, run_id: str) -> list[Any]:
    def ask() -> list[Any] | None:
        try:
            answer = machine.client.get(f"/api/runs/{run_id}/events", params={"limit": 1000})
        except httpx2.HTTPError:
            return None
        return list(answer.json()["items"]) if answer.status_code == 200 else None

    return until(ask)


def _count(machine: Machine, run_id: str, kind: str) -> int:
    return sum(1 for event in _events(machine, run_id) if event["type"] == kind)


def _step(event: Any) -> str:
    return str(event["data"]["step"])
