"""Two versions of a prompt beside each other: what changed, and what it makes of the inputs of recorded runs."""

import difflib
from collections.abc import Mapping
from typing import Any

import msgspec

from application.intelligence import assembling
from application.intelligence.assembling import Task, Template
from application.intelligence.faults import Unfilled
from application.models.request import ModelRequest, as_text
from application.models.tokens import TokenCounter
from domain.agent import Agent
from domain.kernel import Record
from domain.prompt import Prompt, Sections

MOST_LINES = 2_000


class Rendered(Record):
    """A request as it would be made; `problem` says why it cannot be."""

    version: int
    tokens: int
    text: str
    problem: str = ""


class Compared(Record):
    """What two versions make of the same facts, with the lines in which they differ."""

    before: Rendered
    after: Rendered
    difference: list[str]


def difference(before: Prompt, after: Prompt) -> list[str]:
    """The lines in which the sections, the variables and the test cases differ, as a unified diff."""
    return _lines(_written(before), _written(after), f"version {before.version}", f"version {after.version}")


def beside(before: Rendered, after: Rendered) -> Compared:
    """Both, with the lines in which they differ."""
    lines = _lines(before.text, after.text, f"version {before.version}", f"version {after.version}")
    return Compared(before, after, lines)


def rendered(template: Template, agent: Agent, model: str, task: Task, counter: TokenCounter, family: str) -> Rendered:
    """What one version makes of the facts; no model is asked."""
    version = template.prompt.version
    try:
        request = assembling.built(template, agent, model, task)
    except Unfilled as wrong:
        return Rendered(version, 0, "", str(wrong))
    return Rendered(version, counter.count(request, family), whole(request))


def whole(request: ModelRequest) -> str:
    """A request as one text, for people."""
    return "\n\n".join([request.instructions, *(as_text(message.parts) for message in request.messages)]).strip()


def _written(prompt: Prompt) -> str:
    told: Mapping[str, Any] = {name: getattr(prompt.sections, name) for name in Sections.__struct_fields__}
    sections = [f"[{name}]\n{text}" for name, text in told.items() if text]
    return "\n\n".join([*sections, f"[variables]\n{_json(prompt.variables)}", f"[cases]\n{_json(prompt.cases)}"])


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _lines(before: str, after: str, old: str, new: str) -> list[str]:
    made = difflib.unified_diff(
        before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES], old, new, lineterm=""
    )
    return list(made)
