"""kill -9 of the worker at each point of reserve, call and record: the ledger and the provider's own count add up.

What holds: an entry is settled where and only where the run has the answer on record, at the same cost; whatever the
provider has worked for is settled or in doubt; what is released it has turned away, which it does now and then with
status 503; and no reservation stays open. In doubt may also be what was never asked, or turned away unheard.
`HYPOTHESIS_PROFILE=thorough` kills a hundred times.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from application.ledger import entries
from application.ledger.treasury import ledger_of
from application.ports import Recorded
from domain import ledger
from domain import run_events as run
from domain.ledger_state import Held
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.fail_points import VARIABLE
from tests.support import asked, servers
from tests.support.model_process import model_process, settings
from tests.support.system import SECONDS, System, running_system, until

KILLS = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 18
IN_THE_CALL = "in the call"
POINTS = (*(f"{side}:{nth}" for nth in (1, 2, 3, 4) for side in ("before_append", "after_commit")), IN_THE_CALL)
"""A step begins, its call begins and reserves, its answer is recorded and settled, it ends: one append each."""

MODEL = "openai/test"
PRICES = {"input": 1_000_000, "output": 2_000_000}
"""Micro-dollars per million tokens: a token in is one micro-dollar, a token out two."""


@pytest.fixture(scope="module")
def models() -> Iterator[httpx2.Client]:
    """A model provider in a process of its own, which takes a quarter of a second for each answer."""
    with model_process(delay=0.02) as client:
        yield client


@pytest.fixture(scope="module")
def system(models: httpx2.Client, postgres: str, redis_url: str) -> Iterator[System]:
    database_url = servers.create_database(postgres, "ledger_kills")
    with running_system(database_url, redis_url, **settings(models)) as running:
        running.post("/api/models", {"model": MODEL, "prices": PRICES, "context_tokens": 9_000, "output_tokens": 50})
        limit = {"kind": "workspace", "window": "month", "unit": "micro_usd", "most": 10**12}
        assert running.client.put("/api/budgets", json=limit).status_code == 200
        running.kill("worker")
        yield running


@pytest.fixture(scope="module")
def workflow(system: System) -> str:
    """Three steps that do not wait for one another."""
    agent = {"name": "Counter", "role": "Counter", "instructions": "Go on.", "task": "summarise", "model": MODEL}
    agent_id = system.post("/api/agents", agent)["id"]
    nodes = [asked.a_node(agent_id, id=name, prompt=f"This is {name}.") for name in ("one", "two", "three")]
    return str(system.post("/api/workflows", asked.a_definition(*nodes, name="Count"))["id"])


class Story:
    """Workers that die one after the other, and what is there to be done for them."""

    def __init__(self, system: System, models: httpx2.Client, workflow: str) -> None:
        self.runs: list[str] = []
        self.killed: Counter[str] = Counter()
        self._system = system
        self._models = models
        self._workflow = workflow

    def live(self, point: str) -> None:
        """A worker's life with something to do, to its sudden end at this point."""
        body = {"workflow_id": self._workflow, "input": {"title": point, "text": "Some text."}}
        self.runs.append(self._system.post("/api/runs", body)["id"])
        asked = len(self.calls())
        if len(self.runs) % 3 == 0:
            self._models.post("/__script", json={"status": 503})
        if point == IN_THE_CALL:
            self._system.environment.pop(VARIABLE, None)
        else:
            self._system.environment[VARIABLE] = point
        self._system.start("worker")
        worker = self._system.processes.pop("worker")
        if point == IN_THE_CALL:
            until(lambda: len(self.calls()) > asked)
            worker.send_signal(signal.SIGKILL)
        assert worker.wait(SECONDS) == -signal.SIGKILL
        self.killed[point] += 1

    def end(self) -> None:
        """A worker that lives does the rest, until nothing is under way."""
        self._system.environment.pop(VARIABLE, None)
        self._system.start("worker")
        for run_id in self.runs:
            self._system.finished(run_id)
        until(lambda: self.costs()["open"] == 0)

    def calls(self) -> list[Any]:
        """Those that the provider counts."""
        return list(self._models.get("/__calls").json())

    def turned_away(self) -> int:
        return sum(call["state"] == "refused" for call in self.calls())

    def costs(self) -> Any:
        return self._system.get("/api/costs")["total"]

    def budget(self) -> Any:
        (limit,) = self._system.get("/api/budgets")["items"]
        return limit


async def log(system: System) -> Sequence[Recorded]:
    database = Database(system.environment["DATABASE_URL"])
    await database.open()
    try:
        return await PostgresEventStore(database).read(0, 1_000_000)
    finally:
        await database.close()


async def test_the_ledger_and_the_providers_own_count_add_up_wherever_workers_die(
    system: System, models: httpx2.Client, workflow: str
) -> None:
    story = Story(system, models, workflow)
    for number in range(KILLS):
        story.live(POINTS[number % len(POINTS)])
    story.end()
    assert story.killed.total() == KILLS
    assert story.killed.keys() == set(POINTS)
    told = await log(system)
    settled = {each.event.entry: each.event.micro_usd for each in told if isinstance(each.event, ledger.Settled)}
    doubts = _doubts(told)
    assert settled == _recorded(told)
    assert None not in settled.values()
    released = [each.event.entry for each in told if isinstance(each.event, ledger.Released)]
    assert sorted(released) == sorted(_refused(told))
    assert len(released) == len(set(released)) <= story.turned_away()
    assert story.turned_away() == KILLS // 3
    assert story.costs()["refused"] == len(released)
    _adds_up(story, settled, doubts)


def _doubts(told: Sequence[Recorded]) -> dict[UUID, Held]:
    """What is in doubt on any day that the test has seen, on which nothing else is held."""
    workspace_id = told[-1].context.workspace_id
    days = {ledger_of(workspace_id, at.date()) for at in _moments(told)}
    doubts: dict[UUID, Held] = {}
    for day in days:
        events: list[ledger.Events] = [each.event for each in told if each.stream == day]  # type: ignore[misc]  # of a ledger
        state = ledger.decider.fold(events)
        assert not state.held, "a reservation stayed open"
        doubts |= state.doubts
    return doubts


def _moments(told: Sequence[Recorded]) -> list[datetime]:
    return [each.context.at for each in told]


def _recorded(told: Sequence[Recorded]) -> dict[UUID, int | None]:
    """What each answer cost that a run has on record, by the entry that its call reserved."""
    return {
        entries.of_run(each.stream, made.step, made.attempt, made.call, made.tried): made.cost_micro_usd
        for each in told
        if isinstance(made := each.event, run.CallRecorded)
    }


def _refused(told: Sequence[Recorded]) -> list[UUID]:
    return [
        entries.of_run(each.stream, made.step, made.attempt, made.call, made.tried)
        for each in told
        if isinstance(made := each.event, run.CallRefused)
    ]


def _adds_up(story: Story, settled: dict[UUID, int | None], doubts: dict[UUID, Held]) -> None:
    costs, budget = story.costs(), story.budget()
    calls = [call for call in story.calls() if call["state"] != "refused"]
    answered = [call for call in calls if call["state"] == "answered"]
    assert len(settled) <= len(answered) <= len(calls) <= len(settled) + len(doubts)
    assert len(settled) >= len(story.runs), "most of the steps were done in the end"
    spent = sum(cost or 0 for cost in settled.values())
    doubtful = sum(each.micro_usd or 0 for each in doubts.values())
    assert (costs["calls"], costs["in_doubt"], costs["open"]) == (len(settled), len(doubts), 0)
    assert (costs["cost_micro_usd"], costs["in_doubt_micro_usd"], costs["unknown_costs"]) == (spent, doubtful, 0)
    assert costs["input_tokens"] + 2 * costs["output_tokens"] == spent
    assert (budget["spent"], budget["in_doubt"], budget["reserved"]) == (spent, doubtful, 0)
