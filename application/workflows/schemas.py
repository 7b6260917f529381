"""What JSON Schemas tell of the values that expressions speak of; where they leave it open nothing is said."""

from typing import Any, TypeAlias

from application.workflows.mistakes import meant, shown
from domain import nodes as kinds
from domain.nodes import AnyNode, Schema

Known: TypeAlias = Schema | None
"""What is known of a value; None is nothing."""

TEXT: Schema = {"type": "string"}
WHOLE_NUMBER: Schema = {"type": "integer"}
TALLY: Schema = {
    "type": "object",
    "properties": {"winner": {}, "counts": {"type": "object"}, "votes": WHOLE_NUMBER},
    "additionalProperties": False,
}

_OPEN = frozenset(
    {"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "not", "patternProperties", "unevaluatedProperties"}
)
"""Keywords with which there may be more to a value than its own properties tell."""


def of_node(node: AnyNode) -> Known:
    """What a node yields."""
    if node.fall_back:
        return None
    if node.output is not None:
        return node.output
    match node:
        case kinds.Agent() | kinds.Input() | kinds.Handoff() | kinds.Supervisor():
            return TEXT
        case kinds.Debate(judge=judge, consensus=consensus):
            return TEXT if judge or consensus is not None else None
        case kinds.Vote():
            return TALLY
        case kinds.Parallel(yields="all", nodes=nodes):
            properties = {each.id: of_node(each) or {} for each in nodes}
            return {"type": "object", "properties": properties, "additionalProperties": False}
        case kinds.Parallel(nodes=nodes) | kinds.Loop(nodes=nodes):
            return of_list(nodes)
        case kinds.Map(nodes=nodes):
            return {"type": "array", "items": of_list(nodes) or {}}
        case _:
            return None


def of_list(nodes: tuple[AnyNode, ...]) -> Known:
    """What a list of nodes yields: the output of the last one that no other needs."""
    needed = {need for node in nodes for need in node.needs}
    last = [node for node in nodes if node.id not in needed]
    return of_node(last[-1]) if last else None


def items(schema: Known) -> Known:
    """What is known of the items of a list."""
    told = schema.get("items") if schema is not None and _types(schema) == {"array"} else None
    return told if isinstance(told, dict) else None


def below(schema: Known, path: tuple[str | int, ...], name: str) -> tuple[Known, str | None]:
    """What is known of a value inside another, which is called `name`; and why there is none."""
    for part in path:
        if schema is None or _OPEN & schema.keys():
            return None, None
        types = _types(schema)
        if isinstance(part, int):
            if types and "array" not in types:
                return None, f"{name} is {_told(types)} and no list"
            schema, name = items(schema), f"{name}[]"
            continue
        if types and "object" not in types:
            return None, f"{name} is {_told(types)} and has no {shown(part)}{_hint(types)}"
        properties = schema.get("properties")
        known = properties if isinstance(properties, dict) else {}
        if part not in known:
            closed = schema.get("additionalProperties") is False and types == {"object"}
            return None, f"{name} has no {shown(part)}{meant(part, known)}" if closed else None
        inner = known[part]
        schema, name = inner if isinstance(inner, dict) else None, f"{name}.{part}"
    return schema, None


def clash(given: Known, wanted: Any) -> str | None:
    """Why no value of the one schema is one of the other, as far as their types tell."""
    if given is None or not isinstance(wanted, dict) or _OPEN & (given.keys() | wanted.keys()):
        return None
    has, needs = _types(given), _types(wanted)
    if "number" in needs:
        needs = needs | {"integer"}
    if "number" in has:
        has = has | {"integer"}
    if not has or not needs or has & needs:
        return None
    return f"is {_told(_types(given))}, and must be {_told(_types(wanted))}"


def of_value(value: Any) -> Known:
    """What is known of a value that stands in an expression."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return {"type": names.get(type(value), "null")}


def _types(schema: Schema) -> frozenset[str]:
    told = schema.get("type")
    if isinstance(told, str):
        return frozenset({told})
    return frozenset(each for each in told if isinstance(each, str)) if isinstance(told, list) else frozenset()


def _told(types: frozenset[str]) -> str:
    words = {"string": "a text", "integer": "a whole number", "array": "a list", "object": "an object", "null": "null"}
    return " or ".join(words.get(each, f"a {each}") for each in sorted(types))


def _hint(types: frozenset[str]) -> str:
    return "; give the node an `output` schema to make it an object" if types == {"string"} else ""
