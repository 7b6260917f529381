"""What can be wished of a run, by people and by the workers that carry out its steps."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain.kernel import Command, Name, PayloadRef, Record, Text
from domain.ledger import Reservation
from domain.nodes import Allowance, AnyNode
from domain.prices import Prices
from domain.run_charge_commands import Ceiling, Charges
from domain.run_tool_commands import Acting, EndTool
from domain.run_values import Conversation, Decision, Member, Opening, Parent, PinnedWorkflow, StopReason, Tokens, Waits

Reason: TypeAlias = Annotated[Text, Meta(max_length=500)]
SignalName: TypeAlias = Annotated[Text, Meta(min_length=1, max_length=200)]


class StartRun(Command):
    """Where another run starts it, `started_by` pays. All else that may be given is told in the words of `Started`."""

    title: Name
    workflow_id: UUID
    workflow_version: int
    workflow_name: str
    nodes: tuple[AnyNode, ...]
    team: dict[str, Member]
    input: PayloadRef
    key_id: UUID | None = None
    budget: Allowance | None = None
    deadline_seconds: float | None = None
    priority: int = 0
    parent: Parent | None = None
    rerun_of: UUID | None = None
    payers: tuple[str, ...] = ()
    within: tuple[UUID, ...] = ()
    started_by: UUID | None = None
    conversation: Conversation | None = None
    agent_id: UUID | None = None
    workflows: tuple[PinnedWorkflow, ...] = ()
    tainted_by: tuple[str, ...] = ()


class BeginStep(Command):
    step: str
    attempt: int
    lease: UUID


class BeginCall(Command):
    """Ask a model; several may be tried for one call. `choice` explains why it is this one, where there was one."""

    step: str
    attempt: int
    call: int
    model: str
    request: PayloadRef
    tried: int = 0
    reservation: Reservation | None = None
    choice: PayloadRef | None = None
    ceilings: tuple[Ceiling, ...] = ()


class RecordCall(Command):
    """A model has answered. With a `problem` the answer was paid for and is of no use, so another try may follow."""

    step: str
    attempt: int
    call: int
    model: str
    output: PayloadRef
    tokens: Tokens
    cost_micro_usd: int | None
    stop_reason: StopReason
    tried: int = 0
    prices: Prices | None = None
    warnings: tuple[str, ...] = ()
    first_token_ms: int | None = None
    duration_ms: int | None = None
    problem: str = ""
    parts: PayloadRef | None = None


class ServeCall(Command):
    """The answer comes from the cache. `saved_micro_usd` is what it cost when a model gave it."""

    step: str
    attempt: int
    call: int
    model: str
    output: PayloadRef
    stop_reason: StopReason
    saved_micro_usd: int | None
    source: UUID | None = None
    similarity: float | None = None


class EndCall(Command):
    """A try came to nothing and another may follow. `billed` says whether the provider may have charged for it."""

    step: str
    attempt: int
    call: int
    tried: int
    code: str
    billed: Literal["no", "unknown"]
    http_status: int | None = None


class Onward(Record):
    """Whoever ends a step goes on, under its lease, with at most so many of those that become ready."""

    lease: UUID
    most: int = 1


class CompleteStep(Command):
    """`tainted_by` names what untrusted content the output was made with."""

    step: str
    attempt: int
    output: PayloadRef | None
    onward: Onward | None = None
    tainted_by: tuple[str, ...] = ()


class OpenStep(Command):
    """Begin what is inside a step."""

    step: str
    attempt: int
    opening: Opening
    onward: Onward | None = None


class PassStep(Command):
    """The condition of a step does not hold."""

    step: str
    attempt: int
    onward: Onward | None = None


class SuspendStep(Command):
    """Nobody need work on the step until what it waits for is there, for `seconds` at most. `question` is as asked."""

    step: str
    attempt: int
    waits: Waits
    seconds: float | None = None
    question: PayloadRef | None = None


class FailStep(Command):
    """`billed` says whether the provider may have charged for the call that was begun last."""

    step: str
    attempt: int
    code: str
    detail: Annotated[str, Meta(max_length=2_000)]
    retryable: bool
    billed: Literal["no", "unknown"]
    retry_after: float | None = None


class LoseStep(Command):
    step: str
    attempt: int


class EndChild(Command):
    """The run that a step waits for is over."""

    step: str
    run_id: UUID
    status: Literal["completed", "failed", "cancelled"]
    output: PayloadRef | None = None
    code: str = ""
    detail: str = ""
    micro_usd: int = 0
    tokens: int = 0


class DecideApproval(Command):
    """Approve, edit or reject what a step shows; `output` is an edit. `role` is what whoever decides is known to be."""

    step: str
    decision: Decision
    role: str
    output: PayloadRef | None = None
    note: Reason = ""


class GiveInput(Command):
    """Answer what a step asks. `role` is as in DecideApproval."""

    step: str
    answer: PayloadRef
    role: str


class SignalRun(Command):
    """An event arrived: whatever waits for it goes on, now or once it gets there."""

    name: SignalName
    content: PayloadRef


class WakeRun(Command):
    """Do what is due by now."""


class PauseRun(Command):
    """Begin nothing more until it is resumed; what is under way may end."""

    reason: Reason = ""


class ResumeRun(Command):
    pass


class SkipStep(Command):
    """Go on without a step, or with what a person gives instead of its output."""

    step: str
    output: PayloadRef | None = None


class RetryStep(Command):
    """Do a failed step again, and with it every other failed step of the run."""

    step: str


class CancelRun(Command):
    reason: Reason = ""


CallCommands: TypeAlias = BeginCall | ServeCall | EndCall
EndCommands: TypeAlias = CompleteStep | OpenStep | PassStep | SuspendStep | FailStep | LoseStep
AttemptCommands: TypeAlias = BeginStep | CallCommands | Acting | EndCommands
WaitCommands: TypeAlias = EndChild | DecideApproval | GiveInput
RunCommands: TypeAlias = SignalRun | WakeRun | PauseRun | ResumeRun | CancelRun
StepCommands: TypeAlias = AttemptCommands | WaitCommands | RecordCall | EndTool | RetryStep | SkipStep
Commands: TypeAlias = StartRun | StepCommands | RunCommands | Charges
