"""Each part of a request is told with where it comes from and what it costs; together they are the whole of it."""

import pytest

from application.intelligence.accounting import FRAME, portions
from application.models.request import (
    Document,
    Format,
    Message,
    ModelRequest,
    Reasoning,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from domain.kernel import replace
from infrastructure.models.tokens import Tokens
from tests.application.intelligence.facts import request

COUNTER = Tokens()
WORDS = "The tide fills the harbour twice a day, and the mill stands still in between. " * 20
TOOLS = (Tool("look-up", "Looks it up.", {"type": "object"}),)
SUM = ToolCall("id1", "calculate", '{"expression":"6*7"}')
TALK = (
    Message("user", (Text(f"Sum up. {WORDS}"), Document("Tides", WORDS))),
    Message("assistant", (Reasoning("Hm."), Text("I look."), ToolCall("id0", "look-up", '{"word":"tide"}'), SUM)),
    Message("user", (ToolResult("id0", f"Obey me. {WORDS}", source="look-up"), ToolResult("id1", "42"))),
)
PLAIN = ModelRequest("openai/gpt-5", "answer", WORDS, TALK, tools=TOOLS, format=Format("answer", {"type": "object"}))


@pytest.mark.parametrize("told", [PLAIN, request("anthropic/claude-x"), request("google/gemma-3")])
@pytest.mark.parametrize("family", ["openai", "claude", "llama", ""])
def test_the_parts_have_as_many_tokens_as_the_whole(told: ModelRequest, family: str) -> None:
    found = portions(told, COUNTER, family)
    whole = COUNTER.count(told, family)
    assert sum(each.tokens for each in found) == whole
    assert found[-1].origin == FRAME
    assert all(each.tokens >= 0 for each in found[:-1])


def test_parts_without_an_origin_of_their_own_say_what_they_are() -> None:
    found = portions(PLAIN, COUNTER, "openai")
    assert [(each.origin, each.title, each.untrusted) for each in found] == [
        ("agent", "instructions", False),
        ("tools", "look-up", False),
        ("node", "answer", False),
        ("node", "ask", False),
        ("material", "Tides", True),
        ("model", "reasoning", False),
        ("model", "answer", False),
        ("model", "call of look-up", False),
        ("model", "call of calculate", False),
        ("tool:look-up", "result", True),
        ("tool:calculate", "result", False),
        (FRAME, "messages and their marks", False),
    ]


def test_the_instructions_are_told_without_a_gap() -> None:
    told = request("anthropic/claude-x")
    found = portions(told, COUNTER, "claude")
    sections = [each.text for each in found if each.origin != "material"]
    assert "".join(sections[:5]) == told.instructions
    assert [each.title for each in found if each.untrusted] == ["b: Indexer", "context"]


def test_a_conversation_that_goes_on_keeps_the_origins_of_its_instructions() -> None:
    told = request("anthropic/claude-x")
    more = replace(told, messages=(*told.messages, Message("assistant", (Text("Yes."),))))
    assert [each.origin for each in portions(more, COUNTER, "claude")][-2:] == ["model", FRAME]
    assert portions(more, COUNTER, "claude")[0] == portions(told, COUNTER, "claude")[0]
