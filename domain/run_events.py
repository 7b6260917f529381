"""The facts of a run, and the state that they fold to."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Event, Instant, PayloadRef, Record
from domain.ledger import Reservation
from domain.prices import Prices

RunStatus: TypeAlias = Literal["absent", "running", "completed", "failed", "cancelled"]
BegunStatus: TypeAlias = Literal["running", "completed", "failed", "cancelled"]
StepStatus: TypeAlias = Literal["waiting", "scheduled", "running", "completed", "failed", "cancelled"]
StopReason: TypeAlias = Literal["end", "length", "refusal", "tool_calls"]


class PlannedStep(Record, tag_field="kind", tag="agent"):
    """A step as the run pinned it: the agent at a version, the model by name, the steps it waits for."""

    id: str
    agent_id: UUID
    agent_version: int
    agent_name: str
    role: str
    model: str
    prompt: str
    needs: tuple[str, ...]
    max_attempts: int
    document: bool


class Tokens(Record):
    """What a call used, as its provider counted it; `input` includes `cached_input`."""

    input: int
    output: int
    cached_input: int = 0
    cache_write: int = 0
    reasoning: int = 0


class Started(Event, tag="run.started.v1"):
    """`key_id` is the API key that started it, if one did.

    `payers` are the agents and keys on whose behalf it was started, as the ledger names them, and `within` the runs,
    the nearest first: what it spends counts for all of them.
    """

    title: str
    workflow_id: UUID
    workflow_version: int
    workflow_name: str
    plan: tuple[PlannedStep, ...]
    input: PayloadRef
    key_id: UUID | None = None
    payers: tuple[str, ...] = ()
    within: tuple[UUID, ...] = ()


class StepScheduled(Event, tag="run.step_scheduled.v1"):
    step: str
    attempt: int
    due_at: Instant


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
    """A model answered. With a `problem`, the code of an error, the answer was paid for and is of no use."""

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


class CallServed(Event, tag="run.call_served.v1"):
    """The answer came from the cache. `saved_micro_usd` is what it cost when a model gave it to the stream `source`.

    `similarity` tells how alike the two questions are, where they are not the same.
    """

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


class ChargeHeld(Event, tag="run.charge_held.v1"):
    """A call beside its own counts for the run at its worst: one made with its token, or of a run within it.

    It counts for each of the `steps`, which are those under way; "" stands for none.
    """

    reservation: Reservation
    steps: tuple[str, ...]


class ChargeSettled(Event, tag="run.charge_settled.v1"):
    """What such a call came to, or one of its own in doubt; a cost of None is unknown, and its worst goes on counting.

    It is not `final` where a person said so: an answer that comes later knows better.
    """

    entry: UUID
    micro_usd: int | None
    tokens: int
    final: bool = True


class StepCompleted(Event, tag="run.step_completed.v1"):
    step: str
    attempt: int
    output: PayloadRef


class StepFailed(Event, tag="run.step_failed.v1"):
    step: str
    attempt: int
    code: str
    detail: str
    final: bool


class StepLost(Event, tag="run.step_lost.v1"):
    """Its worker is gone."""

    step: str
    attempt: int


class StepRetried(Event, tag="run.step_retried.v1"):
    step: str


class Completed(Event, tag="run.completed.v1"):
    output: PayloadRef


class Failed(Event, tag="run.failed.v1"):
    step: str
    code: str
    detail: str


class Cancelled(Event, tag="run.cancelled.v1"):
    reason: str


Events: TypeAlias = (
    Started
    | StepScheduled
    | StepBegun
    | CallBegun
    | CallRecorded
    | CallServed
    | CallRefused
    | CallInDoubt
    | ChargeHeld
    | ChargeSettled
    | StepCompleted
    | StepFailed
    | StepLost
    | StepRetried
    | Completed
    | Failed
    | Cancelled
)
