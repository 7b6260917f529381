"""Tools: offered, called alone and together, answered, and never others than those that were offered."""

from typing import Any

import pytest

from application.models.request import Message, ModelRequest, Text, Tool, ToolCall, ToolResult
from application.models.stream import Finished, TextDelta, ToolCallDelta
from domain.kernel import replace
from tests.infrastructure.models.asking import Vendor, called, failure, house, request, told
from tests.support.model_script import Script, Wanted

PLACE = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
TOOLS = (Tool("weather", "Tells the weather.", PLACE), Tool("tides", "Tells the tides.", PLACE))
PARIS, BREST = '{"place": "Paris"}', '{"place": "Brest"}'

PROTOCOLS: tuple[Vendor, ...] = ("openai", "responses", "anthropic")
everywhere = pytest.mark.parametrize("vendor", PROTOCOLS)


def offering(model: str, choice: str = "auto", *, parallel: bool = True) -> ModelRequest:
    return replace(request(model, "What is it like?"), tools=TOOLS, tool_choice=choice, parallel_tools=parallel)


@everywhere
async def test_a_tool_call_comes_piece_by_piece_and_ends_the_answer(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script("Let me look.", wanted=(Wanted("weather", PARIS, "call_a"),)))
        deltas = await told(home.provider, offering(home.model))
    assert called(deltas) == [ToolCall("call_a", "weather", PARIS)]
    assert len([delta for delta in deltas if isinstance(delta, ToolCallDelta)]) >= 2
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == "Let me look."
    assert isinstance(deltas[-1], Finished)
    assert deltas[-1].stop_reason == "tool_calls"


@everywhere
async def test_several_tools_are_called_at_once_and_an_answer_without_words_is_not_empty(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script("", wanted=(Wanted("weather", PARIS, "call_a"), Wanted("tides", BREST, "call_b"))))
        deltas = await told(home.provider, offering(home.model))
    assert called(deltas) == [ToolCall("call_a", "weather", PARIS), ToolCall("call_b", "tides", BREST)]
    assert not [delta for delta in deltas if isinstance(delta, TextDelta)]


@everywhere
async def test_a_call_of_a_tool_that_was_not_offered_is_refused_with_what_it_cost(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script("", wanted=(Wanted("delete_everything"),), input_tokens=9, output_tokens=5))
        error = await failure(home.provider, offering(home.model))
    assert (error.code, error.retryable) == ("model_tool_unknown", False)
    assert "delete_everything" not in str(error)
    assert error.usage is not None
    assert error.usage.output_tokens == 5


@everywhere
async def test_a_name_that_no_tool_can_have_is_refused_alike(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script("", wanted=(Wanted("what the user said"),)))
        error = await failure(home.provider, offering(home.model))
    assert error.code == "model_tool_unknown"
    assert "what the user said" not in str(error)


@everywhere
async def test_a_call_without_a_name_cannot_be_read(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script("", wanted=(Wanted(""),)))
        assert (await failure(home.provider, offering(home.model))).code == "model_bad_answer"


async def test_calls_that_a_service_puts_into_the_same_place_are_told_apart_by_their_ids() -> None:
    async with house("openai") as home:
        wanted = (Wanted("weather", PARIS, "call_a"), Wanted("tides", BREST, "call_b"))
        home.server.will(Script("", wanted=wanted, same_place=True))
        deltas = await told(home.provider, offering(home.model))
    assert called(deltas) == [ToolCall("call_a", "weather", PARIS), ToolCall("call_b", "tides", BREST)]


CALLS = (ToolCall("call_a", "weather", PARIS), ToolCall("call_b", "tides", BREST))
RESULTS = (ToolResult("call_a", "Rain."), ToolResult("call_b", "no such place", failed=True))
TURNS = (
    Message("user", (Text("What is it like?"),)),
    Message("assistant", (Text("Let me look."), *CALLS)),
    Message("user", (*RESULTS, Text("Go on."))),
)


async def sent(vendor: Vendor) -> dict[str, Any]:
    async with house(vendor) as home:
        await told(home.provider, replace(offering(home.model), messages=TURNS))
        return home.server.calls[0].body


async def test_chat_completions_are_told_of_calls_and_their_results() -> None:
    body = await sent("openai")
    one, two = (
        {"id": f"call_{letter}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for letter, name, arguments in (("a", "weather", PARIS), ("b", "tides", BREST))
    )
    assert body["messages"][2:] == [
        {"role": "assistant", "content": "Let me look.", "tool_calls": [one, two]},
        {"role": "tool", "tool_call_id": "call_a", "content": "Rain."},
        {"role": "tool", "tool_call_id": "call_b", "content": "The tool failed: no such place"},
        {"role": "user", "content": "Go on."},
    ]
    function = {"name": "weather", "description": "Tells the weather.", "parameters": PLACE}
    assert body["tools"][0] == {"type": "function", "function": function}


async def test_responses_are_told_of_calls_and_their_results() -> None:
    body = await sent("responses")
    assert body["input"] == [
        {"role": "user", "content": "What is it like?"},
        {"role": "assistant", "content": "Let me look."},
        {"type": "function_call", "call_id": "call_a", "name": "weather", "arguments": PARIS},
        {"type": "function_call", "call_id": "call_b", "name": "tides", "arguments": BREST},
        {"type": "function_call_output", "call_id": "call_a", "output": "Rain."},
        {"type": "function_call_output", "call_id": "call_b", "output": "The tool failed: no such place"},
        {"role": "user", "content": "Go on."},
    ]
    tool = {"type": "function", "name": "weather", "description": "Tells the weather.", "parameters": PLACE}
    assert body["tools"][0] == {**tool, "strict": False}
    assert body["store"] is False


async def test_messages_are_told_of_calls_and_their_results() -> None:
    body = await sent("anthropic")
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me look."},
                {"type": "tool_use", "id": "call_a", "name": "weather", "input": {"place": "Paris"}},
                {"type": "tool_use", "id": "call_b", "name": "tides", "input": {"place": "Brest"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_a", "content": "Rain."},
                {"type": "tool_result", "tool_use_id": "call_b", "content": "no such place", "is_error": True},
                {"type": "text", "text": "Go on."},
            ],
        },
    ]


NAMED = {"type": "function", "function": {"name": "tides"}}


@pytest.mark.parametrize(
    ("vendor", "choice", "parallel", "said"),
    [
        ("openai", "auto", True, {}),
        ("openai", "none", True, {"tool_choice": "none"}),
        ("openai", "required", False, {"tool_choice": "required", "parallel_tool_calls": False}),
        ("openai", "tides", True, {"tool_choice": NAMED}),
        ("responses", "required", True, {"tool_choice": "required"}),
        (
            "responses",
            "tides",
            False,
            {"tool_choice": {"type": "function", "name": "tides"}, "parallel_tool_calls": False},
        ),
        ("anthropic", "auto", True, {}),
        ("anthropic", "auto", False, {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}),
        ("anthropic", "none", False, {"tool_choice": {"type": "none"}}),
        ("anthropic", "required", True, {"tool_choice": {"type": "any"}}),
        ("anthropic", "tides", True, {"tool_choice": {"type": "tool", "name": "tides"}}),
    ],
)
async def test_each_choice_of_tools_is_said_as_the_protocol_says_it(
    vendor: Vendor, choice: str, parallel: bool, said: dict[str, object]
) -> None:
    async with house(vendor) as home:
        await told(home.provider, offering(home.model, choice, parallel=parallel))
        body = home.server.calls[0].body
    assert {name: body[name] for name in ("tool_choice", "parallel_tool_calls") if name in body} == said


async def test_what_cannot_be_read_of_an_earlier_call_is_still_an_object() -> None:
    async with house("anthropic") as home:
        broken = Message("assistant", (ToolCall("call_a", "weather", '{"place": "Par'),))
        turns = (TURNS[0], broken, Message("user", (ToolResult("call_a", "Rain."),)))
        await told(home.provider, replace(offering(home.model), messages=turns))
        messages: Any = home.server.calls[0].body["messages"]
    assert messages[1]["content"][0]["input"] == {"unreadable": '{"place": "Par'}
