"""Answers in a form that was asked for: what is wrong with one, and how to ask a model that knows no such form."""

import json
import re
from functools import lru_cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from application.models import patterns
from application.models.request import Format, JsonSchema

_FENCED = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*)\n[ \t]*```\s*\Z", re.DOTALL)
_LONGEST = 300
_KEPT = 64


def check(text: str, wanted: Format) -> str | None:
    """What is wrong with the answer, in one line that a model can be told; None where it is as it was wanted.

    Patterns that could take for ever, and `patternProperties`, are left to whoever bound the model to the schema.
    """
    try:
        answer = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return "the answer is not JSON"
    try:
        with patterns.patience():
            found = best_match(_validator(_canonical(wanted.schema)).iter_errors(answer))
    except (SchemaError, Unresolvable, patterns.Endless, re.error, RecursionError):
        # A reference that leads nowhere, or a pattern that is none, shows only when it is used.
        return "the schema that the answer was to have cannot be used"
    return None if found is None else _told(found)


def refusal(schema: JsonSchema) -> str | None:
    """Why this is no JSON Schema; None where it is one."""
    try:
        _validator(_canonical(schema))
    except SchemaError as error:
        return _told(error)
    except RecursionError:
        return "it is too deep"
    return None


def unfenced(text: str) -> str:
    """The answer without the fence that models like to put around JSON."""
    fenced = _FENCED.match(text)
    return fenced.group(1) if fenced else text


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
    kind.check_schema(read)
    tamed = patterns.tamed(kind)
    # The library would fetch what a reference names from the network otherwise.
    return tamed(patterns.without_named(read), registry=Registry())


def _told(error: ValidationError | SchemaError) -> str:
    where = error.json_path
    said = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    return f"at {where}: {said}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
