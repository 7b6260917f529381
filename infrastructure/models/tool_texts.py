"""How a model reads what it is told of a tool: services put it before the model in a form of their own."""

import json
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from application.models.request import JsonSchema, Tool

Form: TypeAlias = Literal["compact", "spaced", "indented", "typescript"]
"""JSON without blanks, with them, or on lines of its own; or a type for each, as functions have in TypeScript."""

SENT: Form = "compact"


def tool_text(tool: Tool, form: Form) -> str:
    if form == "typescript":
        return _typed(tool)
    told = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    if form == "compact":
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    whole = {"type": "function", "function": told}
    return json.dumps(whole, ensure_ascii=False, indent=4 if form == "indented" else None)


def _typed(tool: Tool) -> str:
    members = "".join(_members(tool.parameters))
    return f"// {tool.description}\ntype {tool.name} = (_: {{\n{members}}}) => any;\n\n"


def _members(schema: JsonSchema) -> Iterator[str]:
    properties = schema.get("properties")
    for name, each in properties.items() if isinstance(properties, dict) else ():
        told = each if isinstance(each, dict) else {}
        if description := told.get("description"):
            yield f"// {description}\n"
        needed = "" if name in _listed(schema, "required") else "?"
        yield f"{name}{needed}: {_type(told)},\n"


def _type(schema: Any) -> str:
    told = schema if isinstance(schema, dict) else {}
    if values := _listed(told, "enum"):
        return " | ".join(json.dumps(each, ensure_ascii=False) for each in values)
    kind = told.get("type")
    if kind == "array":
        return f"{_type(told.get('items'))}[]"
    if kind == "object" and told.get("properties"):
        return f"{{\n{''.join(_members(told))}}}"
    return "number" if kind == "integer" else kind if isinstance(kind, str) else "any"


def _listed(schema: JsonSchema, name: str) -> list[Any]:
    found = schema.get(name)
    return found if isinstance(found, list) else []
