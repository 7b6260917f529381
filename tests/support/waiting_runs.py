"""Runs that wait for people, as tests ask for them."""

from typing import Any

import httpx2

from tests.support import asked
from tests.support.asked import created, seen


def an_approval(**fields: Any) -> dict[str, Any]:
    return {"id": "check", "kind": "approval", "question": "Is it good?"} | fields


def published(client: httpx2.Client, *nodes: dict[str, Any], **fields: Any) -> str:
    """The id of a new workflow of just these nodes."""
    definition = {"name": asked.name("Waiting"), "nodes": list(nodes)} | fields
    return str(created(client, "/api/workflows", {"definition": definition})["id"])


def begun(client: httpx2.Client, workflow_id: str, **fields: Any) -> str:
    """The id of a new run of it."""
    body = {"workflow_id": workflow_id, "input": {"title": "Tides", "text": asked.TEXT}} | fields
    return str(created(client, "/api/runs", body)["id"])


def waiting(client: httpx2.Client, *nodes: dict[str, Any], **fields: Any) -> str:
    """The id of a new run of these nodes, once it waits for somebody or something."""
    run_id = begun(client, published(client, *nodes, **fields))
    reached(client, run_id, "waiting")
    return run_id


def reached(client: httpx2.Client, run_id: str, status: str) -> dict[str, Any]:
    """The run once it has come so far."""
    assert seen(lambda: read(client, run_id)["status"], status), read(client, run_id)
    return read(client, run_id)


def read(client: httpx2.Client, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = client.get(f"/api/runs/{run_id}").json()
    return run


def step(client: httpx2.Client, run_id: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in read(client, run_id)["steps"] if each["id"] == name)
    return found


def inbox(client: httpx2.Client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/inbox", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
