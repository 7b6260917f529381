"""What anything was at a position of the log, and what changed in it, with a real Z2 on the other side."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.execute import Executor
from domain import agent as agents
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from interfaces.cli.client import changes, states
from interfaces.cli.client.changes import Change
from tests.support.asked import a_run, an_agent, created, finished
from tests.support.command_line import CommandLine
from tests.support.system import System


@pytest.fixture
def z2(system: System, tmp_path: Path) -> CommandLine:
    """The command line of the admin."""
    return CommandLine(tmp_path, Z2_URL=system.url, Z2_TOKEN=system.client.headers["Authorization"].split()[1])


@pytest.fixture
def agent(system: System) -> str:
    """A new one."""
    return str(created(system.client, "/api/agents", an_agent(role="Reader"))["id"])


def revised(system: System, agent_id: str, role: str) -> int:
    """The position of a revision, which another process of the same Z2 makes."""

    async def revise() -> int:
        async with opened(system) as executor:
            admin = Actor(uuid4(), UUID(system.get("/api/session")["workspace_id"]), "admin")
            command = agents.ReviseAgent(role, "Read it.", "summarise")
            stream = UUID(agent_id)
            return (await executor.execute(stream, command, admin, correlation_id=stream)).position

    return asyncio.run(revise())


@asynccontextmanager
async def opened(system: System) -> AsyncIterator[Executor]:
    database = Database(system.environment["DATABASE_URL"])
    await database.open()
    try:
        yield Executor(PostgresEventStore(database), now)
    finally:
        await database.close()


def positions(z2: CommandLine, stream: str) -> list[int]:
    said = z2("events", "--stream", stream, "--json")
    assert (said.code, said.err) == (0, "")
    return [json.loads(line)["position"] for line in said.out.splitlines()]


def state(z2: CommandLine, *words: str) -> dict[str, Any]:
    said = z2("state", *words, "--json")
    assert (said.code, said.err) == (0, "")
    document: dict[str, Any] = json.loads(said.out)
    return document


def test_the_state_of_an_agent_is_told_now_and_as_it_was(z2: CommandLine, system: System, agent: str) -> None:
    later = revised(system, agent, "Editor")
    first, second = positions(z2, agent)
    assert second == later
    now = state(z2, agent)
    assert (now["noun"], now["version"], now["position"], now["state"]["role"]) == ("agent", 2, second, "Editor")
    before = state(z2, agent, "--at", str(second - 1))
    assert (before["version"], before["position"], before["state"]["role"]) == (1, first, "Reader")
    shown = z2("state", agent, "--at", str(first)).out
    assert shown.splitlines()[0].startswith(f"agent {agent}: version 1, position {first}, ")
    assert ["role", "Reader"] in [line.split() for line in shown.splitlines()]


def test_what_changed_is_told_field_by_field_in_either_direction(z2: CommandLine, system: System, agent: str) -> None:
    revised(system, agent, "Editor")
    first, second = map(str, positions(z2, agent))
    said = z2("diff", agent, first, second)
    assert said.out.splitlines() == [
        f"agent {agent}: 1 event from position {first} to {second}",
        "~ version: 1 → 2",
        "~ role: Reader → Editor",
    ]
    back = json.loads(z2("diff", agent, second, first, "--json").out)
    assert back["changes"] == [
        {"field": "version", "change": "changed", "before": 2, "after": 1},
        {"field": "role", "change": "changed", "before": "Editor", "after": "Reader"},
    ]
    assert z2("diff", agent, first, first).out.splitlines()[-1] == "nothing changed"
    born = json.loads(z2("diff", agent, "0", first, "--json").out)
    assert {"field": "status", "change": "changed", "before": "absent", "after": "active"} in born["changes"]


def test_a_run_can_be_looked_at_at_every_position(z2: CommandLine, system: System) -> None:
    run = finished(system.client, created(system.client, "/api/runs", a_run()))
    begun, *_, over = positions(z2, run["id"])
    assert state(z2, run["id"][:13])["state"]["status"] == "completed"
    assert state(z2, run["id"], "--at", str(begun))["state"]["status"] == "running"
    step = run["steps"][0]["id"]
    shown = [line.split() for line in z2("state", run["id"]).out.splitlines()]
    assert [f"steps.{step}.status", "completed"] in shown
    told = z2("diff", run["id"], str(begun), str(over)).out
    assert "~ status: running → completed" in told
    assert "+ output.sha256: " in told


@pytest.mark.parametrize("words", [("state",), ("diff", "1")])
def test_a_position_in_the_future_is_named(z2: CommandLine, agent: str, words: tuple[str, ...]) -> None:
    command, *rest = words
    future = str(2**40)
    said = z2(command, agent, *(["--at", future] if command == "state" else [*rest, future]))
    assert said.code == 2
    assert f"position {future} is in the future; the log ends at " in said.error


def test_what_was_not_there_yet_has_no_state(z2: CommandLine, agent: str) -> None:
    (begun,) = positions(z2, agent)
    said = z2("state", agent, "--at", str(begun - 1))
    assert said.code == 2
    assert said.error == f"nothing had happened to {agent} at position {begun - 1}; it begins at {begun}"


def test_a_stream_that_is_not_there_is_bad_input(z2: CommandLine) -> None:
    said = z2("state", str(uuid4()))
    assert said.code == 2
    assert "there is no such thing in this workspace" in said.error.lower()


def test_the_log_is_narrowed_down_by_type_stream_run_and_correlation(z2: CommandLine, system: System) -> None:
    run = finished(system.client, created(system.client, "/api/runs", a_run()))
    own = [json.loads(line) for line in z2("events", "--run", run["id"], "--json").out.splitlines()]
    assert {event["stream"] for event in own} == {run["id"]}
    steps = [json.loads(line) for line in z2("events", run["id"], "--type", "run.step_", "--json").out.splitlines()]
    assert steps == [event for event in own if event["type"].startswith("run.step_")]
    assert steps
    words = ["events", "--correlation", own[0]["correlation_id"], "--type", "run.", "--json"]
    assert [json.loads(line) for line in z2(*words).out.splitlines()] == own
    assert z2("events", "--stream", run["id"], "--json").out == z2("events", run["id"], "--json").out


def test_a_filter_that_matches_nothing_says_so(z2: CommandLine, agent: str) -> None:
    for words in (["--stream", agent, "--type", "run."], ["--correlation", str(uuid4())]):
        said = z2("events", *words)
        assert (said.code, said.out, said.error) == (0, "", "no event matches")


def test_a_run_and_a_stream_are_not_asked_for_at_once(z2: CommandLine, agent: str) -> None:
    said = z2("events", agent, "--stream", agent)
    assert said.code == 2
    assert said.error.startswith("name one run or one stream")


def test_fields_are_named_by_ids_where_things_have_them_and_else_by_place() -> None:
    named = {"plan": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]}
    assert states.fields(named) == {"plan[a].id": "a", "plan[a].n": 1, "plan[b].id": "b", "plan[b].n": 2}
    assert states.fields({"twice": [{"id": 1}, {"id": 1}]}) == {"twice[0].id": 1, "twice[1].id": 1}
    assert states.fields({"no": [], "none": None, "empty": {}}) == {"no": [], "none": None, "empty": {}}


def test_what_comes_and_goes_is_told_apart_from_what_changes() -> None:
    assert changes.between({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}) == [
        Change("c", "changed", 3, 4),
        Change("d", "added", None, 5),
        Change("a", "removed", 1, None),
    ]
