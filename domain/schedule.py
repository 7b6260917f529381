"""Schedule: a workflow is started at a moment, or again and again, without anybody asking."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.author import Author
from domain.kernel import (
    Command,
    Context,
    Decider,
    Event,
    Instant,
    Name,
    PayloadRef,
    Record,
    Rejected,
    refusal,
    replace,
)

Overlap: TypeAlias = Literal["skip", "allow"]
"""What happens when it is due while its last run is not over."""


class Terms(Record):
    """What is started, when, and in whose name; without a priority that of the workflow counts.

    `cron` has five fields, read in a `zone` of the IANA database; without one it is due once.
    """

    title: str
    input: PayloadRef
    author: Author
    cron: str = ""
    zone: str = "UTC"
    overlap: Overlap = "skip"
    priority: int | None = None


class Created(Event, tag="schedule.created.v1"):
    """`next_at` is when it is due first."""

    name: str
    workflow_id: UUID
    terms: Terms
    next_at: Instant


class Revised(Event, tag="schedule.revised.v1"):
    """Whoever revises it is its author from then on."""

    terms: Terms
    next_at: Instant


class Fired(Event, tag="schedule.fired.v1"):
    """It was due `at` this moment, and the run of this id was started with it. `next_at` is when it is due again."""

    at: Instant
    run_id: UUID
    next_at: Instant | None


class Skipped(Event, tag="schedule.skipped.v1"):
    """It was due and nothing was started, because of `code`."""

    at: Instant
    code: str
    detail: str
    next_at: Instant | None


class Paused(Event, tag="schedule.paused.v1"):
    pass


class Resumed(Event, tag="schedule.resumed.v1"):
    """What was due meanwhile is not made up for."""

    next_at: Instant


class Removed(Event, tag="schedule.removed.v1"):
    pass


Events: TypeAlias = Created | Revised | Fired | Skipped | Paused | Resumed | Removed


class CreateSchedule(Command):
    name: Name
    workflow_id: UUID
    terms: Terms
    next_at: Instant


class ReviseSchedule(Command):
    terms: Terms
    next_at: Instant


class FireSchedule(Command):
    """It was due `at` this moment, the latest one; nothing happens where that is over."""

    at: Instant
    run_id: UUID
    next_at: Instant | None


class PassSchedule(Command):
    """It was due `at` this moment, the latest one, and nothing can be started; nothing happens where that is over."""

    at: Instant
    code: str
    detail: str
    next_at: Instant | None


class PauseSchedule(Command):
    pass


class ResumeSchedule(Command):
    next_at: Instant


class RemoveSchedule(Command):
    pass


Commands: TypeAlias = (
    CreateSchedule | ReviseSchedule | FireSchedule | PassSchedule | PauseSchedule | ResumeSchedule | RemoveSchedule
)


class Schedule(Record):
    """`next_at` is None once it is never due again."""

    status: Literal["absent", "active", "paused", "ended", "removed"] = "absent"
    name: str = ""
    workflow_id: UUID | None = None
    terms: Terms | None = None
    next_at: Instant | None = None
    last_run: UUID | None = None


initial = Schedule()


def decide(command: Commands, schedule: Schedule, context: Context) -> list[Events]:
    match command, schedule.status:
        case CreateSchedule(name, workflow_id, terms, next_at), "absent":
            return [Created(name, workflow_id, terms, next_at)]
        case CreateSchedule(), _:
            raise Rejected("this schedule exists already; revise it instead")
        case ReviseSchedule(terms, next_at), "active" | "paused" | "ended":
            return [] if (terms, next_at) == (schedule.terms, schedule.next_at) else [Revised(terms, next_at)]
        case FireSchedule() | PassSchedule(), _:
            return _see_to(command, schedule, context)
        case PauseSchedule(), "active":
            return [Paused()]
        case ResumeSchedule(next_at), "paused":
            return [Resumed(next_at)]
        case RemoveSchedule(), "active" | "paused" | "ended":
            return [Removed()]
        case (PauseSchedule(), "paused") | (ResumeSchedule(), "active") | (RemoveSchedule(), "removed"):
            return []
        case _, "absent" | "removed":
            raise Rejected("there is no such schedule", code="not_found")
        case _:
            raise refusal(type(command), "schedule", schedule.status)


def _see_to(command: FireSchedule | PassSchedule, schedule: Schedule, context: Context) -> list[Events]:
    """Whoever comes second, or before the time, finds nothing to do."""
    due = schedule.next_at
    if schedule.status != "active" or due is None or not due <= command.at <= context.at:
        return []
    if isinstance(command, FireSchedule):
        return [Fired(command.at, command.run_id, command.next_at)]
    return [Skipped(command.at, command.code, command.detail, command.next_at)]


def evolve(schedule: Schedule, event: Events) -> Schedule:
    match event:
        case Created(name, workflow_id, terms, next_at):
            return Schedule("active", name, workflow_id, terms, next_at)
        case Revised(terms, next_at):
            status: Literal["active", "paused"] = "paused" if schedule.status == "paused" else "active"
            return replace(schedule, status=status, terms=terms, next_at=next_at)
        case Fired(run_id=run_id, next_at=next_at):
            return replace(_seen_to(schedule, next_at), last_run=run_id)
        case Skipped(next_at=next_at):
            return _seen_to(schedule, next_at)
        case Paused():
            return replace(schedule, status="paused")
        case Resumed(next_at):
            return replace(schedule, status="active", next_at=next_at)
        case Removed():
            return replace(schedule, status="removed", next_at=None)


def _seen_to(schedule: Schedule, next_at: Instant | None) -> Schedule:
    return replace(schedule, status="ended" if next_at is None else schedule.status, next_at=next_at)


decider: Decider[Schedule, Commands, Events] = Decider(initial, decide, evolve)
