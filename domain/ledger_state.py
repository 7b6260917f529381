"""What a day of a workspace has come to: who has used how much, what is under way, and what is in doubt."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from domain.budget import Unit
from domain.kernel import Record, replace

Key = TypeVar("Key")
Value = TypeVar("Value")


class Used(Record):
    """What somebody has used or reserved."""

    micro_usd: int = 0
    tokens: int = 0

    def of(self, unit: Unit) -> int:
        return self.micro_usd if unit == "micro_usd" else self.tokens


NOTHING = Used()


class Held(Record):
    """An entry at the amount that it counts with; `runs` are those whose ceilings count it too."""

    micro_usd: int | None
    tokens: int
    subjects: tuple[str, ...]
    runs: tuple[UUID, ...] = ()

    def of(self, unit: Unit) -> int:
        return (self.micro_usd or 0) if unit == "micro_usd" else self.tokens


class Ledger(Record):
    """`used` counts by subject what is settled, what is held and what is in doubt; who has used nothing is not in it.

    `held` are the entries under way, `doubts` those in doubt, and `judged` those whose doubt a person has settled.
    """

    used: dict[str, Used] = {}
    held: dict[UUID, Held] = {}
    doubts: dict[UUID, Held] = {}
    judged: dict[UUID, Held] = {}
    closed: bool = False

    def by(self, subject: str) -> Used:
        return self.used.get(subject, NOTHING)


class Tally:
    """A ledger as it changes: each table is copied before its first change, and once only, however many follow."""

    __slots__ = ("_before", "closed", "doubts", "held", "judged", "used")

    def __init__(self, ledger: Ledger) -> None:
        self._before = ledger
        self.used, self.held, self.doubts, self.judged = ledger.used, ledger.held, ledger.doubts, ledger.judged
        self.closed = ledger.closed

    def ledger(self) -> Ledger:
        return Ledger(self.used, self.held, self.doubts, self.judged, self.closed)

    def hold(self, entry: UUID, held: Held) -> None:
        self._count(held.subjects, held.micro_usd or 0, held.tokens)
        self.held = _own(self.held, self._before.held)
        self.held[entry] = held

    def doubt(self, entry: UUID) -> None:
        if entry in self.held:
            self.doubts = _own(self.doubts, self._before.doubts)
            self.doubts[entry] = self._taken(entry)

    def judge(self, entry: UUID, micro_usd: int, tokens: int) -> None:
        """It came to so much, says somebody; an answer may know better."""
        if entry in self.doubts:
            before = self._ended(entry, micro_usd, tokens)
            self.judged = _own(self.judged, self._before.judged)
            self.judged[entry] = replace(before, micro_usd=micro_usd, tokens=tokens)

    def end(self, entry: UUID, micro_usd: int | None, tokens: int) -> None:
        """It came to so much; where the cost is not known, to what it counted with."""
        if entry in self.held or entry in self.doubts or entry in self.judged:
            self._ended(entry, micro_usd, tokens)

    def _ended(self, entry: UUID, micro_usd: int | None, tokens: int) -> Held:
        held = self._taken(entry)
        more = 0 if micro_usd is None else micro_usd - (held.micro_usd or 0)
        self._count(held.subjects, more, tokens - held.tokens)
        return held

    def _taken(self, entry: UUID) -> Held:
        if entry in self.held:
            self.held = _own(self.held, self._before.held)
            return self.held.pop(entry)
        if entry in self.doubts:
            self.doubts = _own(self.doubts, self._before.doubts)
            return self.doubts.pop(entry)
        self.judged = _own(self.judged, self._before.judged)
        return self.judged.pop(entry)

    def _count(self, subjects: tuple[str, ...], micro_usd: int, tokens: int) -> None:
        self.used = used = _own(self.used, self._before.used)
        for subject in subjects:
            before = used.get(subject, NOTHING)
            after = Used(before.micro_usd + micro_usd, before.tokens + tokens)
            if after == NOTHING:
                used.pop(subject, None)
            else:
                used[subject] = after


def _own(mine: dict[Key, Value], before: dict[Key, Value]) -> dict[Key, Value]:
    return dict(mine) if mine is before else mine


def together(ledgers: Iterable[Ledger]) -> dict[str, Used]:
    """What each subject used on several days."""
    total: dict[str, Used] = {}
    for ledger in ledgers:
        for subject, used in ledger.used.items():
            before = total.get(subject, NOTHING)
            total[subject] = Used(before.micro_usd + used.micro_usd, before.tokens + used.tokens)
    return total
