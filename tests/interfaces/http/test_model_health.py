"""What the API tells of a model's health: how the last tries went, by the word of all processes together."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support import asked
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, provided_system

MODEL = "openai/test-model"


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def health(client: httpx2.Client) -> dict[str, Any] | None:
    models = {each["id"]: each for each in client.get("/api/models").json()["items"]}
    told: dict[str, Any] | None = models[MODEL]["health"]
    return told


def test_what_a_worker_measured_the_api_tells(client: httpx2.Client) -> None:
    answer = client.post("/api/models", json={"model": MODEL, "context_tokens": 100_000})
    assert answer.status_code == 200, answer.text
    assert health(client) is None
    workflow_id = asked.a_workflow(client, {"id": "read", "document": True}, model=MODEL)
    run = asked.created(client, "/api/runs", asked.a_run(template=None, workflow_id=workflow_id))
    assert asked.finished(client, run)["status"] == "completed"
    assert asked.seen(lambda: (health(client) or {}).get("last"), "answered")
    told = health(client)
    assert told is not None
    assert told["first_token_ms"] >= 0
    assert (told["success"], told["open_until"]) == (1.0, None)
