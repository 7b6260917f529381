"""Checking an answer against a schema takes few steps, and the record gets none of its words."""

import json
from typing import Any

import pytest

from application.models import formats
from application.models.checking import LARGEST_SCHEMA, FormatMissed, check
from application.models.failure import ModelError
from application.models.fitting import fitted
from application.models.request import Format, ModelRequest
from application.models.stream import Finished, Usage
from tests.application.models.test_formats import CITY, TOO_MUCH, UNUSABLE, problem


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ({"items": {"anyOf": [{"type": "string"}] * 400}}, [1] * 400),
        ({"anyOf": [{"type": "string"}] * 400}, ["abcdefgh"] * 20_000),
        ({"anyOf": [{"not": {}} for _ in range(5_000)]}, {}),
        ({"items": {"enum": [f"city {number}" for number in range(2_000)]}}, ["city"] * 2_000),
        ({"items": {"pattern": "^(a|b)c*$"}}, ["b" + "c" * 990] * 20),
        ({"oneOf": [{"items": True}] * 500}, [1] * 20_000),
        ({"prefixItems": [True], "unevaluatedItems": False}, [1] * 20_000),
        ({"items": {"$schema": "http://json-schema.org/draft-07/schema#", "anyOf": [{"minimum": 9}] * 400}}, [1] * 400),
    ],
)
def test_what_takes_too_many_steps_is_given_up(schema: dict[str, Any], answer: Any) -> None:
    assert problem(json.dumps(answer), schema) == TOO_MUCH


def test_a_part_that_names_another_draft_is_tamed_like_all_others() -> None:
    evil = {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": "^(a+)+$"}
    assert problem(json.dumps(["a" * 60 + "!"]), {"items": evil}) is None


def test_a_long_list_and_a_large_schema_of_the_usual_kind_are_checked() -> None:
    row = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
    assert problem(json.dumps([{"a": "x"}] * 500), {"type": "array", "items": row}) is None
    large = {"type": "object", "properties": {f"name_{number}": row for number in range(450)}}
    assert problem('{"name_449": {"a": "x"}}', large) is None
    assert problem('{"name_449": {"a": 7}}', large) == "at $.name_449.a: 7 is not of type 'string'"


def test_the_items_of_a_long_list_are_compared_in_one_pass() -> None:
    rows: list[Any] = [{"a": number, "b": [number]} for number in range(10_000)]
    assert problem(json.dumps(rows), {"uniqueItems": True}) is None
    assert problem(json.dumps([*rows, {"b": [7], "a": 7}]), {"uniqueItems": True}) is not None


@pytest.mark.parametrize(
    ("answer", "unique"),
    [
        ("[1, 1.0]", False),
        ('[{"a": [1]}, {"a": [1.0]}]', False),
        ("[0, -0.0]", False),
        ('[1, true, "1", [1], [true], 0, false, null]', True),
        ('[{"a": 1}, {"a": true}]', True),
        ("[9007199254740993, 9007199254740992.0]", True),
        ("[1e400, 2e400]", False),
    ],
)
def test_items_are_alike_as_json_has_it(answer: str, unique: bool) -> None:  # a row of the table
    assert (problem(answer, {"uniqueItems": True}) is None) == unique


def test_a_number_too_large_to_divide_is_no_crash() -> None:
    assert problem("1" + "0" * 400, {"multipleOf": 0.01}) == UNUSABLE


def asked(schema: dict[str, Any]) -> ModelRequest:
    return ModelRequest("local/small", "answer", "Say where.", (), format=Format("city", schema))


def test_a_schema_that_is_too_large_is_refused_before_anybody_is_asked() -> None:
    large = {"type": "object", "description": "x" * LARGEST_SCHEMA}
    with pytest.raises(ModelError, match="bytes long") as raised:
        fitted(asked(large), "local/small", None)
    assert (raised.value.code, raised.value.retryable) == ("model_schema_refused", False)
    assert str(raised.value).endswith(formats.refusal(large) or "nothing")
    assert formats.refusal({"anyOf": [{} for _ in range(15_000)]}) == "there is too much in it to check"
    assert fitted(asked(CITY), "local/small", None).warnings == ()


@pytest.mark.parametrize(
    ("schema", "answer", "noted"),
    [
        (CITY, {"city": "Brest", "canary": 1}, "at $: additionalProperties"),
        (CITY, {"city": ["canary"]}, "at $.city: type"),
        ({"additionalProperties": {"type": "string"}}, {"canary": 1}, "at $.*: type"),
        ({"properties": {"a": {"items": {"maxLength": 2}}}}, {"a": ["x", "canary"]}, "at $.a[1]: maxLength"),
        ({"enum": ["Brest"]}, "canary", "at $: enum"),
        ({"propertyNames": {"maxLength": 2}}, {"canary": 1}, "at $: maxLength"),
        ({"items": False}, ["canary"], "at $: items"),
        ({"properties": {"a": False}}, {"a": "canary"}, "at $: false"),
    ],
)
def test_the_record_is_told_where_and_which_rule_but_no_word_of_the_answer(
    schema: dict[str, Any], answer: Any, noted: str
) -> None:
    request, finished = asked(schema), Finished("end", Usage(1, 1), "small")
    with pytest.raises(FormatMissed) as raised:
        check(request, None, json.dumps(answer), finished, formats.check)
    assert str(raised.value) == f"the answer is not of the form that was asked for: {noted}"
    assert "canary" not in str(raised.value)
    assert "canary" in str(raised.value.repair(request).messages)


@pytest.mark.parametrize("schema", [{"type": "city"}, {"minLength": -1}, {"pattern": 7}, {"properties": []}])
def test_what_is_no_schema_is_said_before_anybody_is_asked(schema: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="no answer can be checked against this schema") as raised:
        fitted(asked(schema), "local/small", None)
    assert raised.value.code == "model_schema_refused"
