"""What providers refuse of a JSON Schema that an answer is to be bound to."""

from collections.abc import Iterator
from typing import Any

UNKNOWN_TO_OPENAI = {"allOf", "oneOf", "not", "if", "then", "else", "minLength", "maxLength", "patternProperties"}
UNKNOWN_TO_ANTHROPIC = UNKNOWN_TO_OPENAI - {"allOf"} | {"minimum", "maximum", "multipleOf", "maxItems"}


def refused_by_openai(form: Any) -> bool:
    """Whether it refuses the `json_schema` of a request."""
    schema = form["schema"]
    if schema.get("type") != "object":
        return True
    return form.get("strict") is True and any(_loose(each) or each.keys() & UNKNOWN_TO_OPENAI for each in _all(schema))


def refused_by_anthropic(form: Any) -> bool:
    """Whether it refuses the `format` of a request."""
    return any(_open(each) or each.keys() & UNKNOWN_TO_ANTHROPIC for each in _all(form["schema"]))


def _loose(schema: Any) -> bool:
    typed = "type" in schema or "anyOf" in schema or "$ref" in schema
    return not typed or _open(schema) or set(schema.get("properties", ())) != set(schema.get("required", ()))


def _open(schema: Any) -> bool:
    return "object" in schema.get("type", ()) and schema.get("additionalProperties") is not False


def _all(schema: Any) -> Iterator[Any]:
    yield schema
    inside = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    for each in (*inside, *([schema["items"]] if "items" in schema else [])):
        yield from _all(each)
