"""Ledger: what a workspace has reserved and spent on models in a day, so that no limit is ever overrun.

A call reserves the worst that it can come to before it is made, and settles what it did come to, or releases it. One
that was begun and never confirmed is in doubt: it goes on counting at its worst until an answer or a person tells what
it came to.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain import budget
from domain.budget import Unit, Window
from domain.kernel import Command, Context, Decider, Event, Record, Rejected, Text
from domain.ledger_state import Held, Ledger, Tally

Amount: TypeAlias = Annotated[int, Meta(ge=0)]
Stated: TypeAlias = Annotated[int, Meta(ge=0, le=10**15)]
Note: TypeAlias = Annotated[Text, Meta(max_length=500)]
Finding: TypeAlias = Literal["billed", "not_billed"]


class Reservation(Record):
    """What a call has reserved, where; `micro_usd` is None where its price is unknown."""

    ledger: UUID
    entry: UUID
    micro_usd: int | None
    tokens: int

    def of(self, unit: Unit) -> int | None:
        return self.micro_usd if unit == "micro_usd" else self.tokens


class Reserved(Event, tag="ledger.reserved.v1"):
    """`subjects` are all whose limits it counts against, as `workspace`, `user:<id>`, `agent:<id>` and so on.

    The first agent and the first key are those that made it. `runs` are those whose ceilings count it, its own first.
    """

    entry: UUID
    micro_usd: int | None
    tokens: int
    subjects: tuple[str, ...]
    runs: tuple[UUID, ...] = ()


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


class DoubtSettled(Event, tag="ledger.doubt_settled.v1"):
    """A person has found out what a call in doubt came to. An answer that comes later all the same knows better."""

    entry: UUID
    finding: Finding
    micro_usd: int
    tokens: int
    note: str = ""
    runs: tuple[UUID, ...] = ()


class Closed(Event, tag="ledger.closed.v1"):
    """The day is over: nothing is reserved on it any more, and what is held still ends."""


Events: TypeAlias = Reserved | Settled | Released | Doubted | DoubtSettled | Closed


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
    runs: tuple[UUID, ...] = ()


class Settle(Command):
    entry: UUID
    micro_usd: Amount | None
    tokens: Amount


class Release(Command):
    entry: UUID


class Doubt(Command):
    entry: UUID


class SettleDoubt(Command):
    """Say what a call in doubt came to: `micro_usd` where it was billed. Without `tokens` it counts with its worst."""

    entry: UUID
    finding: Finding
    micro_usd: Stated | None = None
    tokens: Stated | None = None
    note: Note = ""


class Close(Command):
    pass


Commands: TypeAlias = Reserve | Settle | Release | Doubt | SettleDoubt | Close

initial = Ledger()


def decide(command: Commands, ledger: Ledger, context: Context) -> list[Events]:
    match command:
        case Reserve():
            return _reserve(command, ledger)
        case Close():
            return [] if ledger.closed else [Closed()]
        case Settle(entry, micro_usd, tokens):
            known = entry in ledger.held or entry in ledger.doubts or entry in ledger.judged
            return [Settled(entry, micro_usd, tokens)] if known else []
        case Release(entry):
            return [Released(entry)] if entry in ledger.held or entry in ledger.doubts else []
        case Doubt(entry):
            return [Doubted(entry)] if entry in ledger.held else []
        case SettleDoubt():
            return [_found(command, _doubted(command.entry, ledger))]


def _reserve(wish: Reserve, ledger: Ledger) -> list[Events]:
    if wish.entry in ledger.held or wish.entry in ledger.doubts or wish.entry in ledger.judged:
        return []
    if ledger.closed:
        raise Rejected("this day of the ledger is closed; reserve on the next one", code="ledger_closed")
    for limit in wish.limits:
        wanted = wish.micro_usd if limit.unit == "micro_usd" else wish.tokens
        used = limit.before + ledger.by(limit.subject).of(limit.unit)
        budget.check(wanted, used, limit.most, limit.unit, name=f"the {limit.window}'s limit of {limit.subject}")
    return [Reserved(wish.entry, wish.micro_usd, wish.tokens, wish.subjects, wish.runs)]


def _doubted(entry: UUID, ledger: Ledger) -> Held:
    if entry in ledger.doubts:
        return ledger.doubts[entry]
    if entry in ledger.judged:
        raise Rejected(
            f"this doubt is settled already, at {ledger.judged[entry].micro_usd or 0:,} micro_usd", code="doubt_settled"
        )
    if entry in ledger.held:
        raise Rejected("this call is under way; it can be settled once it is in doubt", code="call_under_way")
    raise Rejected("this call is not in doubt, or no more", code="not_in_doubt")


def _found(wish: SettleDoubt, held: Held) -> DoubtSettled:
    if wish.finding == "billed":
        if wish.micro_usd is None:
            raise Rejected("say how much was billed", code="invalid_amount", field="micro_usd")
        tokens = held.tokens if wish.tokens is None else wish.tokens
        return DoubtSettled(wish.entry, wish.finding, wish.micro_usd, tokens, wish.note, held.runs)
    if wish.micro_usd or wish.tokens:
        raise Rejected("what was not billed has no amount", code="invalid_amount", field="micro_usd")
    return DoubtSettled(wish.entry, wish.finding, 0, 0, wish.note, held.runs)


def evolve(ledger: Ledger, event: Events) -> Ledger:
    return at_once(ledger, (event,))


def at_once(ledger: Ledger, events: Iterable[Events]) -> Ledger:
    """The ledger after all of these, in a time that grows with their number alone."""
    tally = Tally(ledger)
    for event in events:
        match event:
            case Reserved(entry, micro_usd, tokens, subjects, runs):
                tally.hold(entry, Held(micro_usd, tokens, subjects, runs))
            case Settled(entry, micro_usd, tokens):
                tally.end(entry, micro_usd, tokens)
            case Released(entry):
                tally.end(entry, 0, 0)
            case Doubted(entry):
                tally.doubt(entry)
            case DoubtSettled(entry, _, micro_usd, tokens):
                tally.judge(entry, micro_usd, tokens)
            case Closed():
                tally.closed = True
    return tally.ledger()


decider: Decider[Ledger, Commands, Events] = Decider(initial, decide, evolve, at_once)
