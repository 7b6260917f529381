"""The variables of prompt templates: what each may be, where its value comes from, and where it may stand."""

import difflib
import importlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import msgspec

from application.intelligence.faults import Unfilled, WrongTemplate
from application.models import formats
from application.models.request import Format
from domain.kernel import Record
from domain.nodes import Schema
from domain.prompt import Prompt, Sections

OWN = ("ask", "agent", "agent_role", "instructions")
"""What each template may speak of: what the node asks, and the agent's name, role and own instructions."""

MATERIAL = frozenset({"context"})
"""The sections that are given as documents where they tell of the input, and never as instructions."""

MOST_BYTES = 256 * 1024
"""Of the values of one prompt as JSON."""

_NARROW = frozenset({"integer", "number", "boolean"})


class Filled(Record):
    """A section as it is told. What tells of the input is `untrusted`: whoever wrote it may have meant orders."""

    section: str
    text: str
    untrusted: bool
    wants: frozenset[str]


def sections(told: Sections) -> Mapping[str, str]:
    """Those that say something, in their order."""
    every = ((name, getattr(told, name)) for name in Sections.__struct_fields__)
    return {name: text for name, text in every if text.strip()}


def names(schema: Schema) -> Mapping[str, Schema]:
    """The variables that a schema tells of, with the schema of each."""
    properties = schema.get("properties", {})
    told = properties if isinstance(properties, dict) else {}
    return {name: each if isinstance(each, dict) else {} for name, each in told.items()}


def mistakes(told: Sections, schema: Schema) -> Iterator[Unfilled]:
    """All that keeps a template from being filled in, whatever the values."""
    if schema and (why := formats.refusal(schema) or (schema.get("type") != "object" and "its type is another")):
        yield Unfilled(f"the variables are no JSON Schema of an object: {why}")
        return
    known = names(schema)
    for name in sorted(known.keys() & set(OWN)):
        yield Unfilled(f"{name!r} stands for what is known of the agent and its node; call the variable otherwise")
    rendering = _rendering()
    for section, text in sections(told).items():
        try:
            wanted = rendering.variables(text)
        except WrongTemplate as wrong:
            yield Unfilled(wrong.detail, section, wrong.line)
            continue
        for name in sorted(wanted - set(OWN)):
            if why := _misplaced(name, section, known):
                yield Unfilled(why, section)


def _misplaced(name: str, section: str, known: Mapping[str, Schema]) -> str | None:
    if name not in known:
        near = difflib.get_close_matches(name, [*known, *OWN], 1)
        return f"there is no variable {name!r}" + (f"; is {near[0]!r} meant?" if near else "")
    if section in MATERIAL or _narrow(known[name]):
        return None
    return (
        f"{name!r} comes from a run's input and may be any text, which would stand among the instructions; use it in "
        "'context', or make it one of a few with `enum`"
    )


def filled(prompt: Prompt, own: Mapping[str, str], given: Mapping[str, Any]) -> list[Filled]:
    """Its sections with their values; of what is given, the variables alone. Raises Unfilled."""
    values = _values(prompt.variables, given)
    made: list[Filled] = []
    rendering = _rendering()
    for section, text in sections(prompt.sections).items():
        try:
            wants = rendering.variables(text)
            told = rendering.rendered(text, {**values, **own})
        except WrongTemplate as wrong:
            raise Unfilled(wrong.detail, section, wrong.line) from None
        if told:
            made.append(Filled(section, told, section in MATERIAL and bool(wants & given.keys()), wants))
    return made


def _values(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Unfilled where they are not as the schema says."""
    known = names(schema)
    standing = {name: each["default"] for name, each in known.items() if "default" in each}
    values = standing | {name: given[name] for name in known if name in given}
    text = msgspec.json.encode(values).decode()
    if len(text) > MOST_BYTES:
        raise Unfilled(f"the values take more than {MOST_BYTES:,} bytes; give long material as documents")
    problem = formats.check(text, Format("variables", schema)) if schema else None
    if problem is not None:
        raise Unfilled(f"the values are not as the variables say: {problem.told}")
    return values


def _narrow(schema: Schema) -> bool:
    """Whether a value can only be one of a few, or a number, so that nobody can write orders in it."""
    kind = schema.get("type")
    kinds = set(kind) if isinstance(kind, list) else {kind}
    return "enum" in schema or "const" in schema or (bool(kinds) and kinds <= _NARROW)


def _rendering() -> ModuleType:
    """The language comes with the first template: who has none need not wait for it."""
    return importlib.import_module("application.intelligence.rendering")
