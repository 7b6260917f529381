"""What can be wished of a run, by people and by the workers that carry out its steps."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain.budget import Unit
from domain.kernel import Command, Name, PayloadRef, Record, Text
from domain.ledger import Reservation
from domain.prices import Prices
from domain.run_events import PlannedStep, StopReason, Tokens


class StartRun(Command):
    """`key_id` is the API key that starts it, if one does: its limits count for the run, as do those of the `payers`.

    `within` are the runs on whose behalf it is started, the nearest first.
    """

    title: Name
    workflow_id: UUID
    workflow_version: int
    workflow_name: str
    plan: tuple[PlannedStep, ...]
    input: PayloadRef
    key_id: UUID | None = None
    payers: tuple[str, ...] = ()
    within: tuple[UUID, ...] = ()


class BeginStep(Command):
    step: str
    attempt: int
    lease: UUID


class Ceiling(Record):
    """The most that a call, its step or its run may come to."""

    of: Literal["call", "step", "run"]
    unit: Unit
    most: int


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


class ServeCall(Command):
    """The answer comes from the cache. `saved_micro_usd` is what it cost when a model gave it to the stream `source`.

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


class EndCall(Command):
    """A try came to nothing and another may follow. `billed` says whether the provider may have charged for it."""

    step: str
    attempt: int
    call: int
    tried: int
    code: str
    billed: Literal["no", "unknown"]
    http_status: int | None = None


class HoldCharge(Command):
    """Count a call beside its own for the run."""

    reservation: Reservation
    ceilings: tuple[Ceiling, ...] = ()


class SettleCharge(Command):
    """Tell what such a call came to, or one of its own in doubt; not `final` where a person says so."""

    entry: UUID
    micro_usd: int | None
    tokens: int
    final: bool = True


class CompleteStep(Command):
    step: str
    attempt: int
    output: PayloadRef


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


class RetryStep(Command):
    """Do a failed step again, and with it every other failed step of the run."""

    step: str


class CancelRun(Command):
    reason: Annotated[Text, Meta(max_length=500)] = ""


AttemptCommands: TypeAlias = BeginStep | BeginCall | ServeCall | EndCall | CompleteStep | FailStep | LoseStep
Charges: TypeAlias = HoldCharge | SettleCharge
Commands: TypeAlias = StartRun | AttemptCommands | RecordCall | Charges | RetryStep | CancelRun
