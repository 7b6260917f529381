"""Answers in a form that was asked for: what is wrong with one, and how to ask a model that knows no such form."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import SchemaError, UnknownType, ValidationError, best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from application.models import patterns, weighing
from application.models.checking import Problem, too_large
from application.models.request import Format, JsonSchema

_LONGEST = 300
_KEPT = 64

_FAULTS = (
    *(SchemaError, UnknownType, Unresolvable, re.error),
    *(RecursionError, OverflowError, TypeError, AttributeError, KeyError),
)
_NO_JSON = Problem(*["the answer is not JSON"] * 2)
_UNUSABLE = Problem(*["the schema that the answer was to have cannot be used"] * 2)
_TOO_MUCH = Problem(*["there is too much to check in the answer under its schema"] * 2)


def check(text: str, wanted: Format) -> Problem | None:
    """What is wrong with the answer, in one line that a model can be told; None where it is as it was wanted.

    Patterns that could take for ever, and `patternProperties`, are left to whoever bound the model to the schema.
    """
    try:
        answer = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return _NO_JSON
    if too_large(wanted.schema):
        return _UNUSABLE
    try:
        validator = _validator(_canonical(wanted.schema))
        with weighing.patience(validator.schema, answer):
            found = best_match(validator.iter_errors(answer))
    except weighing.Endless:
        return _TOO_MUCH
    except _FAULTS:
        # A reference that leads nowhere, or to what is no schema, shows only when it is used.
        return _UNUSABLE
    return None if found is None else Problem(_told(found), _noted(found, wanted.schema))


def refusal(schema: JsonSchema) -> str | None:
    """Why this is no JSON Schema that answers can be checked against; None where it is one."""
    if problem := too_large(schema):
        return problem
    try:
        _validator(_canonical(schema))
    except SchemaError as error:
        return f"{error.json_path} is not what {error.validator!r} asks of it"
    except weighing.Endless:
        return "there is too much in it to check"
    except _FAULTS:
        return "it cannot be used"
    return None


def asked_in_words(wanted: Format) -> str:
    """The instructions for a model that cannot be bound to a form."""
    schema = msgspec.json.encode(wanted.schema).decode()
    return (
        f"Answer with one JSON value and nothing else: no words before or after it, and no code fence. "
        f'It must be valid under this JSON Schema, called "{wanted.name}":\n{schema}'
    )


def _canonical(schema: JsonSchema) -> bytes:
    return msgspec.json.encode(schema, order="deterministic")


@lru_cache(maxsize=_KEPT)
def _validator(schema: bytes) -> Validator:
    """Draft 2020-12 unless the schema names another. References lead nowhere but into the schema itself."""
    read: dict[str, Any] = msgspec.json.decode(schema)
    kind = validators.validator_for(read, default=Draft202012Validator)
    tamed = patterns.tamed(kind)
    form = patterns.form_of_schemas(kind)
    with weighing.patience(form, read, steps=weighing.SCHEMA_STEPS):
        for error in tamed(form, registry=Registry(), format_checker=kind.FORMAT_CHECKER).iter_errors(read):
            raise SchemaError.create_from(error)
    # The library would fetch what a reference names from the network otherwise.
    return tamed(patterns.without_named(read), registry=Registry())


def _told(error: ValidationError | SchemaError) -> str:
    where = error.json_path
    said = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    return f"at {where}: {said}"


def _noted(error: ValidationError, schema: JsonSchema) -> str:
    """The place and the keyword. A name that the schema does not know is the model's own words, and not shown."""
    known = set(_names(schema))
    place = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" if step in known else ".*" for step in error.absolute_path
    )
    return f"at ${place[:_LONGEST]}: {error.validator or 'false'}"


def _names(schema: Any) -> Iterator[str]:
    """The names of all properties that the schema tells of."""
    if isinstance(schema, dict):
        named = schema.get("properties")
        if isinstance(named, dict):
            yield from named
    for each in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _names(each)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
