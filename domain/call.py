"""Call: one request that came through the gateway, with every try at a model that it took."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain import call_spending as spending
from domain.call_state import Call
from domain.kernel import Command, Context, Decider, Event, PayloadRef, Record, Rejected, replace
from domain.ledger import Reservation
from domain.prices import Prices
from domain.run_charge_commands import Ceiling
from domain.run_values import StopReason, Tokens

Door: TypeAlias = Literal["chat", "responses"]
"""Which API it came by."""

Detail: TypeAlias = Annotated[str, Meta(max_length=2_000)]


class Begun(Event, tag="call.begun.v1"):
    """`model` is what was asked for, a model or a route; `process` is the one that serves it and renews its lease."""

    door: Door
    model: str
    request: PayloadRef
    process: UUID


class TryBegun(Event, tag="call.try_begun.v1"):
    """`choice` explains why it is this model, where there was a choice."""

    tried: int
    model: str
    reservation: Reservation
    choice: PayloadRef | None = None


class TryRecorded(Event, tag="call.try_recorded.v1"):
    """A model answered. `prices` are those that the cost was made at; times are in milliseconds.

    With a `problem`, the code of an error, the answer was paid for and is of no use.
    """

    tried: int
    model: str
    output: PayloadRef
    tokens: Tokens
    cost_micro_usd: int | None
    stop_reason: StopReason
    prices: Prices | None = None
    warnings: tuple[str, ...] = ()
    first_token_ms: int | None = None
    duration_ms: int | None = None
    problem: str = ""


class TryRefused(Event, tag="call.try_refused.v1"):
    """The provider turned it away, so nothing was billed. `http_status` is what it answered with, if it did."""

    tried: int
    reservation: Reservation
    code: str
    detail: str
    http_status: int | None = None


class TryInDoubt(Event, tag="call.try_in_doubt.v1"):
    """It was begun and its end is not known; it may have been billed."""

    tried: int
    reservation: Reservation
    code: str
    detail: str
    http_status: int | None = None


class Served(Event, tag="call.served.v1"):
    """Answered from the cache as the run or call `source` once was, for which that cost `saved_micro_usd`."""

    output: PayloadRef
    model: str
    stop_reason: StopReason
    saved_micro_usd: int | None
    source: UUID | None = None
    similarity: float | None = None
    tokens: Tokens | None = None


class Completed(Event, tag="call.completed.v1"):
    pass


class Failed(Event, tag="call.failed.v1"):
    code: str
    detail: str


Events: TypeAlias = Begun | TryBegun | TryRecorded | TryRefused | TryInDoubt | Served | Completed | Failed


class Opening(Record):
    """What a call begins with; it comes along with whatever happens to it first."""

    door: Door
    model: str
    request: PayloadRef
    process: UUID


class AnnounceCall(Command):
    """Put a call on the record before anything happens to it, so that who asks for it again is told of this one."""

    opening: Opening


class BeginTry(Command):
    """Begin another try; with `opening` it is the first one of a call that begins with it."""

    tried: int
    model: str
    reservation: Reservation
    choice: PayloadRef | None = None
    opening: Opening | None = None
    ceilings: tuple[Ceiling, ...] = ()


class RecordTry(Command):
    """A model has answered, and with it, unless there is a problem with the answer, the call is answered."""

    tried: int
    model: str
    output: PayloadRef
    tokens: Tokens
    cost_micro_usd: int | None
    stop_reason: StopReason
    prices: Prices | None = None
    warnings: tuple[str, ...] = ()
    first_token_ms: int | None = None
    duration_ms: int | None = None
    problem: str = ""


class EndTry(Command):
    """A try came to nothing. `billed` says whether the provider may have charged for it."""

    tried: int
    code: str
    detail: Detail
    billed: Literal["no", "unknown"]
    http_status: int | None = None


class ServeCall(Command):
    opening: Opening
    output: PayloadRef
    model: str
    stop_reason: StopReason
    saved_micro_usd: int | None
    source: UUID | None = None
    similarity: float | None = None
    tokens: Tokens | None = None


class FailCall(Command):
    """Nobody answers any more. A try that is still open is in doubt, also where another one has answered."""

    code: str
    detail: Detail
    opening: Opening | None = None


Commands: TypeAlias = AnnounceCall | BeginTry | RecordTry | EndTry | ServeCall | FailCall


initial = Call()


def decide(command: Commands, call: Call, context: Context) -> list[Events]:
    match command:
        case AnnounceCall(opening):
            return _begun(opening, call) if call.status == "absent" else []
        case BeginTry():
            return _try(command, call)
        case RecordTry(tried):
            if tried not in call.pending:
                return []
            recorded = TryRecorded(**{name: getattr(command, name) for name in command.__struct_fields__})
            answers = call.status == "open" and not command.problem
            return [recorded, Completed()] if answers else [recorded]
        case EndTry(tried):
            return [_ended(command, call.pending[tried])] if tried in call.pending.keys() - call.doubtful else []
        case ServeCall(opening):
            served = Served(**{name: getattr(command, name) for name in Served.__struct_fields__})
            return [*_begun(opening, call), served, Completed()] if call.status in ("absent", "open") else []
        case FailCall(code, detail, opening):
            unsure = [tried for tried in call.pending if tried not in call.doubtful]
            doubts = [TryInDoubt(tried, call.pending[tried], code, detail) for tried in unsure]
            over = call.status in ("completed", "failed")
            return [*doubts] if over else [*_begun(opening, call), *doubts, Failed(code, detail)]


def _try(wish: BeginTry, call: Call) -> list[Events]:
    if wish.tried in call.pending or wish.tried in call.ended:
        return []
    begun = _begun(wish.opening, call)
    spending.check(wish.ceilings, wish.reservation, call.pending.values(), call.spent)
    return [*begun, TryBegun(wish.tried, wish.model, wish.reservation, wish.choice)]


def _begun(opening: Opening | None, call: Call) -> list[Events]:
    if call.status == "open":
        return []
    if call.status != "absent" or opening is None:
        raise Rejected("there is no such call under way", code="not_found")
    return [Begun(opening.door, opening.model, opening.request, opening.process)]


def _ended(command: EndTry, reservation: Reservation) -> Events:
    kind = TryRefused if command.billed == "no" else TryInDoubt
    return kind(command.tried, reservation, command.code, command.detail, command.http_status)


def evolve(call: Call, event: Events) -> Call:
    match event:
        case Begun(process=process):
            return Call("open", process)
        case TryBegun(tried, _, reservation):
            return replace(call, pending={**call.pending, tried: reservation})
        case TryRecorded(tried, tokens=tokens, cost_micro_usd=cost):
            spent = spending.after(call.spent, call.pending.get(tried), cost, tokens)
            return replace(call.over(tried), spent=spent)
        case TryRefused(tried):
            return call.over(tried)
        case TryInDoubt(tried):
            # its answer may still come, so it stays open
            return replace(call, doubtful=call.doubtful | {tried})
        case Completed():
            return replace(call, status="completed")
        case Failed():
            return replace(call, status="failed")
        case Served():
            return call


decider: Decider[Call, Commands, Events] = Decider(initial, decide, evolve)
