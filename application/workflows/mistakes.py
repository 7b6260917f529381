"""What is wrong with a workflow, and where."""

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TypeAlias

from domain.kernel import Record

Path: TypeAlias = tuple[str | int, ...]
"""Where something stands in a definition: names of fields, and places in lists from 0."""

MOST_MISTAKES = 100
LONGEST_SHOWN = 60
_LONGEST_PATH = 200
_COMPARED = 1_000


class Place(Record):
    """Of a text, both from 1."""

    line: int
    column: int


class Mistake(Record):
    """`line` and `column` count from 1, and are None where what was read is no text; `detail` says how to mend it."""

    line: int | None
    column: int | None
    path: str
    detail: str


class Lines:
    """Where in its text each part of a definition stands."""

    def __init__(self, places: Mapping[Path, Place] | None = None) -> None:
        self._places = {} if places is None else places

    def place(self, path: Path) -> Place | None:
        """Of the part, or of the nearest one around it that is known."""
        for end in range(len(path), -1, -1):
            if path[:end] in self._places:
                return self._places[path[:end]]
        return None

    def mistake(self, path: Path, detail: str) -> Mistake:
        place = self.place(path)
        told = written(path)
        return Mistake(place.line, place.column, told, detail) if place else Mistake(None, None, told, detail)


NO_LINES = Lines()


def written(path: Path) -> str:
    """The path as people read it, such as `nodes[0].prompt`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part[:LONGEST_SHOWN]}" for part in path]
    whole = "".join(parts).removeprefix(".")
    return whole if len(whole) <= _LONGEST_PATH else f"{whole[:_LONGEST_PATH]}…"


def shown(word: str) -> str:
    """The word in quotes, and no more of it than anybody reads."""
    return repr(word if len(word) <= LONGEST_SHOWN else f"{word[:LONGEST_SHOWN]}…")


def meant(word: str, known: Iterable[str], *, listed: int = 12) -> str:
    """What was probably meant by a word that nobody knows, or what there is, as the end of a sentence."""
    there = sorted(islice(known, _COMPARED))
    folded = {each.casefold(): each for each in there}
    near = difflib.get_close_matches(word[:LONGEST_SHOWN].casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {folded[near[0]]!r}?"
    if not there:
        return ""
    more = f" and {len(there) - listed:,} more" if len(there) > listed else ""
    return f"; there are {', '.join(there[:listed])}{more}" if len(there) > 1 else f"; there is {there[0]}"


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """As they stand in the text, each once, and not more than anybody would mend at a time."""
    each = {(it.path, it.detail): it for it in mistakes}.values()
    return sorted(each, key=lambda it: (it.line or 0, it.column or 0, it.path))[:MOST_MISTAKES]
