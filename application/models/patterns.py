"""JSON Schemas that others wrote: what of them could keep a process busy for ever is not looked at."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from jsonschema import validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped] # it comes without types

from application.models import weighing

LONGEST_TEXT = 1_000
_LONGEST = 200
_UNTAMED = re.compile(r"\)[*+?{]|\(\?|\\[1-9]|[*+?}][+]")
"""A group that repeats, a look around, a reference back, a greed: what makes a search explode."""

_REPEATS = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")
_MOST_STEPS = 10**8
_TRIES_A_STEP = 1_000
_DATA = frozenset({"const", "enum", "default", "examples"})


@lru_cache(maxsize=256)
def tame(pattern: str) -> bool:
    """Whether a search for it is sure to end soon, by a rough count of the ways to try."""
    return len(pattern) <= _LONGEST and not _UNTAMED.search(_bare(pattern)) and tries(pattern) <= _MOST_STEPS


def tries(pattern: str, length: int = LONGEST_TEXT) -> int:
    """About how many ways there are to look for it in a text of this length, at the worst."""
    bare = _bare(pattern)
    ways: int = (bare.count("|") + 1) ** max(1, bare.count("(")) * 2 ** bare.count("?")
    return ways * int(length ** (1 + len(_REPEATS.findall(bare))))


def _bare(pattern: str) -> str:
    return re.sub(r"\[(?:\\.|[^\]\\])*\]", "x", pattern)


def tamed(kind: type[Validator]) -> type[Validator]:
    """The same kind of validator, but for what it could be kept busy with; each of its steps is counted."""
    ours = {"pattern": matching, "patternProperties": _passing, "uniqueItems": weighing.unique_items}
    keywords = {
        name: weighing.weighed(name, ours.get(name, keyword)) for name, keyword in kind.VALIDATORS.items() if keyword
    }
    extended: Any = validators.extend(kind, keywords)  # type: ignore[no-untyped-call] # so its stub has it
    inherited = extended.evolve

    def evolve(validator: Validator, **changes: Any) -> Validator:
        weighing.spend(1)
        schema = changes.get("schema", validator.schema)
        if isinstance(schema, dict) and "$schema" in schema:
            # A part that names another draft would be checked by the library's own validator, which counts nothing.
            changes["schema"] = {name: each for name, each in schema.items() if name != "$schema"}
        evolved: Validator = inherited(validator, **changes)
        return evolved

    extended.evolve = evolve  # the library forbids subclasses of its validators
    made: type[Validator] = extended
    return made


@lru_cache
def form_of_schemas(kind: type[Validator]) -> dict[str, Any]:
    """The schema of schemas of a draft, its vocabularies put into one: that takes far fewer steps."""
    whole: dict[str, Any] = dict(kind.META_SCHEMA)
    parts = [REGISTRY.contents(urljoin(whole["$id"], each["$ref"])) for each in whole.get("allOf", ())]
    if not parts:
        return whole
    merged = {
        name: {key: each for part in (whole, *parts) for key, each in part.get(name, {}).items()}
        for name in ("properties", "$defs")
    }
    form: dict[str, Any] = _rooted({"type": ["object", "boolean"], **merged})
    return form


def _rooted(form: Any) -> Any:
    if isinstance(form, list):
        return [_rooted(each) for each in form]
    if not isinstance(form, dict):
        return form
    if any(isinstance(form.get(name), str) for name in ("$dynamicRef", "$recursiveRef")):
        return {"$ref": "#"}
    return {name: _rooted(each) for name, each in form.items()}


def _passing(*_: object) -> tuple[ValidationError, ...]:
    return ()


def matching(validator: Validator, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The keyword `pattern`, for texts and patterns that are short and tame; all others pass."""
    if not isinstance(instance, str) or len(instance) > LONGEST_TEXT or not tame(pattern):
        return
    weighing.spend(tries(pattern, len(instance)) // _TRIES_A_STEP)
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
