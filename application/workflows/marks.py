"""A text of YAML or JSON as a series of marks: where objects and lists begin and end, and the values between.

YAML is what PyYAML's safe loader knows, without anchors, aliases and tags, so that nothing is larger than it looks.
Words such as `yes` and `off`, and numbers such as `1:30`, are texts, as they are in YAML 1.2 and in editors.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from application.workflows.mistakes import Place
from domain.kernel import Record

MarkKind: TypeAlias = Literal["object", "list", "end", "value"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|[^\s\[\]{},:"]+')
_ONLY_IN_YAML_1_1 = re.compile(r"yes|no|on|off|[-+]?[0-9_.]+(:[0-9_.]+)+", re.IGNORECASE)
_OPENED: dict[str, MarkKind] = {"{": "object", "[": "list", "}": "end", "]": "end"}
_CONSTRUCTED = {
    "tag:yaml.org,2002:null": SafeConstructor.construct_yaml_null,
    "tag:yaml.org,2002:bool": SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:int": SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": SafeConstructor.construct_yaml_float,
}


class Mark(Record):
    """`text` is a value as it is written, which is what it means as the name of a field."""

    kind: MarkKind
    place: Place
    value: Any = None
    text: str = ""


class Unreadable(Exception):
    """The text is neither YAML nor JSON; `place` says where it stops being one."""

    def __init__(self, detail: str, place: Place) -> None:
        super().__init__(detail)
        self.place = place


def marks(text: str) -> Iterator[Mark]:
    """The marks of the text. Raises Unreadable, at the latest where it is wrong."""
    return _json_marks(text) if _is_json(text) else _yaml_marks(text)


def _is_json(text: str) -> bool:
    """JSON writes some characters in ways that YAML does not know, so what is JSON is read as that."""
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return True


def _no_number(word: str) -> None:
    raise ValueError(word)


def _json_marks(text: str) -> Iterator[Mark]:
    line, begun = 1, 0
    seen = 0
    for found in _TOKEN.finditer(text):
        breaks = text.count("\n", seen, found.start())
        if breaks:
            line, begun = line + breaks, text.rindex("\n", seen, found.start()) + 1
        seen = found.start()
        place, token = Place(line, seen - begun + 1), found.group()
        if token in _OPENED:
            yield Mark(_OPENED[token], place)
        else:
            value = json.loads(token)
            yield Mark("value", place, value, value if isinstance(value, str) else token)


def _yaml_marks(text: str) -> Iterator[Mark]:
    resolver, constructor = Resolver(), SafeConstructor()
    documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            documents += isinstance(event, yaml.DocumentStartEvent)
            place = _place(event.start_mark)
            if documents > 1:
                raise Unreadable("there is a second document; write each workflow into a file of its own", place)
            mark = _mark(event, place, resolver, constructor)
            if mark is not None:
                yield mark
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error) from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Unreadable("this character is not allowed in YAML; leave it out", place) from None


def _unreadable(error: yaml.MarkedYAMLError) -> Unreadable:
    at = error.problem_mark or error.context_mark
    place = _place(at)
    said = " ".join(f"{error.context or ''} {error.problem or ''}".split())
    hint = (
        "; indent with spaces"
        if "\\t" in said or " tab " in said
        else "; put texts with `: `, `#`, `{` or `[` in quotes"
    )
    return Unreadable(f"this is not YAML: {said}{hint}", place)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _mark(event: Any, place: Place, resolver: Resolver, constructor: SafeConstructor) -> Mark | None:
    if isinstance(event, yaml.AliasEvent):
        raise Unreadable("aliases (*) are not taken; write the value out", place)
    if getattr(event, "anchor", None):
        raise Unreadable("anchors (&) are not taken; write the value out where it is used", place)
    if getattr(event, "tag", None) not in (None, "!"):
        raise Unreadable(f"tags such as {event.tag[:40]} are not taken; leave it out", place)
    match event:
        case yaml.MappingStartEvent():
            return Mark("object", place)
        case yaml.SequenceStartEvent():
            return Mark("list", place)
        case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
            return Mark("end", place)
        case yaml.ScalarEvent():
            return Mark("value", place, _value(event, place, resolver, constructor), event.value)
        case _:
            return None


def _value(event: yaml.ScalarEvent, place: Place, resolver: Resolver, constructor: SafeConstructor) -> Any:
    tag: str = resolver.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]  # of the library
    construct = _CONSTRUCTED.get(tag)
    if construct is None or _ONLY_IN_YAML_1_1.fullmatch(event.value):
        return event.value
    try:
        return construct(constructor, yaml.ScalarNode(tag, event.value))
    except (ValueError, OverflowError):
        raise Unreadable(f"{event.value[:40]} is no number; put it in quotes if it is a text", place) from None
