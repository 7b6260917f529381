"""Responses for OpenAI's own client: whole and as events, with tools and schemas, on the record."""

import json
from typing import Any

import openai
import pytest

from tests.interfaces.http.gateway.conftest import ANSWERED, MODEL, Kinds
from tests.support.providers import ProviderProcess

ANSWER = "Because of the Moon, twice a day."
LOOK: Any = {
    "type": "function",
    "name": "look_up",
    "description": "Looks something up.",
    "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    "strict": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"cause": {"type": "string"}},
    "required": ["cause"],
    "additionalProperties": False,
}


def test_a_response_has_words_usage_and_the_model_that_gave_it(
    client: openai.OpenAI, provider: ProviderProcess, kinds_of: Kinds
) -> None:
    provider.will(text=ANSWER, input_tokens=40, output_tokens=8, cached_tokens=16, reasoning="The Moon it is.")
    raw = client.responses.with_raw_response.create(
        model=MODEL, input="Why do tides come?", instructions="Be brief.", max_output_tokens=50
    )
    answer = raw.parse()
    assert (answer.output_text, answer.status, answer.model) == (ANSWER, "completed", MODEL)
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.total_tokens) == (40, 48)
    assert answer.usage.input_tokens_details.cached_tokens == 16
    (call,) = provider.calls()
    assert [each["role"] for each in call["body"]["messages"]] == ["system", "user"]
    assert kinds_of(raw.headers["x-z2-call"]) == ANSWERED


def test_a_response_comes_as_events_in_their_order(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text=ANSWER, reasoning="The Moon it is.", input_tokens=40, output_tokens=8)
    with client.responses.stream(model=MODEL, input="Why do tides come?") as stream:
        events = list(stream)
        answer = stream.get_final_response()
    assert answer.output_text == ANSWER
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert list(dict.fromkeys(kinds)) == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.completed",
    ]
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == ANSWER


@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_and_their_results_handed_back(
    client: openai.OpenAI, provider: ProviderProcess, *, stream: bool
) -> None:
    provider.will(text="", wanted=[{"name": "look_up", "arguments": '{"word": "tide"}', "id": "call_7"}])
    provider.will(text="It rises.")
    asked: list[Any] = [{"role": "user", "content": "What is a tide?"}]
    settings: Any = {"model": MODEL, "tools": [LOOK], "tool_choice": {"type": "function", "name": "look_up"}}
    if stream:
        with client.responses.stream(input=asked, **settings) as events:
            first = events.get_final_response()
    else:
        first = client.responses.create(input=asked, **settings)
    (item,) = first.output
    assert item.type == "function_call"
    assert (item.call_id, item.name, json.loads(item.arguments)) == ("call_7", "look_up", {"word": "tide"})
    asked += [item.model_dump(), {"type": "function_call_output", "call_id": "call_7", "output": "The sea rises."}]
    second = client.responses.create(model=MODEL, input=asked, tools=[LOOK])
    assert second.output_text == "It rises."
    calls = provider.calls()
    assert calls[0]["body"]["tool_choice"] == {"type": "function", "function": {"name": "look_up"}}
    assert [each["role"] for each in calls[1]["body"]["messages"]] == ["user", "assistant", "tool"]


def test_an_answer_has_the_form_that_was_asked_for(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text='{"cause": "the Moon"}')
    form: Any = {"format": {"type": "json_schema", "name": "tide", "schema": SCHEMA, "strict": True}}
    answer = client.responses.create(model=MODEL, input="Why?", text=form)
    assert json.loads(answer.output_text) == {"cause": "the Moon"}


def test_an_answer_that_was_cut_off_is_incomplete(client: openai.OpenAI, provider: ProviderProcess) -> None:
    provider.will(text="Because of", stop="length")
    answer = client.responses.create(model=MODEL, input="Why?", max_output_tokens=2)
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("previous_response_id", "resp_1"),
        ("background", True),
        ("conversation", "conv_1"),
        ("tools", [{"type": "web_search"}]),
    ],
)
def test_what_would_be_missed_is_refused(client: openai.OpenAI, field: str, value: Any) -> None:
    asked: Any = {"model": MODEL, "input": "Why?", field: value}
    with pytest.raises(openai.BadRequestError, match=field) as refusal:
        client.responses.create(**asked)
    assert str(refusal.value.param).startswith(field)
