"""The facts of a run, and the state that they fold to."""

from typing import TypeAlias
from uuid import UUID

from domain import run_charge_events, run_tool_events, run_wait_events
from domain.kernel import Event, Instant, PayloadRef
from domain.ledger import Reservation
from domain.nodes import Allowance, AnyNode
from domain.prices import Prices
from domain.run_values import Conversation, Member, Opening, Parent, PinnedWorkflow, SkipReason, StopReason, Tokens


class Started(Event, tag="run.started.v2"):
    """`key_id` is the API key that started it, if one did; `rerun_of` the run that it repeats with other input.

    `payers` are the agents and keys on whose behalf it was started, as the ledger names them, and `within` the runs,
    the nearest first: what it spends counts for all of them. With an `agent_id` it is the run of one agent, and what
    is said of the workflow is said of that. `workflows` are those that its steps, and the runs that they start, may
    start. `tainted_by` names what untrusted content the agent had seen that says the input, where one does.
    """

    title: str
    workflow_id: UUID
    workflow_version: int
    workflow_name: str
    nodes: tuple[AnyNode, ...]
    team: dict[str, Member]
    input: PayloadRef
    started_by: UUID | None = None
    key_id: UUID | None = None
    budget: Allowance | None = None
    deadline_at: Instant | None = None
    priority: int = 0
    parent: Parent | None = None
    rerun_of: UUID | None = None
    payers: tuple[str, ...] = ()
    within: tuple[UUID, ...] = ()
    conversation: Conversation | None = None
    agent_id: UUID | None = None
    workflows: tuple[PinnedWorkflow, ...] = ()
    tainted_by: tuple[str, ...] = ()


class StepScheduled(Event, tag="run.step_scheduled.v1"):
    """`taken` says that whoever caused it goes on with it, so that nobody else need be asked."""

    step: str
    attempt: int
    due_at: Instant
    taken: bool = False
    priority: int = 0


class StepBegun(Event, tag="run.step_begun.v1"):
    step: str
    attempt: int
    lease: UUID


class CallBegun(Event, tag="run.call_begun.v1"):
    """A model is asked. `tried` counts those that are asked for the same call; `choice` explains why it is this one."""

    step: str
    attempt: int
    call: int
    model: str
    request: PayloadRef
    tried: int = 0
    reservation: Reservation | None = None
    choice: PayloadRef | None = None


class CallRecorded(Event, tag="run.call_recorded.v1"):
    """A model answered. With a `problem`, the code of an error, the answer was paid for and is of no use.

    `parts` are the calls of tools and the reasoning that an answer has beside its words, as JSON.
    """

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


class CallServed(Event, tag="run.call_served.v1"):
    """The cache answers with what the `source` paid `saved_micro_usd` for, to a question of such `similarity`."""

    step: str
    attempt: int
    call: int
    model: str
    output: PayloadRef
    stop_reason: StopReason
    saved_micro_usd: int | None
    source: UUID | None = None
    similarity: float | None = None


class CallRefused(Event, tag="run.call_refused.v1"):
    """The provider turned the call away, so nothing was billed. `http_status` is what it answered with, if it did."""

    step: str
    attempt: int
    call: int
    tried: int = 0
    reservation: Reservation | None = None
    code: str = ""
    http_status: int | None = None


class CallInDoubt(Event, tag="run.call_in_doubt.v1"):
    """The call was begun and its end is not known; it may have been billed."""

    step: str
    attempt: int
    call: int
    tried: int = 0
    reservation: Reservation | None = None
    code: str = ""
    http_status: int | None = None


class StepOpened(Event, tag="run.step_opened.v1"):
    """What is inside the step begins."""

    step: str
    attempt: int
    opening: Opening


class ScopeBegun(Event, tag="run.scope_begun.v1"):
    """One list of nodes inside a step begins: an arm, the turn of a loop, or the nodes for one item."""

    step: str
    key: str


class StepCompleted(Event, tag="run.step_completed.v1"):
    """Without an output it came to null. `tainted_by` names what untrusted content it was made with."""

    step: str
    attempt: int
    output: PayloadRef | None
    tainted_by: tuple[str, ...] = ()


class StepFailed(Event, tag="run.step_failed.v1"):
    step: str
    attempt: int
    code: str
    detail: str
    final: bool


class StepSkipped(Event, tag="run.step_skipped.v1"):
    """The run goes on without it; its output is null unless a person gave one."""

    step: str
    attempt: int
    reason: SkipReason
    output: PayloadRef | None = None


class StepLost(Event, tag="run.step_lost.v1"):
    """Its worker is gone."""

    step: str
    attempt: int


class StepRetried(Event, tag="run.step_retried.v1"):
    step: str


class Paused(Event, tag="run.paused.v1"):
    reason: str = ""


class Resumed(Event, tag="run.resumed.v1"):
    pass


class CompensationBegun(Event, tag="run.compensation_begun.v1"):
    """The run has failed with this step; what was completed and can be undone is undone, the last first."""

    step: str
    code: str
    detail: str


class Completed(Event, tag="run.completed.v1"):
    output: PayloadRef | None
    parent: Parent | None = None
    conversation: Conversation | None = None


class Failed(Event, tag="run.failed.v1"):
    """`step` is empty where the run as a whole is to blame."""

    step: str
    code: str
    detail: str
    parent: Parent | None = None
    conversation: Conversation | None = None


class Cancelled(Event, tag="run.cancelled.v1"):
    reason: str
    parent: Parent | None = None
    conversation: Conversation | None = None


Events: TypeAlias = (
    Started
    | StepScheduled
    | StepBegun
    | CallBegun
    | CallRecorded
    | CallServed
    | CallRefused
    | CallInDoubt
    | run_charge_events.Events
    | StepOpened
    | ScopeBegun
    | run_wait_events.Events
    | run_tool_events.Events
    | StepCompleted
    | StepFailed
    | StepSkipped
    | StepLost
    | StepRetried
    | Paused
    | Resumed
    | CompensationBegun
    | Completed
    | Failed
    | Cancelled
)
