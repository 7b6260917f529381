"""A Z2 with a model of embeddings: nearly the same question gets the earlier answer, by the door and in runs."""

import contextlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support import asked, embeddings_server
from tests.support.asked import a_document, created, finished
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system

MODEL = "openai/gpt-6-luna"
ANSWER = "Because of the Moon, twice a day."
QUESTION = "Please tell me in one sentence why the tides of the sea come and go."
NEARLY = "please, tell me in one sentence why the tides of the seas come and go!"
KEY = "sk-embeddings"


@pytest.fixture(scope="module")
def embeddings() -> Iterator[ProviderProcess]:
    with contextlib.closing(ProviderProcess("embeddings")) as running:
        running.takes(KEY)
        yield running


@pytest.fixture(scope="module")
def provided(postgres: str, embeddings: ProviderProcess) -> Iterator[ProvidedSystem]:
    settings = {
        "Z2_EMBEDDINGS_URL": f"{embeddings.url}/v1",
        "Z2_EMBEDDINGS_MODEL": embeddings_server.MODEL,
        "Z2_EMBEDDINGS_KEY": KEY,
        "Z2_EMBEDDINGS_SECONDS": "20",
    }
    with provided_system(postgres, **settings) as running:
        running.openai.always(text=ANSWER, input_tokens=100, output_tokens=20)
        yield running


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def answered(client: httpx2.Client, text: str, *, topic: str, **headers: str) -> httpx2.Response:
    """The answer of the door in a conversation on this topic."""
    messages = [{"role": "system", "content": f"Be brief on {topic}."}, {"role": "user", "content": text}]
    old = {"x-z2-cache": "600", "x-z2-cache-similarity": "0.95"} | headers
    answer = client.post("/v1/chat/completions", json={"model": MODEL, "messages": messages}, headers=old)
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == ANSWER
    return answer


def told(client: httpx2.Client, stream: str | UUID, kind: str) -> list[dict[str, Any]]:
    items = client.get(f"/api/streams/{stream}/events").json()["items"]
    return [event["data"] for event in items if event["type"].endswith(f".{kind}.v1")]


def test_nearly_the_same_question_gets_the_same_answer_and_the_record_tells_whose_it_was(
    client: httpx2.Client,
) -> None:
    first = answered(client, QUESTION, topic="tides")
    second = answered(client, NEARLY, topic="tides")
    assert second.headers["x-z2-cost-micro-usd"] == "0"
    (served,) = told(client, second.headers["x-z2-call"], "served")
    assert 0.95 < served["similarity"] < 1
    assert served["source"] == first.headers["x-z2-call"]
    assert served["saved_micro_usd"] == int(first.headers["x-z2-cost-micro-usd"]) > 0
    assert told(client, second.headers["x-z2-call"], "try_begun") == []


def test_another_beginning_another_number_and_a_stricter_wish_are_asked_anew(client: httpx2.Client) -> None:
    answered(client, QUESTION, topic="water")
    others = [
        answered(client, NEARLY, topic="the sea"),
        answered(client, f"{NEARLY} In 2 words", topic="water"),
        answered(client, NEARLY, topic="water", **{"x-z2-cache-similarity": "1"}),
    ]
    for each in others:
        assert told(client, each.headers["x-z2-call"], "served") == []


@pytest.mark.parametrize("similarity", ["0.5", "1.1", "nan", "much", "", "-0.95"])
def test_a_similarity_that_says_nothing_is_refused(client: httpx2.Client, similarity: str) -> None:
    headers = {"x-z2-cache": "60", "x-z2-cache-similarity": similarity}
    messages = [{"role": "user", "content": QUESTION}]
    answer = client.post("/v1/chat/completions", json={"model": MODEL, "messages": messages}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "x-z2-cache-similarity"


def test_a_model_of_embeddings_that_fails_costs_no_answer_and_is_on_the_record(
    client: httpx2.Client, embeddings: ProviderProcess
) -> None:
    answered(client, QUESTION, topic="waves")
    embeddings.will(status=400)
    answer = answered(client, NEARLY, topic="waves")
    (recorded,) = told(client, answer.headers["x-z2-call"], "try_recorded")
    (warning,) = recorded["warnings"]
    assert warning.startswith("similar questions were not looked for: the service of embeddings answered 400")


def test_a_run_takes_the_answer_that_another_got_for_an_agent_that_allows_it(client: httpx2.Client) -> None:
    allowed = {"cache_seconds": 600, "cache_similarity": 0.95}
    workflow_id = asked.a_workflow(client, {"id": "read"}, model=MODEL, **allowed)
    whole = {"template": None, "workflow_id": workflow_id}
    first, second, third = [
        finished(client, created(client, "/api/runs", a_document(text=text) | whole))
        for text in (QUESTION, NEARLY, "How is bread made, and of what flour?")
    ]
    (served,) = told(client, second["id"], "call_served")
    assert (served["source"], served["saved_micro_usd"]) == (first["id"], first["cost_micro_usd"])
    assert 0.95 < served["similarity"] < 1
    assert client.get(f"/api/runs/{second['id']}/output").text == ANSWER
    assert told(client, third["id"], "call_served") == []


def test_an_agent_says_how_alike_questions_have_to_be(client: httpx2.Client) -> None:
    made = created(client, "/api/agents", asked.an_agent(cache_seconds=60, cache_similarity=0.97))
    shown = client.get(f"/api/agents/{made['id']}", params={"after": made["position"]}).json()
    assert (shown["cache_seconds"], shown["cache_similarity"]) == (60, 0.97)
    refused = client.post("/api/agents", json=asked.an_agent(cache_similarity=0.5))
    assert refused.status_code == 422, refused.text


def test_a_fact_is_found_by_what_it_means_although_no_word_of_it_is_asked_for(client: httpx2.Client) -> None:
    made = created(client, "/api/memories", {"text": "Hedgehogs hibernate in November."})
    asked_for = {"text": "hedgehoggs", "after": made["position"]}
    (found,) = client.get("/api/memories/search", params=asked_for).json()["items"]
    assert (found["fact"]["id"], found["score"]) == (made["id"], 0.5), "of the two orders only one has it"
    gone = client.delete(f"/api/memories/{made['id']}").json()
    found_after = client.get("/api/memories/search", params={**asked_for, "after": gone["position"]})
    assert found_after.json() == {"items": []}
