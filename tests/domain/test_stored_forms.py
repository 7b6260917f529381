"""The forms in which events are stored are approved: a change that nobody meant is seen before it is stored.

Events are for ever. Add optional fields with a default, or a new event under a new tag; never rename, remove or
retype what stands in `tests/approved/events.json`. Approve a change that is meant, and read the diff, with

    APPROVE_EVENTS=1 python -m pytest tests/domain/test_stored_forms.py
"""

import difflib
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.domain.events import EVENTS

APPROVED = Path(__file__).parents[1] / "approved" / "events.json"
BEFORE: dict[str, Any] = json.loads(APPROVED.read_text(encoding="utf-8"))
HOW = "if this is meant, run the test again with APPROVE_EVENTS=1 and commit the file"


def stored_form(kind: type[msgspec.Struct]) -> Any:
    """The JSON schema of what is stored, without the names and texts that only Python knows."""
    schema = msgspec.json.schema(kind)
    return _plain(schema, schema["$defs"])


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


def readable(forms: Any) -> str:
    return json.dumps(forms, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_stored_forms_are_the_approved_ones() -> None:
    current = readable({tag: stored_form(kind) for tag, kind in EVENTS.items()})
    if os.environ.get("APPROVE_EVENTS"):
        APPROVED.write_text(current, encoding="utf-8")
    approved = APPROVED.read_text(encoding="utf-8")
    if current != approved:
        lines = (approved.splitlines(), current.splitlines())
        diff = "\n".join(difflib.unified_diff(*lines, "approved", "now", lineterm="", n=4))
        pytest.fail(f"the stored form of an event has changed; {HOW}\n{diff}", pytrace=False)


@pytest.mark.parametrize("tag", BEFORE)
def test_the_least_that_was_approved_can_still_be_read(tag: str) -> None:
    """Also in the run that approves a change, so that one which would orphan stored events fails there."""
    event = msgspec.convert(_least(BEFORE[tag]), EVENTS[tag], strict=False)
    assert event.__struct_config__.tag == tag


SAMPLES = {"uuid": "00000000-0000-0000-0000-000000000001", "date-time": "2026-01-01T00:00:00Z"}


def _least(form: Any) -> Any:
    """The smallest value that the schema allows."""
    match form:
        case {"enum": [first, *_]}:
            return first
        case {"anyOf": [first, *_]}:
            return _least(first)
        case {"type": "object", "properties": properties, "required": required}:
            return {name: _least(properties[name]) for name in required}
        case {"format": kind}:
            return SAMPLES[kind]
        case {"type": kind}:
            return {"string": "", "integer": 0, "number": 0.0, "boolean": False, "array": [], "null": None}[kind]
        case _:
            raise AssertionError(f"a stored form holds {form}, of which this test knows no value")
