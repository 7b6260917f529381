"""OpenAI's own client asks again under a key, and a model is asked once."""

import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import openai
import pytest

from tests.interfaces.http.gateway.conftest import ANSWERED, MODEL, ClientTo, Kinds, seen
from tests.support.providers import ProvidedSystem, ProviderProcess

QUESTION: list[Any] = [{"role": "user", "content": "Why do tides come?"}]
ANSWER = "Because of the Moon, twice a day."
LOOK: Any = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
KEY = {"Idempotency-Key": "stainless-python-retry-2f6a"}


def ask(client: openai.OpenAI, key: dict[str, str] = KEY, **settings: Any) -> Any:
    wanted = {"model": MODEL, "messages": QUESTION, "extra_headers": key} | settings
    return client.chat.completions.with_raw_response.create(**wanted)


def test_a_whole_answer_is_given_again(client: openai.OpenAI, provider: ProviderProcess, kinds_of: Kinds) -> None:
    provider.will(text=ANSWER, input_tokens=40, output_tokens=8)
    first, again = ask(client), ask(client)
    told, repeated = first.parse(), again.parse()
    assert repeated.model_copy(update={"created": told.created}) == told
    assert told.choices[0].message.content == ANSWER
    assert first.headers["x-z2-call"] == again.headers["x-z2-call"]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert kinds_of(first.headers["x-z2-call"]) == ANSWERED
    assert len(provider.calls()) == 1


def test_a_streamed_answer_is_given_again_as_a_stream(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text=ANSWER, input_tokens=40, output_tokens=8)
    told = []
    for _ in range(2):
        chunks = [*ask(client, stream=True, stream_options={"include_usage": True}).parse()]
        words = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        ends = [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason]
        told.append((chunks[0].id, words, ends, chunks[-1].usage))
    assert told[0] == told[1]
    assert told[0][1:3] == (ANSWER, ["stop"])
    assert len(provider.calls()) == 1


def test_a_call_of_a_tool_is_given_again(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text="", wanted=[{"name": "look_up", "arguments": '{"word": "tide"}', "id": "call_7"}])
    first, again = (ask(client, tools=[LOOK]).parse().choices[0] for _ in range(2))
    assert first == again
    assert (again.finish_reason, again.message.tool_calls[0].id) == ("tool_calls", "call_7")
    assert len(provider.calls()) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_is_given_again(client: openai.OpenAI, provider: ProviderProcess, *, stream: bool) -> None:
    provider.will(text=ANSWER)

    def asked() -> tuple[str, str]:
        told = client.responses.create(model=MODEL, input="Why?", stream=stream, extra_headers=KEY)
        if stream:
            told = next(event.response for event in told if event.type == "response.completed")  # type: ignore[union-attr] # it is a stream then
        assert isinstance(told, openai.types.responses.Response)
        return told.id, told.output_text

    first, again = asked(), asked()
    assert first == again
    assert first[1] == ANSWER
    assert len(provider.calls()) == 1


def test_another_body_or_way_under_the_key_is_refused(client: openai.OpenAI, provider: ProviderProcess) -> None:
    ask(client)
    other: list[Any] = [{"role": "user", "content": "Why do winds blow?"}]
    for changed in ({"messages": other}, {"stream": True}, {"temperature": 0.1}):
        with pytest.raises(openai.UnprocessableEntityError, match="was used for another request") as refusal:
            ask(client, **changed)
        assert refusal.value.code == "idempotency_key_reused"
    with pytest.raises(openai.UnprocessableEntityError):
        client.responses.create(model=MODEL, input="Why?", extra_headers=KEY)
    assert len(provider.calls()) == 1


def test_somebody_else_has_keys_of_their_own(
    client: openai.OpenAI, client_to: ClientTo, token: Callable[..., str], home: UUID, provider: ProviderProcess
) -> None:
    calls = {ask(each).headers["x-z2-call"] for each in (client, client_to(token("user", home)), client)}
    assert (len(calls), len(provider.calls())) == (2, 2)


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_that_is_none_is_refused(client: openai.OpenAI, key: str) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        ask(client, {"Idempotency-Key": key})
    assert refusal.value.param == "Idempotency-Key"


def test_while_it_is_answered_others_are_told_to_wait_and_once_nobody_hears_it_that_it_is_in_doubt(
    provided: ProvidedSystem, provider: ProviderProcess, api: httpx2.Client
) -> None:
    provider.always(text=ANSWER, fault="hang_first")
    body = {"model": MODEL, "messages": QUESTION}
    address, content = urlsplit(provided.system.url), json.dumps(body).encode()
    headers = {**KEY, "Authorization": api.headers["Authorization"], "Content-Type": "application/json"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    def again() -> httpx2.Response:
        return api.post("/v1/chat/completions", content=content, headers=headers)

    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        start = f"POST /v1/chat/completions HTTP/1.1\r\nHost: z2\r\n{head}Content-Length: {len(content)}\r\n\r\n"
        connection.sendall(start.encode() + content)
        seen(provider.calls)
        waits = again()
        assert (waits.status_code, waits.json()["error"]["code"]) == (409, "under_way")
        assert (waits.headers["retry-after"], waits.headers["x-should-retry"]) == ("1", "true")
    seen(lambda: again().json()["error"]["code"] == "call_in_doubt")
    assert len(provider.calls()) == 1


def test_a_call_in_doubt_is_named_and_the_client_does_not_ask_again(
    client_to: ClientTo, token: Callable[..., str], home: UUID, provider: ProviderProcess
) -> None:
    client = client_to(token("admin", home), max_retries=3)
    provider.always(text=ANSWER, fault="malformed")
    with pytest.raises(openai.InternalServerError) as failure:
        ask(client)
    assert failure.value.code == "model_bad_answer"
    asked = len(provider.calls())
    with pytest.raises(openai.ConflictError, match="is in doubt") as refusal:
        ask(client)
    assert refusal.value.code == "call_in_doubt"
    assert refusal.value.response.headers["x-should-retry"] == "false"
    assert len(provider.calls()) == asked


def test_what_the_provider_turned_away_may_be_asked_again(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.always(status=400)
    with pytest.raises(openai.BadRequestError):
        ask(client)
    provider.always(text=ANSWER)
    assert ask(client).parse().choices[0].message.content == ANSWER
    assert ask(client).headers["idempotent-replayed"] == "true"
