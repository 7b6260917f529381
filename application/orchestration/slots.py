"""Slots: how many steps may be under way at once in a lane, over all workers."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.kernel import Record


class Lane(Record):
    """What `most` holders may be in at once; those of `run` stay until the run is over, whoever works on it."""

    name: str
    most: int
    run: UUID | None = None


class LaneState(Record):
    """How full a lane is. `most` is None where nobody has met a limit there; `waiting` counts jobs in the queue."""

    used: int
    most: int | None
    waiting: int


class Slots(Protocol):
    """Where the slots are. A holder is any name; whoever takes under it again has it once."""

    async def take(self, places: Sequence[tuple[str, Sequence[Lane]]], *, job: str = "") -> int:
        """Take all lanes of a place or none; how many of the places were taken, from the first on.

        The job, if one is named, waits in the queue for the first place that is full. Raises Unavailable.
        """
        ...

    def adopt(self, holder: str, name: str) -> None:
        """Keep what was taken together with a job of the queue."""
        ...

    def give_back(self, holder: str, lanes: Sequence[str]) -> None:
        """As soon as Redis is there; at once where it is."""
        ...

    async def state(self, lanes: Sequence[str]) -> list[LaneState]:
        """How full these lanes are. Raises Unavailable."""
        ...
