"""What templates do with values by `{{ value | filter }}`: each takes and gives what JSON knows, within bounds."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import msgspec
from jinja2 import Undefined

from application.intelligence.effort import room, spend

Value = Any
"""What JSON knows: the library hands filters whatever stands before them."""

LONGEST_NUMBER = 40
DEEPEST_INDENT = 40


class Unfit(Exception):
    """A value is not one that this can be done with."""


def shown(value: Value) -> str:
    """A value as it stands in a prompt: texts as they are, nothing for null, all else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, range):
        return shown(list(value))
    return "" if value is None else msgspec.json.encode(value).decode()


def text(value: Value) -> str:
    if not isinstance(value, str):
        raise Unfit(f"a text is wanted here, and this is {kind(value)}")
    return value


def listed(value: Value) -> Sequence[Value]:
    if not isinstance(value, list | tuple | range):
        raise Unfit(f"a list is wanted here, and this is {kind(value)}")
    return value


def number(value: Value) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"a number is wanted here, and this is {kind(value)}")
    return value


def kind(value: Value) -> str:
    """What a value is, in words."""
    kinds = {bool: "true or false", str: "a text", int: "a number", float: "a number", dict: "an object"}
    return "nothing" if value is None else kinds.get(type(value), "a list")


def _default(value: Value, instead: Value = "", falsy: Value = None) -> Value:
    """Also for what is empty, where `falsy` says so."""
    return instead if isinstance(value, Undefined) or (falsy and not value) else value


def _join(value: Value, between: str = "", attribute: str | None = None) -> str:
    told = [shown(each) for each in (listed(value) if attribute is None else _map(value, attribute))]
    room(sum(map(len, told)) + len(text(between)) * len(told))
    return between.join(told)


def _map(value: Value, attribute: str) -> list[Value]:
    return [_field(each, attribute) for each in listed(value)]


def _field(value: Value, name: str) -> Value:
    if not isinstance(value, Mapping) or name not in value:
        raise Unfit(f"one of the list has no {name!r}")
    return value[name]


def _replace(value: Value, old: str, new: str) -> str:
    room(len(text(value)) + value.count(text(old)) * len(text(new)))
    return str(value.replace(old, new))


def _indent(value: Value, width: int = 4, *, first: bool = False) -> str:
    if not 0 <= number(width) <= DEEPEST_INDENT:
        raise Unfit(f"an indent has 0 to {DEEPEST_INDENT} blanks")
    lines = text(value).split("\n")
    room(len(value) + len(lines) * int(width))
    blank = " " * int(width)
    told = [line and blank + line for line in lines]
    return "\n".join(told if first else [lines[0], *told[1:]])


def _truncate(value: Value, length: int = 255, end: str = "…") -> str:
    most = int(number(length))
    return text(value) if len(text(value)) <= most else f"{value[: max(0, most)]}{text(end)}"


def _sort(value: Value, attribute: str | None = None, *, reverse: bool = False) -> list[Value]:
    key = None if attribute is None else (lambda each: _field(each, attribute))
    try:
        return sorted(listed(value), key=key, reverse=reverse)
    except TypeError:
        raise Unfit("these cannot be put in order: they are of several kinds") from None


def _unique(value: Value) -> list[Value]:
    return list({msgspec.json.encode(each): each for each in listed(value)}.values())


def _int(value: Value) -> int:
    try:
        if isinstance(value, str) and len(value) <= LONGEST_NUMBER:
            return int(value)
        return int(number(value))
    except (ValueError, OverflowError):
        raise Unfit("this is no whole number") from None


def _round(value: Value, digits: int = 0) -> int | float:
    return round(number(value), max(-LONGEST_NUMBER, min(LONGEST_NUMBER, int(number(digits)))))


def _tojson(value: Value, indent: int = 0) -> str:
    told = msgspec.json.encode(value)
    width = int(number(indent))
    return (msgspec.json.format(told, indent=min(width, 8)) if width > 0 else told).decode()


def _length(value: Value) -> int:
    if not isinstance(value, str | list | tuple | range | dict):
        raise Unfit(f"{kind(value)} has no length")
    return len(value)


def _items(value: Value) -> list[tuple[str, Value]]:
    if not isinstance(value, dict):
        raise Unfit(f"an object is wanted here, and this is {kind(value)}")
    return list(value.items())


def _end(place: int) -> Callable[[Value], Value]:
    def end(value: Value) -> Value:
        if not (found := value if isinstance(value, str) else listed(value)):
            raise Unfit("there is nothing in it")
        return found[place]

    return end


def _counted(filter_: Callable[..., Value]) -> Callable[..., Value]:
    @wraps(filter_)
    def call(value: Value, *arguments: Value, **named: Value) -> Value:
        spend()
        if isinstance(value, Undefined) and filter_ is not _default:
            str(value)
        made = filter_(value, *arguments, **named)
        if isinstance(made, str):
            room(len(made))
        return made

    return call


_FILTERS: Mapping[str, Callable[..., Value]] = {
    "capitalize": lambda value: text(value).capitalize(),
    "default": _default,
    "first": _end(0),
    "indent": _indent,
    "int": _int,
    "items": _items,
    "join": _join,
    "last": _end(-1),
    "length": _length,
    "list": lambda value: list(listed(value)),
    "lower": lambda value: text(value).lower(),
    "map": _map,
    "replace": _replace,
    "reverse": lambda value: list(listed(value))[::-1],
    "round": _round,
    "sort": _sort,
    "sum": lambda value: sum(number(each) for each in listed(value)),
    "title": lambda value: text(value).title(),
    "tojson": _tojson,
    "trim": lambda value: text(value).strip(),
    "truncate": _truncate,
    "unique": _unique,
    "upper": lambda value: text(value).upper(),
}

FILTERS = {name: _counted(each) for name, each in _FILTERS.items()}
