"""Ledger: what a workspace has reserved and spent on models in a day, so that no limit is ever overrun.

A call reserves the worst that it can come to before it is made, and settles what it did come to, or releases it. One
that was begun and never confirmed is in doubt: it goes on counting at its worst.
"""

from collections.abc import Iterable
from typing import Annotated, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain import budget
from domain.budget import Unit, Window
from domain.kernel import Command, Context, Decider, Event, Record, Rejected, replace

Amount: TypeAlias = Annotated[int, Meta(ge=0)]


class Reservation(Record):
    """What a call has reserved, where; `micro_usd` is None where its price is unknown."""

    ledger: UUID
    entry: UUID
    micro_usd: int | None
    tokens: int

    def of(self, unit: Unit) -> int | None:
        return self.micro_usd if unit == "micro_usd" else self.tokens


class Reserved(Event, tag="ledger.reserved.v1"):
    """`subjects` are all whose limits it counts against, as `workspace`, `user:<id>`, `agent:<id>` and so on."""

    entry: UUID
    micro_usd: int | None
    tokens: int
    subjects: tuple[str, ...]


class Settled(Event, tag="ledger.settled.v1"):
    """The true use; it may be more than was reserved where a provider counts more tokens than anybody could foresee.

    A cost of None is unknown, so its reservation goes on counting.
    """

    entry: UUID
    micro_usd: int | None
    tokens: int


class Released(Event, tag="ledger.released.v1"):
    """Nothing was used."""

    entry: UUID


class Doubted(Event, tag="ledger.doubted.v1"):
    """Nobody knows whether it was used."""

    entry: UUID


class Closed(Event, tag="ledger.closed.v1"):
    """The day is over: nothing is reserved on it any more, and what is held still ends."""


Events: TypeAlias = Reserved | Settled | Released | Doubted | Closed


class Limit(Record):
    """`before` is what the subject used on earlier days of the window, reservations included."""

    subject: str
    unit: Unit
    window: Window
    most: Amount
    before: Amount = 0


class Reserve(Command):
    entry: UUID
    micro_usd: Amount | None
    tokens: Amount
    subjects: tuple[str, ...]
    limits: tuple[Limit, ...] = ()


class Settle(Command):
    entry: UUID
    micro_usd: Amount | None
    tokens: Amount


class Release(Command):
    entry: UUID


class Doubt(Command):
    entry: UUID


class Close(Command):
    pass


Commands: TypeAlias = Reserve | Settle | Release | Doubt | Close


class Used(Record):
    """What somebody has used or reserved."""

    micro_usd: int = 0
    tokens: int = 0

    def of(self, unit: Unit) -> int:
        return self.micro_usd if unit == "micro_usd" else self.tokens


class Held(Record):
    """A reservation that has not ended."""

    micro_usd: int | None
    tokens: int
    subjects: tuple[str, ...]
    doubtful: bool = False


class Ledger(Record):
    """`used` counts what is settled and what is held, by subject."""

    used: dict[str, Used] = {}
    held: dict[UUID, Held] = {}
    closed: bool = False

    def by(self, subject: str) -> Used:
        return self.used.get(subject, Used())


initial = Ledger()


def decide(command: Commands, ledger: Ledger, context: Context) -> list[Events]:
    match command:
        case Reserve(entry, micro_usd, tokens, subjects, limits):
            if entry in ledger.held:
                return []
            if ledger.closed:
                raise Rejected("this day of the ledger is closed; reserve on the next one", code="ledger_closed")
            for limit in limits:
                _check(limit, command, ledger)
            return [Reserved(entry, micro_usd, tokens, subjects)]
        case Close():
            return [] if ledger.closed else [Closed()]
        case _ if command.entry not in ledger.held:
            return []
        case Settle(entry, micro_usd, tokens):
            return [Settled(entry, micro_usd, tokens)]
        case Release(entry):
            return [Released(entry)]
        case Doubt(entry):
            return [] if ledger.held[entry].doubtful else [Doubted(entry)]


def _check(limit: Limit, wish: Reserve, ledger: Ledger) -> None:
    wanted = wish.micro_usd if limit.unit == "micro_usd" else wish.tokens
    used = limit.before + ledger.by(limit.subject).of(limit.unit)
    budget.check(wanted, used, limit.most, limit.unit, name=f"the {limit.window}'s limit of {limit.subject}")


def evolve(ledger: Ledger, event: Events) -> Ledger:
    match event:
        case Reserved(entry, micro_usd, tokens, subjects):
            used = _counted(ledger.used, subjects, micro_usd or 0, tokens)
            return replace(ledger, used=used, held={**ledger.held, entry: Held(micro_usd, tokens, subjects)})
        case Closed():
            return replace(ledger, closed=True)
        case _:
            held = ledger.held.get(event.entry)
            return ledger if held is None else _ended(ledger, held, event)


def _ended(ledger: Ledger, held: Held, event: Settled | Released | Doubted) -> Ledger:
    if isinstance(event, Doubted):
        return replace(ledger, held={**ledger.held, event.entry: replace(held, doubtful=True)})
    micro_usd, tokens = -(held.micro_usd or 0), -held.tokens
    if isinstance(event, Settled):
        micro_usd += (held.micro_usd or 0) if event.micro_usd is None else event.micro_usd
        tokens += event.tokens
    used = _counted(ledger.used, held.subjects, micro_usd, tokens)
    return replace(ledger, used=used, held=_without(ledger.held, event.entry))


def _counted(used: dict[str, Used], subjects: tuple[str, ...], micro_usd: int, tokens: int) -> dict[str, Used]:
    counted = dict(used)
    for subject in subjects:
        before = counted.get(subject, Used())
        counted[subject] = Used(before.micro_usd + micro_usd, before.tokens + tokens)
    return counted


def _without(held: dict[UUID, Held], entry: UUID) -> dict[UUID, Held]:
    return {key: value for key, value in held.items() if key != entry}


def together(ledgers: Iterable[Ledger]) -> dict[str, Used]:
    """What each subject used on several days."""
    total: dict[str, Used] = {}
    for ledger in ledgers:
        for subject, used in ledger.used.items():
            before = total.get(subject, Used())
            total[subject] = Used(before.micro_usd + used.micro_usd, before.tokens + used.tokens)
    return total


decider: Decider[Ledger, Commands, Events] = Decider(initial, decide, evolve)
