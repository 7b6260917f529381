"""A workflow is published anew, with its agent, while fifty runs of it are under way: each ends as it began."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2
import pytest

from tests.support import asked, model_process, servers
from tests.support.system import System, running_system, until

RUNS = 50
LATER = 5


@pytest.fixture
def models() -> Iterator[httpx2.Client]:
    with model_process.model_process(delay=0.08) as client:
        yield client


@pytest.fixture
def system(models: httpx2.Client, postgres: str, redis_url: str) -> Iterator[System]:
    database_url = servers.create_database(postgres, "published_meanwhile")
    with running_system(database_url, redis_url, **model_process.settings(models)) as running:
        yield running


def definition(said: str) -> dict[str, Any]:
    """An agent, a person, the agent again; all that it says and does tells which definition it is."""
    agent = {"role": "Teller", "instructions": f"Tell the {said}.", "task": "answer", "model": "openai/test"}
    mark = f"<<{{{{ input.key }}}} {said}>>"
    tell = {"kind": "agent", "agent": "teller", "document": False, "prompt": f"{mark} Tell me."}
    nodes = [
        tell | {"id": "before"},
        {"id": "check", "kind": "approval", "question": f"Is the {said} told?", "needs": ["before"]},
        tell | {"id": "after", "needs": ["check"]},
        {"id": "end", "kind": "transform", "needs": ["after"], "expression": f"'{said}'"},
    ]
    return {"definition": {"name": "Tale", "nodes": nodes, "agents": {"teller": agent}}}


def start(system: System, workflow_id: str, keys: list[str]) -> dict[str, str]:
    bodies = {key: {"workflow_id": workflow_id, "input": {"title": key, "data": {"key": key}}} for key in keys}
    return {key: system.post("/api/runs", body)["id"] for key, body in bodies.items()}


def approve(system: System) -> None:
    items = system.get("/api/inbox", limit=200)["items"]
    decisions = [{"run_id": each["run_id"], "step": each["step"], "decision": "approve"} for each in items]
    system.post("/api/inbox/decisions", {"items": decisions})


def told(models: httpx2.Client) -> Counter[tuple[str, str, bool, bool]]:
    """Who asked under which definition, and which instructions came with it."""
    calls = [str(call["body"]) for call in models.get("/__calls").json()]
    marks = [(model_process.MARK.search(body), body) for body in calls]
    return Counter((m[1], m[2], "Tell the old." in body, "Tell the new." in body) for m, body in marks if m)


def test_each_of_fifty_runs_ends_by_the_definition_that_it_began_with(system: System, models: httpx2.Client) -> None:
    workflow_id = asked.created(system.client, "/api/workflows", definition("old"))["id"]
    old = start(system, workflow_id, [f"old-{number}" for number in range(RUNS)])
    until(lambda: len(system.get("/api/inbox", limit=200)["items"]) >= RUNS // 5)

    answer = system.client.put(f"/api/workflows/{workflow_id}", json=definition("new"))

    assert answer.status_code == 200, answer.text
    assert {system.get(f"/api/runs/{run}")["ended_at"] for run in old.values()} == {None}, "all are under way"
    new = start(system, workflow_id, [f"new-{number}" for number in range(LATER)])
    until(lambda: len(system.get("/api/inbox", limit=200)["items"]) == RUNS + LATER)
    approve(system)
    runs = {key: until(partial(ended, system, run)) for key, run in {**old, **new}.items()}
    assert {run["status"] for run in runs.values()} == {"completed"}
    for said, version, keys in (("old", 1, old), ("new", 2, new)):
        assert {runs[key]["workflow_version"] for key in keys} == {version}
        assert {system.client.get(f"/api/runs/{run}/output").text for run in keys.values()} == {said}
    assert told(models) == {(key, key[:3], key in old, key in new): 2 for key in runs}, (
        "each agent was asked twice, with the prompts and the instructions of its own time"
    )


def ended(system: System, run_id: str) -> Any:
    run = system.get(f"/api/runs/{run_id}")
    return run if run["ended_at"] else None
