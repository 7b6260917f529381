"""What the events of a step change in its row."""

from typing import TypeAlias
from uuid import UUID

from application.ledger import entries
from application.ports import Recorded
from domain import run_charge_events
from domain import run_events as fact
from domain import run_wait_events as wait
from domain.kernel import replace
from domain.run_state import COMPENSATE
from domain.run_values import ForRun, Planned
from projections.run_step_rows import Problem, StepRow, Verdict

_Waits: TypeAlias = (
    wait.StepSuspended
    | wait.ApprovalEscalated
    | wait.ApprovalDecided
    | wait.InputGiven
    | wait.ChildEnded
    | wait.ChildAbandoned
)
OWN: TypeAlias = (
    fact.StepScheduled
    | fact.StepBegun
    | fact.StepOpened
    | fact.ScopeBegun
    | fact.StepCompleted
    | fact.StepFailed
    | fact.StepSkipped
    | fact.StepLost
    | fact.StepRetried
    | fact.CallRecorded
    | fact.CallInDoubt
    | run_charge_events.ChargeSettled
    | _Waits
)
"""The events that change the row of the step that they name, if they name one."""

_Ends: TypeAlias = fact.StepCompleted | fact.StepFailed | fact.StepSkipped | fact.StepLost
_Starts: TypeAlias = fact.StepScheduled | fact.StepBegun | fact.StepOpened | fact.ScopeBegun | fact.StepRetried


def changed(row: StepRow, event: OWN, recorded: Recorded) -> StepRow:
    """The step after one of its events."""
    row = replace(row, position=recorded.position)
    match event:
        case fact.StepScheduled() | fact.StepBegun() | fact.StepOpened() | fact.ScopeBegun() | fact.StepRetried():
            return _start(row, event, recorded)
        case fact.StepCompleted() | fact.StepFailed() | fact.StepSkipped() | fact.StepLost():
            return _end(_turned(row, recorded), event, recorded)
        case fact.CallRecorded():
            return _paid(row, event)
        case run_charge_events.ChargeSettled(entry, micro_usd):
            return _judged(row, entry, micro_usd or 0)
        case fact.CallInDoubt(attempt=attempt, call=call, tried=tried):
            return replace(row, doubts=(*row.doubts, (attempt, call, tried)))
        case _:
            return _waited(row, event, recorded)


def _turned(row: StepRow, recorded: Recorded) -> StepRow:
    """It has another status from now on, and nobody is asked."""
    return replace(row, changed=recorded.position, since=recorded.context.at, asked_position=None, lease=None)


def _start(row: StepRow, event: _Starts, recorded: Recorded) -> StepRow:
    at = recorded.context.at
    match event:
        case fact.StepScheduled(attempt=attempt, due_at=due_at):
            fresh = replace(_turned(row, recorded), status="scheduled", attempt=attempt, due_at=due_at)
            begun = row.started_at if row.opening else None
            return replace(fresh, scheduled_position=recorded.position, started_at=begun, ended_at=None)
        case fact.StepBegun(lease=lease):
            return replace(_turned(row, recorded), status="running", started_at=row.started_at or at, lease=lease)
        case fact.StepOpened(opening=opening):
            small = Planned(()) if isinstance(opening, Planned) else opening  # its nodes have a row of their own
            opened = replace(_turned(row, recorded), status="open", opening=small)
            return replace(opened, started_at=row.started_at or at)
        case fact.ScopeBegun(key=key):
            return _listed(row if key == COMPENSATE else _opened(row, recorded), key, recorded.position)
        case fact.StepRetried():
            again = replace(_turned(row, recorded), status=row.again, ended_at=at, error=None, waits=None)
            return replace(again, retried=recorded.position)


def _opened(row: StepRow, recorded: Recorded) -> StepRow:
    return replace(_turned(row, recorded), status="open", ended_at=None)


def _listed(row: StepRow, key: str, position: int) -> StepRow:
    if key.isdigit():
        return replace(row, items=max(row.items, int(key) + 1))
    return replace(row, lists=(*row.lists, (key, position)))


def _end(row: StepRow, event: _Ends, recorded: Recorded) -> StepRow:
    at, position = recorded.context.at, recorded.position
    match event:
        case fact.StepCompleted(output=output):
            return replace(row, status="completed", output=output, error=None, ended_at=at, waits=None, due_at=None)
        case fact.StepSkipped(reason=reason, output=output):
            over = replace(row, status="skipped", output=output, skipped=reason, ended_at=at, waits=None, due_at=None)
            return replace(over, stopped=position)
        case fact.StepFailed(code=code, detail=detail, final=final):
            failed = replace(row, error=Problem(code, detail), ended_at=at, due_at=None, waits=None)
            return replace(failed, status="failed", stopped=position) if final else replace(failed, status="waiting")
        case fact.StepLost():
            return replace(row, status="waiting", ended_at=at)


def _paid(row: StepRow, made: fact.CallRecorded) -> StepRow:
    """A late answer ends the doubt about its call, and knows better than whoever has settled it."""
    row = _settled(row, (made.attempt, made.call, made.tried))
    known = made.cost_micro_usd is not None and row.cost_micro_usd is not None
    return replace(
        row,
        model=made.model,
        input_tokens=row.input_tokens + made.tokens.input,
        output_tokens=row.output_tokens + made.tokens.output,
        cost_micro_usd=(row.cost_micro_usd or 0) + (made.cost_micro_usd or 0) if known else None,
    )


def _settled(row: StepRow, call: tuple[int, int, int]) -> StepRow:
    said = sum(amount for each, amount in row.judged if each == call)
    return replace(
        row,
        doubts=tuple(doubt for doubt in row.doubts if doubt != call),
        judged=tuple(each for each in row.judged if each[0] != call),
        cost_micro_usd=None if row.cost_micro_usd is None else row.cost_micro_usd - said,
    )


def _judged(row: StepRow, entry: UUID, micro_usd: int) -> StepRow:
    """What a person has found out about a call in doubt."""
    calls = (*row.doubts, *(call for call, _ in row.judged))
    own = next((call for call in calls if entries.of_run(row.run_id, row.path, *call) == entry), None)
    if own is None:
        return row
    known = _settled(row, own)
    cost = None if known.cost_micro_usd is None else known.cost_micro_usd + micro_usd
    return replace(known, judged=(*known.judged, (own, micro_usd)), cost_micro_usd=cost)


def _suspended(row: StepRow, event: wait.StepSuspended) -> StepRow:
    person = event.waits.__struct_config__.tag in ("approval", "input", "answer")
    suspended = replace(row, status="suspended", waits=event.waits, due_at=event.due_at, question=event.question)
    asked = row.position if person else None
    return replace(suspended, escalates_at=event.escalates_at, escalated=False, verdict=None, asked_position=asked)


def _waited(row: StepRow, event: _Waits, recorded: Recorded) -> StepRow:
    by, at = recorded.context.actor_id, recorded.context.at
    match event:
        case wait.StepSuspended():
            return _suspended(_turned(row, recorded), event)
        case wait.ApprovalEscalated():
            return replace(row, escalated=True, escalates_at=None)
        case wait.ApprovalDecided(decision=decision, note=note):
            return replace(row, verdict=Verdict(decision, by, at, note))
        case wait.InputGiven():
            return replace(row, verdict=Verdict(None, by, at))
        case wait.ChildEnded(micro_usd=micro_usd, tokens=tokens):
            spent = row.child_micro_usd + micro_usd, row.child_tokens + tokens
            return replace(row, child_micro_usd=spent[0], child_tokens=spent[1])
        case wait.ChildAbandoned():
            abandoned = row.status == "suspended" and isinstance(row.waits, ForRun)
            return replace(_turned(row, recorded), status="waiting", waits=None) if abandoned else row
