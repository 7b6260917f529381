"""Which schemas a provider binds an answer to: each knows a part of JSON Schema, and refuses the rest.

OpenAI's is at https://platform.openai.com/docs/guides/structured-outputs#supported-schemas, and Anthropic's at
https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from application.models.request import JsonSchema

COMMON = frozenset(
    {
        *("type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf"),
        *("$ref", "$defs", "title", "description"),
    }
)
BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"})
NAMED = ("properties", "$defs")
"""What holds schemas by names of their own."""

TYPES: Mapping[type, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    dict: "object",
    list: "array",
}


def typed(schema: Any) -> Any:
    """The same with the types of the values that it lists, where it lists some and says none; OpenAI wants them."""
    if not isinstance(schema, dict):
        return schema
    found = dict(schema)
    for name in NAMED:
        if isinstance(inner := schema.get(name), dict):
            found[name] = {key: typed(each) for key, each in inner.items()}
    if "items" in schema:
        found["items"] = typed(schema["items"])
    if isinstance(ways := schema.get("anyOf"), list):
        found["anyOf"] = [typed(each) for each in ways]
    listed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if listed and not schema.keys() & {"type", "$ref", "anyOf"}:
        types = sorted({TYPES[type(each)] for each in listed})
        found["type"] = types[0] if len(types) == 1 else types
    return found


def strict(schema: JsonSchema) -> bool:
    """Whether OpenAI enforces it: each value has a type, and each object all its fields and no others."""
    return all(
        isinstance(each, dict) and each.keys() <= COMMON | BOUNDS and _certain(each) and _closed(each) and _whole(each)
        for each in _walk(schema)
    )


def fenced(schema: JsonSchema) -> bool:
    """Whether Anthropic takes it: no object has fields that are not named."""
    return all(
        isinstance(each, dict) and each.keys() <= COMMON and _certain(each) and _closed(each) for each in _walk(schema)
    )


def _walk(schema: Any) -> Iterator[Any]:
    """All schemas in it."""
    open_ = [schema]
    while open_:
        each = open_.pop()
        yield each
        if not isinstance(each, dict):
            continue
        for name in NAMED:
            open_ += dict(each.get(name, {})).values()
        open_ += [each["items"]] if "items" in each else []
        open_ += each.get("anyOf", [])


def _types(schema: JsonSchema) -> list[str]:
    said = schema.get("type", [])
    return [said] if isinstance(said, str) else list(said)


def _certain(schema: JsonSchema) -> bool:
    return bool(schema.keys() & {"type", "$ref", "anyOf"}) and ("array" not in _types(schema) or "items" in schema)


def _closed(schema: JsonSchema) -> bool:
    return "object" not in _types(schema) or schema.get("additionalProperties") is False


def _whole(schema: JsonSchema) -> bool:
    named = schema.get("properties")
    return set(schema.get("required", ())) == set(named or ()) and (named is not None or "object" not in _types(schema))
