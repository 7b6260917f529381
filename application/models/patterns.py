"""JSON Schemas that others wrote: what of them could keep a process busy for ever is not looked at."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, partial
from typing import Any

from jsonschema import validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

LONGEST_TEXT = 1_000
_LONGEST = 200
_UNTAMED = re.compile(r"\)[*+?{]|\(\?|\\[1-9]|[*+?}][+]")
"""A group that repeats, a look around, a reference back, a greed: what makes a search explode."""

_REPEATS = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")
_MOST_STEPS = 10**8
_MOST_REFERENCES = 20_000
_REFERENCES = ("$ref", "$dynamicRef")
_left: ContextVar[int] = ContextVar("references_left", default=_MOST_REFERENCES)
_DATA = frozenset({"const", "enum", "default", "examples"})


@lru_cache(maxsize=256)
def tame(pattern: str) -> bool:
    """Whether a search for it is sure to end soon, by a rough count of the ways to try."""
    bare = re.sub(r"\[(?:\\.|[^\]\\])*\]", "x", pattern)
    if len(pattern) > _LONGEST or _UNTAMED.search(bare):
        return False
    ways = bare.count("|") + 1
    tries = ways ** max(1, bare.count("(")) * 2 ** bare.count("?")
    return bool(LONGEST_TEXT ** (1 + len(_REPEATS.findall(bare))) * tries <= _MOST_STEPS)


class Endless(Exception):
    """References lead to references that lead to references, more often than anybody would follow them."""


@contextmanager
def patience() -> Iterator[None]:
    """How many references are followed within the block."""
    before = _left.set(_MOST_REFERENCES)
    try:
        yield
    finally:
        _left.reset(before)


def tamed(kind: type[Validator]) -> type[Validator]:
    """The same kind of validator, but for what it could be kept busy with."""
    followed = {name: partial(_following, kind.VALIDATORS[name]) for name in _REFERENCES if name in kind.VALIDATORS}
    extended: type[Validator] = validators.extend(kind, {"pattern": matching, **followed})  # type: ignore[no-untyped-call] # so its stub has it
    return extended


def _following(follow: Callable[..., Any], validator: Validator, ref: Any, instance: Any, schema: Any) -> Any:
    _left.set(_left.get() - 1)
    if _left.get() < 0:
        raise Endless
    return follow(validator, ref, instance, schema)


def matching(validator: Validator, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The keyword `pattern`, for texts and patterns that are short and tame; all others pass."""
    if not isinstance(instance, str) or len(instance) > LONGEST_TEXT or not tame(pattern):
        return
    if not re.search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def without_named(schema: Any) -> Any:
    """The schema without what it says of properties by the pattern of their names, and of all the others."""
    if isinstance(schema, list):
        return [without_named(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    left_out = (
        {"patternProperties", "additionalProperties"} if isinstance(schema.get("patternProperties"), dict) else set()
    )
    return {
        name: each if name in _DATA else without_named(each) for name, each in schema.items() if name not in left_out
    }
