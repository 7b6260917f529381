"""What is wrong with an answer that was to have a form, in words that a model can be told."""

import json
import socket
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.models import formats
from application.models.checking import LARGEST_SCHEMA
from application.models.request import Format

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "minLength": 2}, "people": {"type": "integer"}},
    "required": ["city"],
    "additionalProperties": False,
}

TOO_MUCH = "there is too much to check in the answer under its schema"
UNUSABLE = "the schema that the answer was to have cannot be used"


def problem(text: str, schema: dict[str, Any] | None = None) -> str | None:
    found = formats.check(text, Format("city", CITY if schema is None else schema))
    return None if found is None else found.told


@pytest.mark.parametrize("text", ['{"city": "Brest"}', ' {"city":"Brest","people":139000}\n'])
def test_an_answer_of_the_form_is_right(text: str) -> None:
    assert problem(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Brest", "the answer is not JSON"),
        ('```json\n{"city": "Brest"}\n```', "the answer is not JSON"),
        ('{"city": NaN}', "the answer is not JSON"),
        ("[" * 100_000, "the answer is not JSON"),
        ('{"people": 1}', "at $: 'city' is a required property"),
        ('{"city": 7}', "at $.city: 7 is not of type 'string'"),
        ('{"city": "B"}', "at $.city: 'B' is too short"),
        ('{"city": "Brest", "sea": true}', "at $: Additional properties are not allowed ('sea' was unexpected)"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str) -> None:
    assert problem(text) == said


def test_a_long_value_is_not_repeated_whole() -> None:
    said = problem(f'{{"city": {list(range(1000))}}}')
    assert said is not None
    assert len(said) < 400


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "city"},
        {"properties": 7},
        {"pattern": "["},
        {"$ref": "https://example.com/city.json"},
        {"$ref": "#/note", "note": {"type": "city"}},
        {"$ref": "#/note", "note": {"enum": 7}},
        {"$schema": "https://json-schema.org/draft/2019-09/schema", "items": {"minimum": "7"}},
        {"type": "array", "description": "x" * LARGEST_SCHEMA},
    ],
)
def test_a_schema_that_is_none_or_leads_elsewhere_is_a_problem_and_no_crash(schema: dict[str, Any]) -> None:
    assert problem('"x"', schema) == UNUSABLE


def test_no_reference_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("nothing may be fetched")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert problem("{}", {"$ref": "http://127.0.0.1:9/schema.json"}) is not None


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"^[A-Z]{2}\d+$", "FR29", "F29"),
        (r"^\d{4}-\d{2}-\d{2}$", "2026-11-22", "22.11.2026"),
        (r"^(red|green)$", "red", "blue"),
        (r"^\S+@x\.org$", "me@x.org", "me@y.org"),
        (r"^[a-z*+]+$", "a+b", "A"),
        (r"^https?://\S+$", "https://x.org", "ftp://x.org"),
    ],
)
def test_plain_patterns_are_checked(pattern: str, right: str, wrong: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    assert problem(f'"{right}"', schema) is None
    assert problem(f'"{wrong}"', schema) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "(a|aa)+$",
        "^(?:a+)+$",
        "a*a*a*a*b",
        r"^(a+)\1+$",
        "(?=a*b)c",
        "x{1,}y{1,}z",
        "a+" * 30,
        r"^(a?){40}a{40}$",
        "^((a+)){2,}$",
        "[]a]*[^]b]*$",
        "a?" * 60 + "a" * 60,
        "(a|a)" * 30 + "$",
        "(a|a|a|a|a|a)a*(a|a|a|a|a|a)a",
    ],
)
def test_patterns_that_could_take_for_ever_are_not_looked_at(pattern: str) -> None:
    text = "a" * 5_000 + "!"
    began = time.monotonic()
    problem(json.dumps(text), {"type": "string", "pattern": pattern})
    problem(json.dumps(text[-999:]), {"type": "string", "pattern": pattern})
    problem(json.dumps({text[-999:]: 1}), {"patternProperties": {pattern: {}}, "additionalProperties": False})
    assert time.monotonic() - began < 20


def test_references_that_multiply_are_given_up() -> None:
    steps = {f"s{n}": {"allOf": [{"$ref": f"#/$defs/s{n + 1}"}, {"$ref": f"#/$defs/s{n + 1}"}]} for n in range(60)}
    bomb = {"$ref": "#/$defs/s0", "$defs": {**steps, "s60": {"type": "string"}}}
    began = time.monotonic()
    assert problem('"x"', bomb) == TOO_MUCH
    assert problem('"x"', {"$ref": "#"}) == UNUSABLE
    assert problem('{"city": "Brest"}') is None, "and the next answer is checked as ever"
    assert time.monotonic() - began < 60


def test_what_is_named_by_a_pattern_is_left_alone_and_data_are_not_taken_for_schemas() -> None:
    named = {"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": False, "minProperties": 1}
    assert problem('{"y": 1}', named) is None
    assert problem("{}", named) is not None
    data = {"const": {"patternProperties": {"a": 1}, "additionalProperties": 2}}
    assert problem('{"patternProperties": {"a": 1}, "additionalProperties": 2}', data) is None


def test_references_within_a_schema_are_followed() -> None:
    tree = {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}
    assert problem("[[], [[]]]", tree) is None
    assert problem("[[7]]", tree) is not None


def test_a_schema_can_be_tried_before_anything_is_asked() -> None:
    assert formats.refusal(CITY) is None
    assert formats.refusal({"type": "city"}) is not None


def test_the_words_for_a_model_that_cannot_be_bound_hold_the_schema() -> None:
    said = formats.asked_in_words(Format("city", CITY))
    assert "JSON" in said
    assert '"minLength":2' in said


@given(st.text())
def test_no_answer_makes_the_check_fail(text: str) -> None:
    said = problem(text)
    assert said is None or said
