"""The facts of a run that waits: for people, moments, events and other runs."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Event, Instant, PayloadRef
from domain.run_values import Decision, Waits


class StepSuspended(Event, tag="run.step_suspended.v1"):
    """Nobody works on it until what it waits for is there, or until it is due.

    `question` is what a person is asked, where that depends on the run.
    """

    step: str
    attempt: int
    waits: Waits
    due_at: Instant | None = None
    escalates_at: Instant | None = None
    question: PayloadRef | None = None


class ApprovalEscalated(Event, tag="run.approval_escalated.v1"):
    step: str
    attempt: int


class ApprovalDecided(Event, tag="run.approval_decided.v1"):
    """By whom, the context says. `output` is what goes on: what was shown, or what the person made of it."""

    step: str
    attempt: int
    decision: Decision
    output: PayloadRef | None = None
    note: str = ""


class InputGiven(Event, tag="run.input_given.v1"):
    step: str
    attempt: int
    answer: PayloadRef


class Signalled(Event, tag="run.signalled.v1"):
    """An event arrived from outside."""

    name: str
    content: PayloadRef


class ChildEnded(Event, tag="run.child_ended.v1"):
    """The run that a step waited for is over; what it spent counts here too."""

    step: str
    attempt: int
    run_id: UUID
    status: Literal["completed", "failed", "cancelled"]
    micro_usd: int = 0
    tokens: int = 0


class ChildAbandoned(Event, tag="run.child_abandoned.v1"):
    """Nobody waits any more for the run that a step started, so it is cancelled."""

    step: str
    run_id: UUID


Events: TypeAlias = (
    StepSuspended | ApprovalEscalated | ApprovalDecided | InputGiven | Signalled | ChildEnded | ChildAbandoned
)
