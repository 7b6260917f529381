"""What calls of models cost: one row for each try at a model, and one for each answer from the cache."""

from typing import Literal, TypeAlias
from uuid import UUID

from application.ledger import entries
from application.ports import Recorded
from domain import call, ledger
from domain import run_events as run
from domain.kernel import Context, Instant, replace
from domain.ledger import Reservation
from domain.run_values import Tokens
from projections.table import Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS costs (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    day text GENERATED ALWAYS AS (body ->> 'day') STORED,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED,
    model text GENERATED ALWAYS AS (body ->> 'model') STORED,
    run_id uuid GENERATED ALWAYS AS ((body ->> 'run_id')::uuid) STORED,
    user_id uuid GENERATED ALWAYS AS ((body ->> 'user_id')::uuid) STORED,
    agent_id uuid GENERATED ALWAYS AS ((body ->> 'agent_id')::uuid) STORED,
    key_id uuid GENERATED ALWAYS AS ((body ->> 'key_id')::uuid) STORED
);
CREATE INDEX IF NOT EXISTS costs_day_idx ON costs (workspace_id, day);
CREATE INDEX IF NOT EXISTS costs_doubts_idx ON costs (workspace_id, position DESC) WHERE status = 'in_doubt';
CREATE INDEX IF NOT EXISTS costs_settled_idx ON costs (workspace_id, position DESC)
    WHERE body ->> 'settled_by' IS NOT NULL;
"""

InLedger: TypeAlias = ledger.Reserved | ledger.Settled | ledger.Released | ledger.Doubted | ledger.DoubtSettled
Status: TypeAlias = Literal["open", "recorded", "refused", "in_doubt", "cached"]


class CostRow(Row, kw_only=True):
    """A try. Money is in micro-dollars, and None is unknown; `day` is that of UTC on which it began.

    `ledger_id` is the ledger that it is in. `reserved_*` is what it may come to, and `used_tokens` and `cost_micro_usd`
    what it came to. `code` tells why it came to nothing, or why nobody knows what it came to, and `http_status` what
    the provider answered then, if it did. `settled_*` and `note` tell who has settled a doubt about it.
    """

    day: str
    began_at: Instant
    status: Status = "open"
    model: str = ""
    run_id: UUID | None = None
    step: str | None = None
    call_id: UUID | None = None
    user_id: UUID | None = None
    agent_id: UUID | None = None
    key_id: UUID | None = None
    reserved_micro_usd: int | None = None
    reserved_tokens: int = 0
    used_tokens: int = 0
    cost_micro_usd: int | None = None
    tokens: Tokens | None = None
    saved_micro_usd: int | None = None
    code: str | None = None
    http_status: int | None = None
    ledger_id: UUID | None = None
    settled_by: UUID | None = None
    settled_at: Instant | None = None
    note: str | None = None


def subject(recorded: Recorded) -> UUID | None:
    """The entry that an event is about."""
    stream, event = recorded.stream, recorded.event
    match event:
        case ledger.Reserved() | ledger.Settled() | ledger.Released() | ledger.Doubted() | ledger.DoubtSettled():
            return event.entry
        case run.CallBegun() | run.CallRecorded() | run.CallRefused() | run.CallInDoubt():
            return entries.of_run(stream, event.step, event.attempt, event.call, event.tried)
        case run.CallServed():
            return entries.of_served_run(stream, event.step, event.attempt, event.call)
        case call.TryBegun() | call.TryRecorded() | call.TryRefused() | call.TryInDoubt():
            return entries.of_call(stream, event.tried)
        case call.Served():
            return entries.of_served_call(stream)
        case _:
            return None


def evolve(row: CostRow | None, recorded: Recorded) -> CostRow:
    """Events of a run or call and those of the ledger tell of the same try; either may come first, or alone."""
    if row is None:
        at, entry = recorded.context.at, subject(recorded)
        assert entry is not None, "only events that have a subject are folded"
        workspace_id = recorded.context.workspace_id
        row = CostRow(id=entry, workspace_id=workspace_id, position=0, day=at.date().isoformat(), began_at=at)
    row = replace(row, position=recorded.position)
    match recorded.event:
        case (
            ledger.Reserved() | ledger.Settled() | ledger.Released() | ledger.Doubted() | ledger.DoubtSettled()
        ) as event:
            return _in_ledger(replace(row, ledger_id=recorded.stream), event, recorded.context)
        case run.CallBegun(step=step) | run.CallRecorded(step=step) | run.CallServed(step=step):
            return _told(replace(row, run_id=recorded.stream, step=step), recorded)
        case call.Served():
            return _told(replace(row, call_id=recorded.stream, user_id=recorded.context.actor_id), recorded)
        case call.TryBegun() | call.TryRecorded():
            return _told(replace(row, call_id=recorded.stream), recorded)
        case _:
            return _told(row, recorded)


def _in_ledger(row: CostRow, event: InLedger, context: Context) -> CostRow:
    match event:
        case ledger.Reserved():
            return _reserved(row, event)
        case ledger.Settled(_, micro_usd, tokens):
            return replace(row, status="recorded", cost_micro_usd=micro_usd, used_tokens=tokens)
        case ledger.Released():
            return replace(row, status="refused")
        case ledger.Doubted():
            return replace(row, status="in_doubt")
        case ledger.DoubtSettled():
            by = replace(row, settled_by=context.actor_id, settled_at=context.at, note=event.note or None)
            if event.finding == "not_billed":
                return replace(by, status="refused")
            return replace(by, status="recorded", cost_micro_usd=event.micro_usd, used_tokens=event.tokens)


def _reserved(row: CostRow, event: ledger.Reserved) -> CostRow:
    """Of several agents or keys the first is the one that made the call, and so is the run."""
    payers = dict(each.partition(":")[::2] for each in reversed(event.subjects))
    return replace(
        row,
        reserved_micro_usd=event.micro_usd,
        reserved_tokens=event.tokens,
        model=row.model or payers.get("model", ""),
        run_id=event.runs[0] if event.runs else row.run_id,
        user_id=_id(payers, "user"),
        agent_id=_id(payers, "agent"),
        key_id=_id(payers, "key"),
    )


def _id(payers: dict[str, str], kind: str) -> UUID | None:
    return UUID(payers[kind]) if kind in payers else None


def _told(row: CostRow, recorded: Recorded) -> CostRow:
    """What a run or a call tells of the try."""
    match recorded.event:
        case run.CallBegun(model=model, reservation=held) | call.TryBegun(model=model, reservation=held):
            return _held(replace(row, model=model), held)
        case run.CallRecorded() | call.TryRecorded() as made:
            used = made.tokens.input + made.tokens.output
            return replace(
                row,
                status="recorded",
                model=made.model,
                tokens=made.tokens,
                used_tokens=used,
                cost_micro_usd=made.cost_micro_usd,
                code=None,
            )
        case run.CallServed(model=model, saved_micro_usd=saved) | call.Served(model=model, saved_micro_usd=saved):
            return replace(row, status="cached", model=model, saved_micro_usd=saved)
        case run.CallRefused(code=code, http_status=status) | call.TryRefused(code=code, http_status=status):
            return replace(row, status="refused", code=code, http_status=status)
        case run.CallInDoubt(code=code, http_status=status) | call.TryInDoubt(code=code, http_status=status):
            return replace(row, status="in_doubt", code=code, http_status=status)
        case _:
            return row


def _held(row: CostRow, held: Reservation | None) -> CostRow:
    if held is None:
        return row
    return replace(row, reserved_micro_usd=held.micro_usd, reserved_tokens=held.tokens)


projection = Projection(
    "costs", "ledger", SCHEMA, CostRow, evolve, more_nouns=frozenset({"run", "call"}), subject=subject
)
