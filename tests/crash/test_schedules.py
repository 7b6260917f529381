"""Workers that end as suddenly as it gets while schedules are due: each run is started, and started once."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from infrastructure import fail_points
from infrastructure.identity.tokens import now
from tests.support import asked
from tests.support.system import System, running_system, until

SCHEDULES = 8
DEATHS = ("before_append", "after_commit", "after_commit:2", "before_append:3", "after_commit:3")
"""Just before something is in the log, and just after it, before anybody can hear of it."""


@pytest.fixture
def system(database_url: str, redis_url: str) -> Iterator[System]:
    with running_system(database_url, redis_url) as running:
        yield running


def test_each_moment_starts_one_run_however_many_workers_die(system: System) -> None:
    system.kill("worker")
    echo = {"id": "echo", "kind": "transform", "expression": "input"}
    workflow_id = system.post("/api/workflows", asked.a_definition(echo))["id"]
    body = {"workflow_id": workflow_id, "input": {"title": "Brief", "text": "It rains."}}
    at = (now() + timedelta(seconds=4)).isoformat()
    made = [system.post("/api/schedules", {"name": f"No. {n}", "at": at, **body})["id"] for n in range(SCHEDULES)]
    until(lambda: now().isoformat() > at)

    for point in DEATHS:
        system.environment[fail_points.VARIABLE] = point
        system.start("worker")
        until(lambda: system.processes["worker"].poll() is not None)
    del system.environment[fail_points.VARIABLE]
    system.start("worker")
    until(lambda: all(each["status"] == "ended" for each in shown(system)))

    items = shown(system)
    assert sorted(each["id"] for each in items) == sorted(made)
    runs = [f"/api/runs/{each['last_run']}" for each in items]
    until(lambda: {system.client.get(run).json()["status"] for run in runs} == {"completed"})
    happened = Counter(each["type"] for each in events(system))
    assert (happened["schedule.fired.v1"], happened["run.started.v2"]) == (SCHEDULES, SCHEDULES)
    assert happened["schedule.skipped.v1"] == 0


def shown(system: System) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = system.get("/api/schedules")["items"]
    return items


def events(system: System) -> Iterator[dict[str, Any]]:
    """All that has happened."""
    after: int | None = 0
    while after is not None:
        answer = system.client.get("/api/events", params={"after": after}, headers={"Accept": "application/json"})
        page = answer.json()
        yield from page["items"]
        after = page["next"]
