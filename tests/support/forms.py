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
    """The JSON schema of what is stored, without the names and texts that only Python knows.

    What contains itself stands under `$defs` by its own tag, or else its name, and is referred to from there.
    """
    schema = msgspec.json.schema(kind)
    named = schema["$defs"]
    labels = {name: _label(name, named[name]) for name in named if name in _reached(named[name], named, set())}
    form = _plain(schema, named, labels)
    if labels:
        form["$defs"] = {label: _plain(named[name], named, labels) for name, label in labels.items()}
    return form


def _reached(part: Any, named: dict[str, Any], seen: set[str]) -> set[str]:
    """The names of all that is inside a part of a schema, however deep."""
    if isinstance(part, list):
        for each in part:
            _reached(each, named, seen)
    elif isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            _reached(named[name], named, seen)
        for each in part.values():
            _reached(each, named, seen)
    return seen


def _label(name: str, schema: Any) -> str:
    tags = schema["properties"].get("kind", {}).get("enum", [name.lower()])
    return str(tags[0])


def digest(form: Any) -> str:
    """A short name of a form."""
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:12]


def least(form: Any) -> Any:
    """The smallest value that the form allows."""
    return _Values(form, every_field=False, filled=False).of(form)


def sparse(form: Any) -> Any:
    """A value with the required fields alone, none of them empty."""
    return _Values(form, every_field=False, filled=True).of(form)


def full(form: Any) -> Any:
    """A value with every field that the form knows, none of them empty but where it would contain itself."""
    return _Values(form, every_field=True, filled=True).of(form)


class _Values:
    """How values are made of a form."""

    def __init__(self, form: Any, *, every_field: bool, filled: bool) -> None:
        self._named, self._every_field, self._filled = form.get("$defs", {}), every_field, filled

    def of(self, form: Any, above: tuple[str, ...] = ()) -> Any:
        match form:
            case {"$ref": str(label)}:
                return self.of(self._named[label], (*above, label))
            case {"enum": values}:
                return values[-1 if self._filled else 0]
            case {"anyOf": kinds}:
                wanted = (kind for kind in kinds if not self._filled or kind != {"type": "null"})
                return self.of(next(wanted), above)
            case {"type": "object"}:
                return self._object(form, above)
            case {"type": "array", "items": items}:
                return [self.of(kind, above) for kind in self._items(items, above)] if self._filled else []
            case {"format": kind}:
                return SAMPLES[kind]
            case {"type": kind}:
                return (FILLED if self._filled else EMPTY)[kind]
            case _:
                raise AssertionError(f"a stored form holds {form}, of which the tests know no value")

    def _object(self, form: Any, above: tuple[str, ...]) -> Any:
        if "properties" in form:
            names = form["properties"] if self._every_field else form["required"]
            return {name: self.of(form["properties"][name], above) for name in names}
        each = form.get("additionalProperties")
        return {"a": self.of(each, above)} if self._filled and isinstance(each, dict) and each else {}

    def _items(self, items: Any, above: tuple[str, ...]) -> list[Any]:
        """One of each kind, where the list may hold several; none where what contains the list is a part of itself."""
        kinds = [kind for kind in items.get("anyOf", [items]) if kind != {"type": "null"}]
        several = len(kinds) > 1 and any("$ref" in kind for kind in kinds)
        if not several:
            return [kind for kind in kinds[:1] if kind.get("$ref") not in above]
        return [] if above else kinds


def _plain(schema: Any, named: dict[str, Any], labels: dict[str, str]) -> Any:
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            return {"$ref": labels[name]} if name in labels else _plain(named[name], named, labels)
        case {"properties": dict(properties)}:
            fields = {name: _plain(field, named, labels) for name, field in properties.items()}
            return {"type": "object", "properties": fields, "required": schema.get("required", [])}
        case dict():
            told = ("title", "description", "$defs", "discriminator")
            return {key: _plain(value, named, labels) for key, value in schema.items() if key not in told}
        case list():
            return [_plain(part, named, labels) for part in schema]
        case _:
            return schema
