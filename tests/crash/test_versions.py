"""A newer Z2 beside an older one: the older names what it cannot read, makes nothing wrong of it, and goes on."""

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import MapperDeserialisationError

from application.access import Actor
from application.execute import Executor
from domain import agent as agents
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support import asked, servers
from tests.support.api_process import ApiProcess, api_process
from tests.support.asked import a_run, an_agent, created, refused
from tests.support.newer import TAG
from tests.support.sse import Watcher
from tests.support.system import ROOT, System, running_system, until

POSITION = "SELECT position FROM projection_positions WHERE name = %s"


@pytest.fixture(scope="module")
def older(postgres: str, redis_url: str) -> Iterator[System]:
    """A Z2 of its own, which a test may spoil."""
    with running_system(servers.create_database(postgres, "versions"), redis_url) as running:
        yield running


@pytest.fixture(scope="module")
def api(older: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiProcess]:
    """One more API of it, whose log is read."""
    with api_process(older.environment, tmp_path_factory.mktemp("older") / "log") as running:
        yield running


@pytest.fixture(scope="module")
def promoted(older: System, api: ApiProcess) -> tuple[dict[str, Any], int]:
    """An agent that a newer Z2 has promoted, and the position where it has."""
    agent = an_agent()
    accepted = created(older.client, "/api/agents", agent)
    older.get("/api/agents", after=accepted["position"])
    node = asked.a_node(accepted["id"])
    workflow = created(older.client, "/api/workflows", asked.a_definition(node, name="By the promoted"))
    workspace_id = older.get("/api/session")["workspace_id"]
    argv = [older.environment["DATABASE_URL"], accepted["id"], workspace_id]
    newer = subprocess.run(
        [sys.executable, "-m", "tests.support.newer", *argv], cwd=ROOT, capture_output=True, text=True, check=True
    )
    known = {"id": accepted["id"], "workflow_id": workflow["id"], "workspace_id": workspace_id}
    return {**agent, **known}, int(newer.stdout)


def position_of(name: str, older: System) -> int:
    with psycopg.connect(older.environment["DATABASE_URL"]) as connection:
        row = connection.execute(POSITION, (name,)).fetchone()
    return int(row[0]) if row else 0


def test_the_older_one_names_it_in_its_health_and_in_its_log(
    older: System, api: ApiProcess, promoted: tuple[dict[str, Any], int]
) -> None:
    _, position = promoted

    def stopped() -> Any:
        return older.get("/health/ready")["checks"]["projections"]["agents"]["stopped"]

    stop = until(stopped)
    assert (stop["position"], stop["event_type"]) == (position, TAG)
    assert older.get("/health/ready")["status"] == "degraded"
    said = f"no code knows the event '{TAG}' at position {position}; was it written by a newer Z2?"
    until(lambda: said in re.sub(r"\x1b\[\d*m", "", api.log))


def head(older: System) -> int:
    with psycopg.connect(older.environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT max(notification_id) FROM events").fetchone()
    return int(row[0]) if row else 0


def test_a_command_that_needs_what_it_cannot_read_is_refused_by_name_and_writes_nothing(
    older: System, promoted: tuple[dict[str, Any], int]
) -> None:
    agent, position = promoted
    before = head(older)
    answer = older.client.post("/api/runs", json=a_run(template=None, workflow_id=agent["workflow_id"]))
    assert f"'{TAG}' at position {position}" in refused(answer, 500, "event_unreadable")
    assert head(older) == before


async def test_so_is_one_to_the_stream_itself_even_where_an_earlier_state_is_remembered(
    older: System, promoted: tuple[dict[str, Any], int]
) -> None:
    agent, position = promoted
    database = Database(older.environment["DATABASE_URL"])
    await database.open()
    try:
        executor = Executor(PostgresEventStore(database), now)
        admin = Actor(UUID(agent["workspace_id"]), uuid4(), "admin")
        for _ in range(2):
            with pytest.raises(MapperDeserialisationError, match=f"'{TAG}' at position {position}"):
                await executor.execute(UUID(agent["id"]), agents.RetireAgent(), admin, correlation_id=uuid4())
    finally:
        await database.close()
    events = older.get(f"/api/streams/{agent['id']}/events")
    assert TAG not in str(events)
    assert [each["type"] for each in events["items"]] == ["agent.created.v1"]


def test_its_row_stays_as_it_was_before_and_the_position_stays_in_front_of_it(
    older: System, promoted: tuple[dict[str, Any], int]
) -> None:
    agent, position = promoted
    created(older.client, "/api/agents", an_agent())
    until(lambda: position_of("agents", older) == position - 1)
    (shown,) = [each for each in older.get("/api/agents")["items"] if each["id"] == agent["id"]]
    assert (shown["role"], shown["version"]) == (agent["role"], 1)


def test_all_that_has_nothing_to_do_with_it_goes_on(older: System, promoted: tuple[dict[str, Any], int]) -> None:
    _, position = promoted
    run = older.post("/api/runs", a_run())
    assert older.finished(run["id"])["status"] == "completed"
    for name in ("runs", "workflows", "step_jobs", "webhooks"):
        until(partial(_is_behind, name, older, position))


def _is_behind(name: str, older: System, position: int) -> bool:
    return position_of(name, older) > position


async def test_a_subscriber_is_told_of_it_and_of_all_that_comes_behind_it(
    older: System, promoted: tuple[dict[str, Any], int]
) -> None:
    _, position = promoted
    behind = created(older.client, "/api/agents", an_agent())
    watcher = Watcher(older.url, older.client.headers["authorization"].removeprefix("Bearer "))
    heard = await watcher.heard(
        f"/api/events?after={position - 2}", lambda message: message.id == str(behind["position"])
    )
    ids = [int(message.id) for message in heard if message.id]
    assert ids == sorted(set(ids))
    (unreadable,) = [message for message in heard if message.event == "unreadable"]
    assert unreadable.id == str(position)
    assert (unreadable.data or {})["position"] == position
    assert {message.type for message in heard if message.id == str(behind["position"])} <= {
        "agent.created.v1",
        "name.claimed.v1",
    }
