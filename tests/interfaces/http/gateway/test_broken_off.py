"""What breaks in mid-answer: a client that goes, a model that stops, and another one that answers in its place."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import openai
import pytest

from tests.interfaces.http.gateway.conftest import ANSWERED, MODEL, Events, Kinds, seen
from tests.support.providers import ProvidedSystem, ProviderProcess

OTHER = "anthropic/claude-test"
QUESTION: list[Any] = [{"role": "user", "content": "Why do tides come?"}]
FIRST, SECOND = "The wind drives them over the sea.", "The Moon pulls them."


@pytest.fixture
def routed(api: httpx2.Client, provided: ProvidedSystem, provider: ProviderProcess) -> str:
    """A route whose first model breaks off in mid-answer, and whose second answers."""
    # a model that nobody else has seen fail: of one that fails too often nobody expects anything for a while
    models = [f"openai/gpt-{uuid4()}", OTHER]
    for model in models:
        answer = api.post("/api/models", json={"model": model, "prices": {"input": 1, "output": 1}})
        assert answer.status_code == 200, answer.text
    policy = {"strategy": "cascade", "models": models, "order": models}
    assert api.put("/api/routes/both", json=policy).status_code == 200
    provided.anthropic.reset()
    provided.anthropic.always(text=SECOND)
    provider.always(text=FIRST, fault="cut")
    seen(lambda: len(api.post("/api/routes/explain", json={"route": "both"}).json()["candidates"]) == 2)
    return "route/both"


def recorded(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    told = [(event["type"].split(".")[1], event["data"]) for event in events]
    return [(kind, data.get("model", "")) for kind, data in told if kind.startswith("try")]


def test_a_whole_answer_holds_nothing_of_a_model_that_broke_off(
    client: openai.OpenAI, routed: str, events_of: Events
) -> None:
    raw = client.chat.completions.with_raw_response.create(model=routed, messages=QUESTION)
    answer = raw.parse()
    assert (answer.choices[0].message.content, answer.model) == (SECOND, OTHER)
    assert raw.headers["x-z2-model"] == OTHER
    tries = recorded(events_of(raw.headers["x-z2-call"]))
    assert [kind for kind, _ in tries] == ["try_begun", "try_in_doubt", "try_begun", "try_recorded"]
    assert tries[-1] == ("try_recorded", OTHER)


def test_a_chat_that_has_begun_ends_with_an_error_instead_of_another_models_words(
    client: openai.OpenAI, provided: ProvidedSystem, routed: str, kinds_of: Kinds
) -> None:
    raw = client.chat.completions.with_raw_response.create(model=routed, messages=QUESTION, stream=True)
    heard = ""
    with pytest.raises(openai.APIError) as broken:
        for chunk in raw.parse():
            heard += chunk.choices[0].delta.content or ""
    assert broken.value.code == "model_answer_broken_off"
    assert FIRST.startswith(heard)
    assert heard
    assert kinds_of(raw.headers["x-z2-call"]) == ["begun", "try_begun", "try_in_doubt", "failed"]
    assert provided.anthropic.calls() == [], "nobody is paid for words that nobody gets"


def test_what_the_clients_own_accumulator_puts_together_is_never_glued(client: openai.OpenAI, routed: str) -> None:
    with (
        pytest.raises(openai.APIError),
        client.chat.completions.stream(model=routed, messages=QUESTION) as stream,
    ):
        stream.get_final_completion()


def test_a_chat_that_has_not_begun_falls_back_unseen(
    client: openai.OpenAI, provider: ProviderProcess, routed: str
) -> None:
    provider.always(status=503)
    chunks = [*client.chat.completions.create(model=routed, messages=QUESTION, stream=True)]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SECOND
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_wish_for_marks_that_is_none_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(
            model=MODEL, messages=QUESTION, stream=True, extra_headers={"x-z2-superseded": "glue"}
        )
    assert refusal.value.param == "x-z2-superseded"


def test_a_chat_that_begins_anew_says_so_and_goes_on_under_another_id(client: openai.OpenAI, routed: str) -> None:
    words: dict[str, str] = {}
    voids = []
    marked = {"x-z2-superseded": "mark"}
    for chunk in client.chat.completions.create(model=routed, messages=QUESTION, stream=True, extra_headers=marked):
        if void := getattr(chunk, "z2", None):
            voids.append(void)
            assert chunk.choices[0].delta.role == "assistant"
        words[chunk.id] = words.get(chunk.id, "") + (chunk.choices[0].delta.content or "")
    (void,) = voids
    assert (void["superseded"], void["model"]) == (True, OTHER)
    first, second = words.values()
    assert FIRST.startswith(first)
    assert first
    assert second == SECOND


def test_a_response_that_begins_anew_ends_what_is_void_as_incomplete(client: openai.OpenAI, routed: str) -> None:
    done, final = [], None
    for event in client.responses.create(model=routed, input="Why do tides come?", stream=True):
        if event.type == "response.output_item.done":
            done.append(event.item)
        elif event.type == "response.completed":
            final = event.response
    assert [getattr(item, "status", None) for item in done] == ["incomplete", "completed"]
    assert final is not None
    assert (final.output_text, final.model) == (SECOND, OTHER)


def test_a_stream_that_nobody_ends_is_told_as_an_error(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.always(text=FIRST, fault="cut")
    heard = ""
    with pytest.raises(openai.APIError) as broken:
        for chunk in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
            heard += chunk.choices[0].delta.content or ""
    assert FIRST.startswith(heard)
    assert (broken.value.code, broken.value.type) == ("model_answer_broken_off", "server_error")
    events = list(client.responses.create(model=MODEL, input="Why?", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error is not None
    assert str(events[-1].response.error.code) == "model_answer_broken_off"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", ["hang_middle", "hang_first"])
def test_who_goes_away_closes_what_was_asked_and_leaves_it_in_doubt(
    provided: ProvidedSystem, provider: ProviderProcess, token: Callable[..., str], home: UUID, api: httpx2.Client,
    *, stream: bool, fault: str,
) -> None:  # fmt: skip
    provider.always(text=FIRST, fault=fault)
    body = json.dumps({"model": MODEL, "messages": QUESTION, "stream": stream})
    address = urlsplit(provided.system.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: z2\r\nAuthorization: Bearer {token('admin', home)}\r\n"
        connection.sendall(
            f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        seen(provider.calls)
    seen(lambda: [call["state"] for call in provider.calls()] == ["left"])

    def ended() -> bool:
        page = api.get("/api/costs/doubts").json()
        return bool(page["items"])

    seen(ended)


async def test_a_hundred_streams_whose_model_breaks_off_bring_a_hundred_answers(
    provided: ProvidedSystem, routed: str, token: Callable[..., str], home: UUID, events_of: Events
) -> None:
    """Half of them are chats that take marks, half of them responses; each record tells who said what."""
    headers = {"Authorization": f"Bearer {token('admin', home)}", "x-z2-superseded": "mark"}
    asked = {"model": routed, "stream": True}
    address = provided.system.url
    async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=120, verify=False) as client:
        chats = [client.post("/v1/chat/completions", json={**asked, "messages": QUESTION}) for _ in range(50)]
        responses = [client.post("/v1/responses", json={**asked, "input": "Why do tides come?"}) for _ in range(50)]
        answers = await asyncio.gather(*chats, *responses)
    assert [chat_answer(each.text) for each in answers[:50]] == [SECOND] * 50
    assert [response_answer(each.text) for each in answers[50:]] == [SECOND] * 50
    assert len({each.headers["x-z2-call"] for each in answers}) == 100
    for each in answers:
        assert recorded(events_of(each.headers["x-z2-call"]))[-1] == ("try_recorded", OTHER)


def told(stream: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def chat_answer(stream: str) -> str:
    """What a client shows that drops all chunks of an earlier id."""
    chunks = told(stream)
    last = chunks[-1]["id"]
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["id"] == last)


def response_answer(stream: str) -> str:
    """The answer as it is at its end."""
    (message,) = told(stream)[-1]["response"]["output"]
    return str(message["content"][0]["text"])


def test_each_of_many_streams_at_once_is_whole_and_on_the_record(
    provided: ProvidedSystem, provider: ProviderProcess, token: Callable[..., str], home: UUID, kinds_of: Kinds
) -> None:
    provider.always(text=FIRST)
    headers = {"Authorization": f"Bearer {token('admin', home)}"}
    body = {"model": MODEL, "messages": QUESTION}
    with httpx2.Client(base_url=provided.system.url, headers=headers) as client:
        calls = [client.post("/v1/chat/completions", json=body).headers["x-z2-call"] for _ in range(10)]
    assert len({*calls}) == 10
    assert all(kinds_of(call) == ANSWERED for call in calls)
