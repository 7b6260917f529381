"""A run whose first provider breaks off in mid-answer, as those see it who watch it and who read its record."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support import asked
from tests.support.asked import a_run, created, finished
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, provided_system
from tests.support.sse import Message, Watcher, is_end

ANSWER = "Tides are caused by the Moon, and so they come twice a day."
MODELS = ["openai/gpt-6-luna", "anthropic/claude-sonnet-5-5"]


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        cascade = {"strategy": "cascade", "models": MODELS, "order": MODELS}
        assert client.put("/api/routes/pair", json=cascade).status_code == 200
        yield client


@pytest.fixture
def watcher(provided: ProvidedSystem) -> Watcher:
    signed = provided.system.client.headers["Authorization"]
    return Watcher(provided.system.url, signed.removeprefix("Bearer "))


def a_routed_run(client: httpx2.Client, **agent: Any) -> dict[str, Any]:
    workflow_id = asked.a_workflow(client, {"id": "read"}, model="route/pair", **agent)
    return created(client, "/api/runs", a_run(template=None, workflow_id=workflow_id))


def said(heard: list[Message], tried: int) -> str:
    deltas = [message.data for message in heard if message.event == "delta" and message.data]
    return "".join(delta["text"] for delta in deltas if delta["tried"] == tried)


class Both:
    """The run has ended, and both answers were heard: words and record come by different ways."""

    def __init__(self) -> None:
        self.heard: list[Message] = []

    def __call__(self, message: Message) -> bool:
        self.heard.append(message)
        shown = said(self.heard, 0).startswith("The Moon is made of") and said(self.heard, 1) == ANSWER
        return shown and any(is_end(each) for each in self.heard)


def events(client: httpx2.Client, run_id: str, kind: str) -> list[dict[str, Any]]:
    items = client.get(f"/api/runs/{run_id}/events").json()["items"]
    return [event["data"] for event in items if event["type"] == f"run.{kind}.v1"]


async def test_what_was_shown_is_void_and_the_record_tells_who_said_what(
    provided: ProvidedSystem, client: httpx2.Client, watcher: Watcher
) -> None:
    provided.openai.will(text="The Moon is made of " + "cheese, " * 10, fault="reset")
    provided.anthropic.will(text=ANSWER, input_tokens=100, output_tokens=20)
    run = a_routed_run(client)
    heard = await watcher.heard(f"/api/runs/{run['id']}/live", Both())
    assert said(heard, 0).startswith("The Moon is made of")
    assert said(heard, 1) == ANSWER
    shown = finished(client, run)
    assert (shown["status"], shown["steps"][0]["model"], shown["steps"][0]["attempt"]) == ("completed", MODELS[1], 1)
    assert client.get(f"/api/runs/{run['id']}/output").text == ANSWER
    begun = events(client, run["id"], "call_begun")
    assert [(each["tried"], each["model"]) for each in begun] == [*enumerate(MODELS)]
    assert begun[0]["choice"] == begun[1]["choice"] is not None
    (doubt,) = events(client, run["id"], "call_in_doubt")
    assert doubt["reservation"] == begun[0]["reservation"]
    (recorded,) = events(client, run["id"], "call_recorded")
    assert (recorded["tried"], recorded["cost_micro_usd"]) == (1, 100 * 2 + 20 * 10)


def test_an_answer_is_reused_for_an_agent_that_allows_it(provided: ProvidedSystem, client: httpx2.Client) -> None:
    provided.openai.reset()
    provided.openai.always(text=ANSWER, input_tokens=100, output_tokens=20)
    workflow_id = asked.a_workflow(client, {"id": "read"}, model="route/pair", cache_seconds=60)
    whole = a_run(template=None, workflow_id=workflow_id)
    first, second = [finished(client, created(client, "/api/runs", whole)) for _ in range(2)]
    assert len(provided.openai.calls()) == 1
    assert events(client, first["id"], "call_served") == []
    (served,) = events(client, second["id"], "call_served")
    assert (served["model"], served["saved_micro_usd"]) == (MODELS[0], first["cost_micro_usd"])
    assert client.get(f"/api/runs/{second['id']}/output").text == ANSWER
