"""What was told shorter over HTTP: each summary with what it stands for, and whether that can be read."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.interfaces.http.test_sessions import MODEL, an_answering_agent, answered, asked, told
from tests.support.asked import an_agent, created, refused, seen
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, provided_system

NOBODY = str(UUID(int=77))
LINE = "The tide at station {n} turned the turbine of the bay for {n} hours before dawn. "


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def read(client: httpx2.Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_summary_of_a_session_is_shown_with_the_messages_that_it_stands_for(
    client: httpx2.Client, provided: ProvidedSystem
) -> None:
    provided.openai.reset()
    agent_id = an_answering_agent(client, context_tokens=1_000)
    first = created(client, "/api/sessions", {"agent_id": agent_id, "message": {"text": "I am Ada."}})
    answered(client, first)
    path = f"/api/sessions/{first['id']}/compactions"
    assert read(client, path) == []
    for number in range(8):
        answer = answered(client, asked(client, first["id"], LINE.format(n=number) * 5))
        assert answer["status"] == "completed", (answer["code"], answer["detail"])
    made = read(client, path)
    assert made
    for each in made:
        assert each["method"] == "extracted"
        assert each["readable"]
        assert len(each["messages"]) == each["replaced"]
        assert each["messages"][0] == first["message_id"]
        assert each["tokens_after"] < each["tokens_before"]
    assert made[-1]["summary"] in told(provided.openai).replace("\\n", "\n")
    assert read(client, f"/api/runs/{first['run_id']}/steps/answer/compactions") == []


def test_an_agent_that_asks_a_route_answers_within_what_its_candidates_take(
    client: httpx2.Client, provided: ProvidedSystem
) -> None:
    provided.openai.reset()
    made = client.put("/api/routes/ours", json={"strategy": "cheapest", "models": [MODEL]})
    assert made.status_code < 300, made.text
    agent_id = created(client, "/api/agents", an_agent(task="answer", model="route/ours"))["id"]
    posted = created(client, "/api/sessions", {"agent_id": agent_id, "message": {"text": "Who?"}})
    assert answered(client, posted)["status"] == "completed"
    told_so = client.post("/api/models", json={"model": MODEL, "context_tokens": 5_000})
    assert told_so.status_code < 300, told_so.text
    details: list[str] = []

    def refuses() -> bool:
        """A worker hears of a card within a second."""
        answer = answered(client, asked(client, posted["id"], LINE * 40))
        details.append(answer["detail"])
        return bool(answer["code"] == "model_context_exceeded")

    assert seen(refuses, wanted=True), details
    assert "may be given 904 tokens" in details[-1]


def test_what_is_not_there_is_not_found(client: httpx2.Client) -> None:
    agent_id = an_answering_agent(client)
    posted = created(client, "/api/sessions", {"agent_id": agent_id, "message": {"text": "Who?"}})
    refused(client.get(f"/api/sessions/{NOBODY}/compactions"), 404, "not_found", "session_id")
    for path in (
        f"/api/runs/{NOBODY}/steps/answer/compactions",
        f"/api/runs/{posted['id']}/steps/answer/compactions",
        f"/api/runs/{posted['run_id']}/steps/nothing/compactions",
    ):
        refused(client.get(path), 404, "not_found")
