"""The JSON Schema of a workflow, for editors and whoever writes workflows by program."""

import re
from functools import cache
from typing import Any

import msgspec
from msgspec import Meta

from application.workflows.fields import FIELDS, ITEMS, KEYS, bounds_of
from domain.definition import Definition

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/{name}"

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum", "pattern": "pattern"}
_SIZES = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}


@cache
def document() -> dict[str, Any]:
    """The whole schema. What it takes has the right form; `check` tells what may be wrong besides."""
    _, parts = msgspec.json.schema_components([Definition], ref_template=REF)
    for name, part in parts.items():
        _narrow(name, part)
    nodes = parts["Definition"]["properties"]["nodes"]["items"]
    for part in parts.values():
        for field in part["properties"].values():
            if field.get("items") == nodes:
                field["items"] = {"$ref": REF.format(name="Node")}
    whole = parts.pop("Definition")
    parts["Node"] = nodes
    whole = {"$schema": DIALECT, **whole, "title": "Z2 workflow", "$defs": parts}
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return plain


def written() -> str:
    """The schema as a file has it."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2).decode() + "\n"


def _narrow(name: str, part: dict[str, Any]) -> None:
    """No other fields than these, each within its bounds."""
    part["additionalProperties"] = False
    part["description"] = re.sub(r"\s+", " ", part.get("description", "")).strip()
    for field, schema in part["properties"].items():
        told = bounds_of(FIELDS, name, field)
        if field == "kind" or told is None:
            continue
        schema["description"] = told.description
        inner = _inner(schema)
        _bound(inner, told)
        if inner.get("type") == "array" and inner["items"].get("type") == "string":
            _bound(inner["items"], bounds_of(ITEMS, name, field))
        keys = bounds_of(KEYS, name, field)
        if keys is not None:
            inner["propertyNames"] = {"type": "string"}
            _bound(inner["propertyNames"], keys)


def _inner(schema: dict[str, Any]) -> dict[str, Any]:
    """What a value is where it is given, also of a field that may be null."""
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return options[0] if len(options) == 1 else schema


def _bound(schema: dict[str, Any], told: Meta | None) -> None:
    if told is None:
        return
    for bound, keyword in _BOUNDS.items():
        if getattr(told, bound) is not None:
            schema[keyword] = getattr(told, bound)
    least, most = _SIZES.get(str(schema.get("type")), ("", ""))
    if told.min_length and least:
        schema[least] = told.min_length
    if told.max_length is not None and most:
        schema[most] = told.max_length
