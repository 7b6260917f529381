"""Chat completions for OpenAI's own client: whole and in pieces, with tools, schemas and pictures, on the record."""

import json
from typing import Any

import httpx2
import openai
import pytest

from tests.interfaces.http.gateway.conftest import ANSWERED, MODEL, Events, Kinds
from tests.support.providers import ProviderProcess

Messages = list[Any]

QUESTION: Messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why do tides come?"}]
ANSWER = "Because of the Moon, twice a day."
LOOK: Any = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Looks something up.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {"cause": {"type": "string"}},
    "required": ["cause"],
    "additionalProperties": False,
}


def test_an_answer_has_words_usage_and_the_model_that_gave_it(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(
        text=ANSWER, input_tokens=40, output_tokens=8, cached_tokens=16, reasoning_tokens=3, reasoning="The Moon it is."
    )
    answer = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0.5, seed=7, max_tokens=50)
    assert answer.object == "chat.completion"
    assert answer.model == MODEL
    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason) == (ANSWER, "stop")
    assert getattr(choice.message, "reasoning_content", None) == "The Moon it is."
    usage = answer.usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (40, 8, 48)
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == 16
    assert usage.completion_tokens_details is not None
    assert usage.completion_tokens_details.reasoning_tokens == 3
    (call,) = provider.calls()
    assert call["body"]["messages"] == QUESTION
    assert (call["body"]["temperature"], call["body"]["seed"], call["body"]["max_tokens"]) == (0.5, 7, 50)


def test_what_is_said_of_an_answer_stands_in_its_headers_and_in_the_log(
    client: openai.OpenAI,
    provider: ProviderProcess,
    events_of: Events,
    api: httpx2.Client,
) -> None:
    priced = api.post("/api/models", json={"model": MODEL, "prices": {"input": 1_000_000, "output": 2_000_000}})
    assert priced.status_code == 200, priced.text
    provider.will(text=ANSWER, input_tokens=40, output_tokens=8)
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    assert raw.headers["x-z2-model"] == MODEL
    assert raw.headers["x-z2-cost-micro-usd"] == "56"
    events = events_of(raw.headers["x-z2-call"])
    assert [event["type"] for event in events] == [f"call.{kind}.v1" for kind in ANSWERED]
    recorded = events[2]["data"]
    assert (recorded["model"], recorded["cost_micro_usd"], recorded["stop_reason"]) == (MODEL, 56, "end")
    assert recorded["prices"]["output"] == 2_000_000


def test_an_answer_comes_in_pieces_and_is_on_the_record_by_its_end(
    client: openai.OpenAI, provider: ProviderProcess, kinds_of: Kinds
) -> None:
    provider.will(text=ANSWER, input_tokens=40, output_tokens=8, cached_tokens=16)
    options: Any = {"include_usage": True}
    raw = client.chat.completions.with_raw_response.create(
        model=MODEL, messages=QUESTION, stream=True, stream_options=options
    )
    words, ended, counted = [], [], None
    for chunk in raw.parse():
        assert chunk.model == MODEL
        for choice in chunk.choices:
            words.append(choice.delta.content or "")
            ended += [choice.finish_reason] if choice.finish_reason else []
        if chunk.usage:
            counted = chunk.usage
            assert kinds_of(raw.headers["x-z2-call"]) == ANSWERED
    assert "".join(words) == ANSWER
    assert ended == ["stop"]
    assert counted is not None
    assert (counted.prompt_tokens, counted.total_tokens) == (40, 48)


def test_a_stream_ends_with_done_and_counts_only_if_asked(api: httpx2.Client, provider: ProviderProcess) -> None:
    answer = api.post("/v1/chat/completions", json={"model": MODEL, "messages": QUESTION, "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n") if line]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert not any("usage" in chunk for chunk in chunks)
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_handed_back(
    client: openai.OpenAI, provider: ProviderProcess, *, stream: bool
) -> None:
    provider.will(text="", wanted=[{"name": "look_up", "arguments": '{"word": "tide"}', "id": "call_7"}])
    provider.will(text="It rises.")
    messages: Messages = [*QUESTION]
    messages.append(streamed_message(client, messages) if stream else whole_message(client, messages))
    (call,) = messages[-1]["tool_calls"]
    assert (call["id"], call["function"]["name"]) == ("call_7", "look_up")
    assert json.loads(call["function"]["arguments"]) == {"word": "tide"}
    messages.append({"role": "tool", "tool_call_id": "call_7", "content": "The rise and fall of the sea."})
    answer = client.chat.completions.create(model=MODEL, messages=messages, tools=[LOOK])
    assert answer.choices[0].message.content == "It rises."
    first, second = provider.calls()
    assert first["body"]["tools"][0]["function"]["name"] == "look_up"
    assert first["body"]["tool_choice"] == "required"
    assert [each["role"] for each in second["body"]["messages"]] == ["system", "user", "assistant", "tool"]
    assert second["body"]["messages"][-1]["content"] == "The rise and fall of the sea."


def whole_message(client: openai.OpenAI, messages: Messages) -> Any:
    answer = client.chat.completions.create(model=MODEL, messages=messages, tools=[LOOK], tool_choice="required")
    assert answer.choices[0].finish_reason == "tool_calls"
    return answer.choices[0].message.model_dump()


def streamed_message(client: openai.OpenAI, messages: Messages) -> Any:
    """As the client itself puts it together."""
    with client.chat.completions.stream(model=MODEL, messages=messages, tools=[LOOK], tool_choice="required") as stream:
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    return choice.message.model_dump(exclude={"parsed": True})


def test_an_answer_has_the_form_that_was_asked_for(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text='{"cause": "the Moon"}')
    form: Any = {"type": "json_schema", "json_schema": {"name": "tide", "schema": SCHEMA, "strict": True}}
    answer = client.chat.completions.create(model=MODEL, messages=QUESTION, response_format=form)
    assert json.loads(answer.choices[0].message.content or "") == {"cause": "the Moon"}
    (call,) = provider.calls()
    assert call["body"]["response_format"]["json_schema"]["schema"] == SCHEMA


def test_pictures_and_words_reach_the_model_in_their_order(client: openai.OpenAI, provider: ProviderProcess) -> None:
    picture = "data:image/png;base64,iVBORw0KGgo="
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": picture}}]
    messages: Messages = [{"role": "user", "content": content}]
    client.chat.completions.create(model=MODEL, messages=messages)
    (call,) = provider.calls()
    assert [part["type"] for part in call["body"]["messages"][0]["content"]] == ["text", "image_url"]
    assert call["body"]["messages"][0]["content"][1]["image_url"]["url"] == picture


def test_what_openai_knows_and_z2_does_not_is_ignored(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text=ANSWER)
    answer = client.chat.completions.create(
        model=MODEL, messages=QUESTION, user="ada", metadata={"a": "b"}, store=False, verbosity="low"
    )
    assert answer.choices[0].message.content == ANSWER


def test_an_answer_is_given_again_where_the_client_takes_an_old_one(
    client: openai.OpenAI, provider: ProviderProcess, kinds_of: Kinds
) -> None:
    provider.will(text=ANSWER)
    ask = client.chat.completions.with_raw_response.create
    old = {"x-z2-cache": "60"}
    first = ask(model=MODEL, messages=QUESTION, extra_headers=old)
    again = ask(model=MODEL, messages=QUESTION, extra_headers=old)
    assert again.parse().choices[0].message.content == first.parse().choices[0].message.content == ANSWER
    assert kinds_of(again.headers["x-z2-call"]) == ["begun", "served", "completed"]
    assert again.headers["x-z2-cost-micro-usd"] == "0"
    assert len(provider.calls()) == 1


def test_models_that_are_ready_are_listed(client: openai.OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert models["offline/extractive"].owned_by == "offline"
    assert any(name.startswith("openai/") for name in models)
    assert not any(name.startswith("groq/") for name in models)
    assert models["route/auto"].owned_by == "z2"
    for name in ("offline/extractive", "route/auto"):
        assert client.models.retrieve(name) == models[name]


def test_a_bare_name_and_the_default_mean_a_model(client: openai.OpenAI) -> None:
    messages: Messages = [{"role": "user", "content": "Tides come twice a day."}]
    for name in ("default", "extractive"):
        answer = client.chat.completions.create(model=name, messages=messages)
        assert answer.model == "offline/extractive"
        assert "Tides" in (answer.choices[0].message.content or "")
