"""The agents that a workflow brings with it: what they may be given, and what is said of it with its line."""

from typing import Any
from uuid import uuid4

import pytest

from application.workflows.checking import Around, check
from application.workflows.reading import read
from domain.agent import Limits

AROUND = Around(agents={"Reader": uuid4()}, agent_names=["Reader"], agent_tools=["calculate", "search-run"])

TEXT = """name: Dues
agents:
  clerk:
    role: Clerk
    instructions: Work it out.
    tools: [calculate, search-run]
    limits: {turns: 5, micro_usd: 2000}
    memory: read
    prompt: clerk@production
    context_tokens: 8000
    colleagues: [Reader, boss]
  boss:
    role: Boss
    instructions: Decide.
nodes:
- {id: a, kind: agent, agent: clerk, prompt: Work.}
"""


def mistakes(text: str) -> list[tuple[int | None, str, str]]:
    reading = read(text)
    found = reading.mistakes
    if reading.definition is not None:
        found = [*found, *check(reading.definition, reading.lines, AROUND)]
    return [(each.line, each.path, each.detail) for each in found]


def test_an_agent_of_a_workflow_may_have_all_that_an_agent_may() -> None:
    assert mistakes(TEXT) == []
    definition = read(TEXT).definition
    assert definition is not None
    clerk = definition.agents["clerk"]
    assert (clerk.tools, clerk.memory, clerk.prompt) == (("calculate", "search-run"), "read", "clerk@production")
    assert clerk.limits == Limits(turns=5, micro_usd=2_000)
    assert (clerk.context_tokens, clerk.colleagues) == (8_000, ("Reader", "boss"))


@pytest.mark.parametrize(
    ("written", "instead", "line", "path", "says"),
    [
        ("[calculate, search-run]", "[calculate, search-ran]", 6, "agents.clerk.tools[1]", "there is no tool"),
        ("[calculate, search-run]", "[calculate, search-ran]", 6, "agents.clerk.tools[1]", "search-run"),
        ("[calculate, search-run]", "[calculate, calculate]", 6, "agents.clerk.tools[1]", "twice"),
        ("[calculate, search-run]", "[Not A Slug]", 6, "agents.clerk.tools[0]", "lower-case letters"),
        ("[calculate, search-run]", "calculate", 6, "agents.clerk.tools", "a list"),
        ("turns: 5", "turns: 0", 7, "agents.clerk.limits.turns", "1"),
        ("turns: 5", "tuns: 5", 7, "agents.clerk.limits.tuns", "turns"),
        ("memory: read", "memory: always", 8, "agents.clerk.memory", "write"),
        ("clerk@production", "Clerk!", 9, "agents.clerk.prompt", "names a prompt"),
        ("context_tokens: 8000", "context_tokens: 8", 10, "agents.clerk.context_tokens", "1,000"),
        ("[Reader, boss]", "[Raeder]", 11, "agents.clerk.colleagues[0]", "Reader"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_line(
    written: str, instead: str, line: int, path: str, says: str
) -> None:
    found: Any = [each for each in mistakes(TEXT.replace(written, instead)) if each[1] == path]
    assert found, mistakes(TEXT.replace(written, instead))
    assert found[0][0] == line
    assert says in found[0][2]
