"""What is wrong with the form of a workflow: fields that do not exist or are missing, and values that do not fit."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

from msgspec import Meta, inspect

from application.workflows.fields import FIELDS, ITEMS, KEYS, bounds_of
from application.workflows.mistakes import Path, meant, shown
from domain.definition import Definition

Fault: TypeAlias = tuple[Path, str]
Where: TypeAlias = tuple[str, str]
"""The type and the name of a field."""

NOWHERE: Where = ("", "")
MOST_FAULTS = 200
WHOLE = inspect.type_info(Definition)

PATTERNS = {
    FIELDS["Definition", "name"].pattern: "without control characters, and without white space at its ends",
    FIELDS["Node", "id"].pattern: "of lower-case letters, digits and hyphens, beginning with a letter",
    FIELDS["InlineAgent", "instructions"].pattern: "without the character NUL",
    FIELDS["InlineAgent", "model"].pattern: "that is `default` or names a model as `provider/model`",
    FIELDS[
        "InlineAgent", "prompt"
    ].pattern: "that names a prompt, such as `support`, `support@production` or `support@3`",
}
"""What the patterns of texts mean."""

_WORDS: dict[type, str] = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def faults(value: Any) -> list[Fault]:
    """What keeps the value from being a definition, as much as anybody reads; none where msgspec makes one of it."""
    return list(islice(_check(WHOLE, value, (), NOWHERE), MOST_FAULTS))


def _check(kind: inspect.Type, value: Any, path: Path, where: Where) -> Iterator[Fault]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _check(inner, value, path, where)
        case inspect.UnionType():
            yield from _check_union(kind, value, path, where)
        case inspect.StructType():
            yield from _check_object(kind, value, path)
        case inspect.VarTupleType():
            yield from _check_list(kind, value, path, where)
        case inspect.DictType():
            yield from _check_names(kind, value, path, where)
        case inspect.AnyType():
            return
        case _:
            yield from _check_plain(kind, value, path, bounds_of(FIELDS, *where))


def _check_union(union: inspect.UnionType, value: Any, path: Path, where: Where) -> Iterator[Fault]:
    """One of the kinds of nodes, or what may be left out."""
    kinds = [each for each in union.types if not isinstance(each, inspect.NoneType)]
    if len(kinds) == 1:
        if value is not None:
            yield from _check(kinds[0], value, path, where)
        return
    tagged = {str(each.tag): each for each in kinds if isinstance(each, inspect.StructType)}
    if not isinstance(value, dict):
        yield path, f"this must be a node, and is {_is(value)}; write `- id: …` and `kind: …`"
    elif "kind" not in value:
        yield path, f"`kind` is missing; it is one of {', '.join(tagged)}"
    elif not isinstance(value["kind"], str) or value["kind"] not in tagged:
        said = str(value["kind"])
        yield (*path, "kind"), f"there is no kind of node {shown(said)}{meant(said, tagged, listed=20)}"
    else:
        yield from _check_object(tagged[value["kind"]], value, path)


def _check_object(kind: inspect.StructType, value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path, f"this must be an object, and is {_is(value)}; it has {_names(kind)}"
        return
    fields = {field.encode_name: field for field in kind.fields}
    tag = {kind.tag_field} if kind.tag_field else set[str]()
    for name in [each for each in value if each not in fields and each not in tag]:
        thing = f"a node of the kind {kind.tag}" if kind.tag_field else "this object"
        yield (*path, name), f"{thing} has no field {shown(name)}{meant(name, fields, listed=30)}"
    for name, field in fields.items():
        if name in value:
            yield from _check(field.type, value[name], (*path, name), (kind.cls.__name__, name))
        elif field.required:
            yield path, f"`{name}` is missing; it is {_wanted(field.type, kind.cls.__name__, name)}"


def _names(kind: inspect.StructType) -> str:
    return ", ".join(field.encode_name for field in kind.fields)


def _wanted(kind: inspect.Type, cls: str, name: str) -> str:
    told = bounds_of(FIELDS, cls, name)
    what = {inspect.VarTupleType: "a list", inspect.StrType: "a text"}.get(type(kind), "needed")
    return f"{what}: {told.description}" if told else what


def _check_list(kind: inspect.VarTupleType, value: Any, path: Path, where: Where) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield path, f"this must be a list, and is {_is(value)}; write `[…]`, or each item after `- `"
        return
    told = [*_sized(len(value), "items", path, bounds_of(FIELDS, *where))]
    yield from told
    for index, item in enumerate([] if told else value):
        at = (*path, index)
        if isinstance(kind.item_type, inspect.StrType | inspect.UUIDType):
            yield from _check_plain(kind.item_type, item, at, bounds_of(ITEMS, *where))
        else:
            yield from _check(kind.item_type, item, at, NOWHERE)


def _check_names(kind: inspect.DictType, value: Any, path: Path, where: Where) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path, f"this must be an object, and is {_is(value)}"
        return
    yield from _sized(len(value), "fields", path, bounds_of(FIELDS, *where))
    for name, inner in value.items():
        yield from _texted(name, (*path, name), bounds_of(KEYS, *where))
        yield from _check(kind.value_type, inner, (*path, name), NOWHERE)


def _check_plain(kind: inspect.Type, value: Any, path: Path, bounds: Meta | None) -> Iterator[Fault]:
    match kind:
        case inspect.StrType() if isinstance(value, str):
            yield from _texted(value, path, bounds)
        case inspect.StrType():
            mend = "; put it in quotes" if isinstance(value, bool | int | float) else ""
            yield path, f"this must be a text, and is {_is(value)}{mend}"
        case inspect.BoolType() if not isinstance(value, bool):
            yield path, f"this must be true or false, and is {_is(value)}"
        case inspect.IntType() | inspect.FloatType():
            whole = isinstance(kind, inspect.IntType)
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                yield path, f"this must be a {'whole ' if whole else ''}number, and is {_is(value)}"
            else:
                yield from _ranged(value, path, bounds)
        case inspect.LiteralType(values=known) if value not in known:
            said = str(value)
            yield path, f"{shown(said)} is not known here{meant(said, [str(each) for each in known])}"
        case inspect.UUIDType() if not _is_uuid(value):
            yield path, f"this must be an id, which is a UUID, and is {_is(value)}"
        case _:
            return


def _texted(text: str, path: Path, bounds: Meta | None) -> Iterator[Fault]:
    if bounds is None:
        return
    yield from _sized(len(text), "characters", path, bounds)
    if bounds.pattern is not None and text and re.search(bounds.pattern, text) is None:
        yield path, f"{shown(text)} must be a text {PATTERNS[bounds.pattern]}"


def _sized(size: int, things: str, path: Path, bounds: Meta | None) -> Iterator[Fault]:
    if bounds is None:
        return
    if bounds.max_length is not None and size > bounds.max_length:
        yield path, f"there are {size:,} {things} here, and at most {bounds.max_length:,} are taken"
    if bounds.min_length is not None and size < bounds.min_length:
        few = "is nothing" if size == 0 else f"are only {size:,} {things}"
        yield path, f"there {few} here, and it must be at least {bounds.min_length:,} {things}"


def _ranged(number: float, path: Path, bounds: Meta | None) -> Iterator[Fault]:
    if bounds is None:
        return
    too_small = (bounds.ge is not None and number < bounds.ge) or (bounds.gt is not None and number <= bounds.gt)
    too_large = (bounds.le is not None and number > bounds.le) or (bounds.lt is not None and number >= bounds.lt)
    if too_small or too_large:
        yield path, f"{number:,} is out of range; it must be {_range(bounds)}"


def _range(bounds: Meta) -> str:
    least = f"at least {bounds.ge:,}" if bounds.ge is not None else f"more than {bounds.gt:,}"
    most = f"at most {bounds.le:,}" if bounds.le is not None else f"less than {bounds.lt:,}"
    return f"{least} and {most}"


def _is(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "a number"
    return _WORDS[type(value)] if not isinstance(value, str) else f"the text {shown(value)}"


def _is_uuid(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        return False
    return isinstance(value, str)
