"""A workflow's text, read: the definition, where each part of it stands, and everything that is wrong with its form."""

import math
from typing import Any

import msgspec

from application.workflows import shape
from application.workflows.marks import Mark, Unreadable, marks
from application.workflows.mistakes import NO_LINES, Lines, Mistake, Path, Place, in_order, shown
from domain.definition import Definition
from domain.kernel import Record

MAX_TEXT = 256 * 1024
"""Bytes of a text."""

MAX_DEPTH = 120
"""So many objects and lists within each other; eight levels of nodes with a schema in the last one are fewer."""

LARGEST_WHOLE = 2**63 - 1


class Reading(Record):
    """What a text came to; the definition is there where its form is right, whatever else may be wrong with it."""

    definition: Definition | None
    lines: Lines
    mistakes: list[Mistake]


class _TooDeep(Exception):
    """Nobody follows it any further."""


def read(text: str) -> Reading:
    """The workflow that a text of YAML or JSON tells of, with all mistakes of its form at once."""
    mistake = _unfit(text)
    if mistake is not None:
        return Reading(None, NO_LINES, [mistake])
    builder = Builder()
    try:
        for mark in marks(text.removeprefix("\ufeff")):
            builder.take(mark)
    except Unreadable as error:
        mistake = Mistake(error.place.line, error.place.column, "", str(error))
        return Reading(None, builder.lines, in_order([*builder.mistakes, mistake]))
    except _TooDeep:
        return Reading(None, builder.lines, in_order(builder.mistakes))
    return _told(builder.value, builder.lines, builder.mistakes)


def taken(value: Any) -> Reading:
    """The workflow that is given as JSON already decoded, which has no lines."""
    wrong = _wrong_value(value)
    if wrong is None:
        size = len(msgspec.json.encode(value))
        wrong = _too_large(size) if size > MAX_TEXT else None
    if wrong is not None:
        return Reading(None, NO_LINES, [Mistake(None, None, "", wrong)])
    return _told(value, NO_LINES, [])


def _wrong_value(value: Any) -> str | None:
    """Why it cannot be kept as JSON; None where it can."""
    open_ = [(value, 1)]
    while open_:
        each, depth = open_.pop()
        if depth > MAX_DEPTH:
            return f"this nests more than {MAX_DEPTH} deep; use workflows inside workflows"
        if isinstance(each, dict):
            open_ += [(part, depth + 1) for part in (*each, *each.values())]
        elif isinstance(each, list):
            open_ += [(part, depth + 1) for part in each]
        elif isinstance(each, str):
            if unfit := _unfit_text(each):
                return unfit
        elif isinstance(each, float) and not math.isfinite(each):
            return "there is a number in it that JSON does not know"
        elif isinstance(each, int) and abs(each) > LARGEST_WHOLE:
            return "there is a number in it that is too large"
        elif each is not None and not isinstance(each, int | float):
            return f"there is something in it that JSON does not know ({type(each).__name__})"
    return None


def _unfit_text(text: str) -> str | None:
    if "\x00" in text:
        return "the character NUL cannot be kept; leave it out"
    if any("\ud800" <= each <= "\udfff" for each in text):
        return "half a surrogate pair is no text; leave it out"
    return None


def _told(value: Any, lines: Lines, mistakes: list[Mistake]) -> Reading:
    found = [lines.mistake(path, detail) for path, detail in shape.faults(value)]
    if mistakes or found:
        return Reading(None, lines, in_order([*mistakes, *found]))
    return Reading(msgspec.convert(value, Definition), lines, [])


def _too_large(size: int) -> str:
    return f"the text has {size:,} bytes, and at most {MAX_TEXT:,} are read; shorten the prompts"


def _unfit(text: str) -> Mistake | None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        before = text[: error.start]
        column = len(before) - before.rfind("\n")
        return Mistake(before.count("\n") + 1, column, "", "this character is half a surrogate pair and no text")
    if size > MAX_TEXT:
        return Mistake(1, 1, "", _too_large(size))
    if not text.strip("\ufeff \t\r\n"):
        return Mistake(1, 1, "", "the text is empty; a workflow has at least a name and nodes")
    return None


class _Frame:
    """An object or a list that is being read; `name` is the field whose value comes next."""

    __slots__ = ("name", "path", "value")

    def __init__(self, value: dict[str, Any] | list[Any], path: Path) -> None:
        self.value = value
        self.path = path
        self.name: str | None = None


class Builder:
    """Makes a value of marks without calling itself, however deep they nest."""

    def __init__(self) -> None:
        self.value: Any = None
        self.mistakes: list[Mistake] = []
        self._places: dict[Path, Place] = {}
        self._open: list[_Frame] = []
        self.lines = Lines(self._places)

    def take(self, mark: Mark) -> None:
        """Raises _TooDeep."""
        if mark.kind == "end":
            self._open.pop()
        elif self._open and isinstance(self._open[-1].value, dict) and self._open[-1].name is None:
            self._take_name(self._open[-1], mark)
        else:
            self._take_value(mark)

    def _take_name(self, frame: _Frame, mark: Mark) -> None:
        assert isinstance(frame.value, dict), "only objects have names"
        if mark.kind != "value":
            self._wrong(mark.place, frame.path, "the name of a field is a text; put `{` and `[` in quotes")
            raise _TooDeep
        frame.name = mark.text
        path = (*frame.path, mark.text)
        self._check_text(mark.text, mark.place, path)
        if mark.text in frame.value:
            first = self._places[path].line
            self._wrong(mark.place, path, f"{shown(mark.text)} stands here twice (first in line {first}); keep one")
        else:
            self._places[path] = mark.place

    def _take_value(self, mark: Mark) -> None:
        path = self._next()
        empty: dict[str, Any] | list[Any] = {} if mark.kind == "object" else []
        value = self._plain(mark, path) if mark.kind == "value" else empty
        self._put(value)
        if not path or isinstance(path[-1], int):
            self._places[path] = mark.place
        if mark.kind != "value":
            if len(self._open) >= MAX_DEPTH:
                self._wrong(mark.place, path, f"this nests more than {MAX_DEPTH} deep; use workflows inside workflows")
                raise _TooDeep
            self._open.append(_Frame(value, path))

    def _next(self) -> Path:
        if not self._open:
            return ()
        frame = self._open[-1]
        if isinstance(frame.value, list):
            return (*frame.path, len(frame.value))
        assert frame.name is not None, "a value has a name before it"
        return (*frame.path, frame.name)

    def _put(self, value: Any) -> None:
        if not self._open:
            self.value = value
            return
        frame = self._open[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
        else:
            assert frame.name is not None, "a value has a name before it"
            frame.value.setdefault(frame.name, value)
            frame.name = None

    def _plain(self, mark: Mark, path: Path) -> Any:
        value = mark.value
        if isinstance(value, str):
            self._check_text(value, mark.place, path)
        elif isinstance(value, float) and not math.isfinite(value):
            self._wrong(mark.place, path, "this number is none that JSON knows; put it in quotes if it is a text")
        elif isinstance(value, int) and abs(value) > LARGEST_WHOLE:
            self._wrong(mark.place, path, "this number is too large; put it in quotes if it is a text")
        return value

    def _check_text(self, text: str, place: Place, path: Path) -> None:
        if unfit := _unfit_text(text):
            self._wrong(place, path, unfit)

    def _wrong(self, place: Place, path: Path, detail: str) -> None:
        self.mistakes.append(Lines({path: place}).mistake(path, detail))
