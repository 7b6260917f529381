"""The form in which an event is stored, and values of that form."""

import hashlib
import json
from typing import Any

import msgspec

SAMPLES = {
    "uuid": "00000000-0000-0000-0000-000000000001",
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
}
EMPTY = {"string": "", "integer": 0, "number": 0.0, "boolean": False, "array": [], "null": None}
FILLED = {"string": "a", "integer": 1, "number": 0.5, "boolean": True, "array": [], "null": None}


def stored_form(kind: type[msgspec.Struct]) -> Any:
    """The JSON schema of what is stored, without the names and texts that only Python knows."""
    schema = msgspec.json.schema(kind)
    return _plain(schema, schema["$defs"])


def digest(form: Any) -> str:
    """A short name of a form."""
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:12]


def least(form: Any) -> Any:
    """The smallest value that the form allows."""
    return _value(form, every_field=False, filled=False)


def sparse(form: Any) -> Any:
    """A value with the required fields alone, none of them empty."""
    return _value(form, every_field=False, filled=True)


def full(form: Any) -> Any:
    """A value with every field that the form knows, none of them empty."""
    return _value(form, every_field=True, filled=True)


def _value(form: Any, *, every_field: bool, filled: bool) -> Any:
    def inner(part: Any) -> Any:
        return _value(part, every_field=every_field, filled=filled)

    match form:
        case {"enum": values}:
            return values[-1 if filled else 0]
        case {"anyOf": kinds}:
            return inner(next(kind for kind in kinds if not filled or kind != {"type": "null"}))
        case {"type": "object", "properties": properties, "required": required}:
            return {name: inner(properties[name]) for name in (properties if every_field else required)}
        case {"type": "array", "items": items}:
            return [inner(items)] if filled else []
        case {"format": kind}:
            return SAMPLES[kind]
        case {"type": kind}:
            return (FILLED if filled else EMPTY)[kind]
        case _:
            raise AssertionError(f"a stored form holds {form}, of which the tests know no value")


def _plain(schema: Any, named: dict[str, Any]) -> Any:
    match schema:
        case {"$ref": str(reference)}:
            return _plain(named[reference.rpartition("/")[2]], named)
        case {"properties": dict(properties)}:
            fields = {name: _plain(field, named) for name, field in properties.items()}
            return {"type": "object", "properties": fields, "required": schema.get("required", [])}
        case dict():
            told = ("title", "description", "$defs")
            return {key: _plain(value, named) for key, value in schema.items() if key not in told}
        case list():
            return [_plain(part, named) for part in schema]
        case _:
            return schema
