"""Why a run is not over yet: what each of its steps waits for, in sentences."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Instant, Record
from domain.nodes import Approvers
from domain.run_values import (
    BegunStatus,
    ForAnswer,
    ForApproval,
    ForEvent,
    ForInput,
    ForRun,
    ForTime,
    StepStatus,
    Waits,
)

For: TypeAlias = Literal[
    "resume",
    "worker",
    "slot",
    "retry",
    "work",
    "lost_worker",
    "approval",
    "input",
    "time",
    "event",
    "run",
    "needs",
    "person",
]

MOST = 200
"""So many reasons are told at most: a map of a thousand items waits for one thing a thousand times."""


NAMELESS: Mapping[UUID, str] = {}


class Standing(Record, kw_only=True):
    """How a step stands. `asked` are those who may decide or answer."""

    id: str
    status: StepStatus
    since: Instant | None
    attempt: int
    due_at: Instant | None
    lease: UUID | None
    waits: Waits | None
    escalates_at: Instant | None
    needs_left: tuple[str, ...]
    error: str
    asked: tuple[Approvers, ...]


class Stop(Record):
    """Who paused a run, when and why."""

    by: UUID
    at: Instant
    reason: str


class Reason(Record):
    """What is waited for. `step` is empty where it is the run; `until` is when something happens of itself."""

    step: str
    waits_for: For
    text: str
    since: Instant | None = None
    until: Instant | None = None
    run_id: UUID | None = None


class Around(Record):
    """What there is to know besides the run."""

    held: frozenset[UUID]
    now: Instant
    names: Mapping[UUID, str]


def reasons(
    status: BegunStatus,
    steps: Iterable[Standing],
    *,
    paused: Stop | None,
    held: frozenset[UUID],
    now: Instant,
    names: Mapping[UUID, str] = NAMELESS,
) -> list[Reason]:
    """What a run waits for; nothing where it is over. `held` are the leases of the workers that are alive.

    `names` are those of the people whose names the reader may know; the others are told by their ids.
    """
    if status in ("completed", "cancelled"):
        return []
    found = list(_run(paused, names))
    for step in steps:
        reason = _step(step, status, Around(held, now, names))
        if reason is not None:
            found.append(reason)
        if len(found) == MOST:
            break
    return found


def _run(paused: Stop | None, names: Mapping[UUID, str]) -> Iterator[Reason]:
    if paused is not None:
        why = f": {paused.reason}" if paused.reason else ""
        text = (
            f"{person(paused.by, names)} paused the run at {moment(paused.at)}{why}; nothing begins until it is resumed"
        )
        yield Reason("", "resume", text, since=paused.at)


def _step(step: Standing, status: BegunStatus, around: Around) -> Reason | None:
    match step.status:
        case "failed" if status == "failed":
            text = f"it failed at attempt {step.attempt} ({step.error}), and waits for somebody to retry or skip it"
            return Reason(step.id, "person", text, since=step.since)
        case "scheduled":
            return _scheduled(step, around.now)
        case "running":
            return _running(step, around.held)
        case "suspended" if step.waits is not None and status != "failed":
            return _suspended(step, step.waits, around.names)
        case "waiting" if step.needs_left and status != "failed":
            text = f"it begins once {_listed(step.needs_left)} {_are(step.needs_left)} done"
            return Reason(step.id, "needs", text)
        case _:
            return None


def _scheduled(step: Standing, now: Instant) -> Reason:
    if step.due_at is not None and step.due_at > now:
        after = f" after {step.error}" if step.error else ""
        text = f"attempt {step.attempt} begins at {moment(step.due_at)}{after}"
        return Reason(step.id, "retry", text, since=step.since, until=step.due_at)
    since = f" since {moment(step.since)}" if step.since else ""
    text = (
        f"attempt {step.attempt} is in the queue{since} and no worker has taken it:"
        " none is running, or all are busy or at their limits"
    )
    return Reason(step.id, "worker", text, since=step.since)


def _running(step: Standing, held: frozenset[UUID]) -> Reason:
    since = f" since {moment(step.since)}" if step.since else ""
    if step.lease in held:
        return Reason(step.id, "work", f"attempt {step.attempt} is under way at a worker{since}", since=step.since)
    text = f"the worker of attempt {step.attempt} shows no life; the next attempt begins once that is certain"
    return Reason(step.id, "lost_worker", text, since=step.since)


def _suspended(step: Standing, waits: Waits, names: Mapping[UUID, str]) -> Reason:
    until = f" until {moment(step.due_at)}" if step.due_at else ""
    match waits:
        case ForApproval():
            more = f"; others may from {moment(step.escalates_at)} on" if step.escalates_at else ""
            text = f"it waits for an approval by {people(step.asked, names)}{until}{more}"
            return Reason(step.id, "approval", text, since=step.since, until=step.due_at)
        case ForInput():
            text = f"it waits for an answer by {people(step.asked, names)}{until}"
            return Reason(step.id, "input", text, since=step.since, until=step.due_at)
        case ForAnswer():
            text = f"its agent asks a person{until}"
            return Reason(step.id, "input", text, since=step.since, until=step.due_at)
        case ForTime():
            return Reason(step.id, "time", f"it waits{until}", since=step.since, until=step.due_at)
        case ForEvent(name):
            text = f"it waits for the event {name!r}{until}"
            return Reason(step.id, "event", text, since=step.since, until=step.due_at)
        case ForRun(run_id):
            text = f"it waits for the run {run_id} that it started{until}"
            return Reason(step.id, "run", text, since=step.since, until=step.due_at, run_id=run_id)


def person(user_id: UUID, names: Mapping[UUID, str]) -> str:
    """Somebody by name, or by id where the name is not for whoever reads it."""
    return names.get(user_id) or f"user {user_id}"


def people(asked: Iterable[Approvers], names: Mapping[UUID, str] = NAMELESS) -> str:
    """Who may decide, in words."""
    words: list[str] = []
    for each in asked:
        if not each.roles and not each.users:
            return "anybody with the right to"
        words += [f"whoever has the role {role}" for role in each.roles]
        words += [person(user, names) for user in each.users]
    return " or ".join(words) or "anybody with the right to"


def moment(at: Instant) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _are(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"
