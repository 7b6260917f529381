"""What the parts of a built request are said to cost is what a service counts of the whole, within two percent."""

import pytest

from application.intelligence.accounting import FRAME, TOOLS, Portion, portions
from application.models.request import Document, ModelRequest, Part
from domain.kernel import replace
from infrastructure.models.tokens import Tokens
from tests.support.served import counted
from tests.support.told_requests import chat, report, requests

COUNTER = Tokens()
MODELS = {
    "openai": "openai/gpt-5",
    "mistral": "mistral/mistral-large-2411",
    "qwen": "qwen/qwen3-max",
    "gemma": "google/gemma-3-27b-it",
    "llama": "groq/llama-3.3-70b-versatile",
}
KINDS = tuple(requests(MODELS["openai"]))
UNPUBLISHED = {
    *(("gemma", kind) for kind in ("tools", "what tools gave")),
    *((family, "an answer of a form") for family in MODELS if family != "qwen"),
}
"""What a service does with tools that its model has no form for, or with a schema that it is given, nobody tells."""

TOLD = [(family, kind) for family in MODELS for kind in KINDS if (family, kind) not in UNPUBLISHED]


def is_report(part: Part) -> bool:
    return isinstance(part, Document) and part.text == report()


def parts_of(family: str, kind: str) -> tuple[ModelRequest, list[Portion]]:
    request = requests(MODELS[family])[kind]
    return request, portions(request, COUNTER, family)


@pytest.mark.parametrize(("family", "kind"), TOLD)
def test_all_parts_come_to_what_the_service_counts_within_two_percent(family: str, kind: str) -> None:
    request, parts = parts_of(family, kind)
    true = counted(chat(request), family)
    assert abs(sum(part.tokens for part in parts) - true) <= true * 0.02
    assert true <= COUNTER.worst(request, family), "what is reserved is never too little"


@pytest.mark.parametrize(("family", "kind"), TOLD)
def test_what_is_told_of_a_part_is_what_the_service_counts_less_without_it(family: str, kind: str) -> None:
    request, parts = parts_of(family, kind)
    (material,) = [part for part in parts if part.origin == "material" and report() in part.text]
    messages = (
        replace(each, parts=tuple(part for part in each.parts if not is_report(part))) for each in request.messages
    )
    without = replace(request, messages=tuple(messages))
    less = counted(chat(request), family) - counted(chat(without), family)
    assert abs(material.tokens - less) <= less * 0.02


@pytest.mark.parametrize("family", [family for family, kind in TOLD if kind == "tools"])
def test_each_tool_costs_what_the_service_counts_more_with_it(family: str) -> None:
    request, parts = parts_of(family, "tools")
    for tool in request.tools:
        without = replace(request, tools=tuple(each for each in request.tools if each is not tool))
        more = counted(chat(request), family) - counted(chat(without), family)
        (told,) = [part for part in parts if part.origin == TOOLS and part.title == tool.name]
        assert abs(told.tokens - more) <= max(12, more * 0.15), tool.name
    frame = [part for part in parts if part.origin == FRAME]
    assert 0 < frame[0].tokens < 150


@pytest.mark.parametrize(("family", "kind"), [each for each in TOLD if each[1] in ("memory", "tools")])
def test_a_part_that_is_forgotten_would_be_seen(family: str, kind: str) -> None:
    request, _ = parts_of(family, kind)
    less = replace(request, tools=(), messages=(replace(request.messages[0], parts=request.messages[0].parts[1:]),))
    true = counted(chat(request), family)
    assert abs(COUNTER.count(less, family) - true) > true * 0.02
