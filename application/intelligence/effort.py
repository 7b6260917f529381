"""What the filling in of a template may take: time, turns of its loops, and characters."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOST_TURNS = 10_000
"""Turns of all loops together."""

MOST_SECONDS = 1.0
"""Of the processor's time, so that a busy machine changes nothing."""

MOST_CHARACTERS = 200_000
"""Of one section, and of each text that is made on the way to it."""


class TooMuch(Exception):
    """The template takes more than it may."""


class _Effort:
    def __init__(self) -> None:
        self.turns = 0
        self.written = 0
        self.over = time.thread_time() + MOST_SECONDS


_effort: ContextVar[_Effort | None] = ContextVar("effort_of_a_template", default=None)


@contextmanager
def bounded() -> Iterator[None]:
    """Within the block TooMuch is raised for what takes too long."""
    before = _effort.set(_Effort())
    try:
        yield
    finally:
        _effort.reset(before)


def spend(turns: int = 0) -> None:
    """Count so many turns of a loop, and look at the clock. Raises TooMuch."""
    effort = _effort.get()
    if effort is None:
        return
    effort.turns += turns
    if effort.turns > MOST_TURNS:
        raise TooMuch(f"its loops take more than {MOST_TURNS:,} turns; loop over less")
    if time.thread_time() > effort.over:
        raise TooMuch(f"it takes more than {MOST_SECONDS:g} s; make it simpler, or give it less")


def room(characters: int) -> None:
    """Raises TooMuch for a text of more characters than one may have."""
    if characters > MOST_CHARACTERS:
        raise TooMuch(f"it makes more than {MOST_CHARACTERS:,} characters; give long material as documents")


def write(characters: int) -> None:
    """Count what goes into the text that is made. Raises TooMuch."""
    effort = _effort.get()
    if effort is not None:
        effort.written += characters
        room(effort.written)
