"""What it takes to check an answer against a schema, counted so that no check keeps a process busy."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

MOST_STEPS = 15_000
"""About a tenth of a second: a step is a keyword looked at, or what takes as long."""

SCHEMA_STEPS = 30_000
"""A schema is looked at once and then remembered, so that may take a little longer."""

_NUMBER = 8
_COPIED = 200
_SORTED = 50
_LISTED = 20
_PAIRED = 300

Keyword = Callable[..., Any]
Sizes = dict[int, int]
"""How many characters each list and object comes to, by its identity."""


class Endless(Exception):
    """There is more to check than anybody would wait for."""


class _Effort:
    """What is left of the steps of one check."""

    def __init__(self, sizes: Sizes, steps: int) -> None:
        self.sizes = sizes
        self.left = steps


_effort: ContextVar[_Effort | None] = ContextVar("effort_of_a_check", default=None)


@contextmanager
def patience(*looked_at: Any, steps: int = MOST_STEPS) -> Iterator[None]:
    """Within the block Endless is raised after so many steps; what is looked at is measured before."""
    effort = _Effort({}, steps)
    for each in looked_at:
        _measure(each, effort.sizes)
    before = _effort.set(effort)
    try:
        yield
    finally:
        _effort.reset(before)


def spend(steps: int) -> None:
    """Count so many steps. Raises Endless where too many were taken."""
    effort = _effort.get()
    if effort is None:
        return
    effort.left -= steps
    if effort.left < 0:
        raise Endless


def weighed(name: str, keyword: Any) -> Keyword:
    """The same keyword, counted."""
    return partial(_weighed, name, keyword)


def unique_items(_: Validator, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The keyword `uniqueItems`, in one pass. Lists are as JSON has them: 1 is 1.0 and not true."""
    if not wanted or not isinstance(instance, list):
        return
    if len({json.dumps(_plain(each), sort_keys=True) for each in instance}) < len(instance):
        yield ValidationError(f"{instance!r} has non-unique elements")


def _weighed(
    name: str, keyword: Keyword, validator: Validator, value: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    spend(1 + _weight(name, value, instance))
    for error in keyword(validator, value, instance, schema) or ():
        # An error of its own repeats the value, one from further down is only handed on.
        own = not isinstance(error.validator, str)
        spend(1 + (_size(instance) + _size(value)) // _COPIED if own else 1)
        yield error


def _weight(name: str, value: Any, instance: Any) -> int:
    match name:
        case "enum" | "const":
            return _size(value) // _COPIED
        case "uniqueItems":
            return _size(instance) // _SORTED
        case "unevaluatedItems" if isinstance(instance, list):
            return len(instance) ** 2 // _PAIRED
        case "required" | "properties" | "dependentRequired" | "dependentSchemas" | "dependencies":
            return len(value) // _LISTED
        case _:
            return len(instance) // _LISTED if isinstance(instance, dict | list) else 0


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    effort = _effort.get()
    return effort.sizes.get(id(value), _NUMBER) if effort is not None else _NUMBER


def _measure(value: Any, sizes: Sizes) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        sizes[id(value)] = size = 2 + sum(len(name) + _measure(each, sizes) for name, each in value.items())
    elif isinstance(value, list):
        sizes[id(value)] = size = 2 + sum(_measure(each, sizes) for each in value)
    else:
        return _NUMBER
    return size


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
