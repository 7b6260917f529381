"""The facts of a run, and the state that they fold to."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Event, Instant, PayloadRef, Record

RunStatus: TypeAlias = Literal["absent", "running", "completed", "failed", "cancelled"]
BegunStatus: TypeAlias = Literal["running", "completed", "failed", "cancelled"]
"""Of a run that there is."""

StepStatus: TypeAlias = Literal["waiting", "scheduled", "running", "completed", "failed", "cancelled"]
StopReason: TypeAlias = Literal["end", "length", "refusal"]


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
    title: str
    workflow_id: UUID
    workflow_version: int
    workflow_name: str
    plan: tuple[PlannedStep, ...]
    input: PayloadRef


class StepScheduled(Event, tag="run.step_scheduled.v1"):
    step: str
    attempt: int
    due_at: Instant


class StepBegun(Event, tag="run.step_begun.v1"):
    step: str
    attempt: int
    lease: UUID


class CallBegun(Event, tag="run.call_begun.v1"):
    step: str
    attempt: int
    call: int
    model: str
    request: PayloadRef


class CallRecorded(Event, tag="run.call_recorded.v1"):
    step: str
    attempt: int
    call: int
    model: str
    output: PayloadRef
    tokens: Tokens
    cost_micro_usd: int | None
    stop_reason: StopReason


class CallRefused(Event, tag="run.call_refused.v1"):
    """The provider turned the call away, so nothing was billed."""

    step: str
    attempt: int
    call: int


class CallInDoubt(Event, tag="run.call_in_doubt.v1"):
    """The call was begun and its end is not known; it may have been billed."""

    step: str
    attempt: int
    call: int


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
    """The worker that had begun the attempt is gone."""

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
    | CallRefused
    | CallInDoubt
    | StepCompleted
    | StepFailed
    | StepLost
    | StepRetried
    | Completed
    | Failed
    | Cancelled
)


class Call(Record):
    """One model call of a step, as far as the record tells."""

    attempt: int
    call: int
    model: str
    status: Literal["begun", "recorded", "refused", "in_doubt"] = "begun"
    output: PayloadRef | None = None
    tokens: Tokens | None = None
    cost_micro_usd: int | None = None
    stop_reason: StopReason | None = None


class Step(Record):
    """A step now. `failures` and `losses` count since it was first scheduled or last retried by a person."""

    status: StepStatus = "waiting"
    attempt: int = 0
    due_at: Instant | None = None
    lease: UUID | None = None
    failures: int = 0
    losses: int = 0
    calls: tuple[Call, ...] = ()
    output: PayloadRef | None = None
    code: str | None = None
    detail: str | None = None

    def find(self, call: int, attempt: int) -> Call | None:
        """The call as one attempt made it."""
        return next((made for made in self.calls if made.call == call and made.attempt == attempt), None)

    def recorded(self, call: int) -> Call | None:
        """The first recorded answer to a call, whichever attempt paid for it; a refusal is no answer."""
        answers = (made for made in self.calls if made.status == "recorded" and made.stop_reason != "refusal")
        return next((made for made in answers if made.call == call), None)


class Run(Record):
    """A run now."""

    status: RunStatus = "absent"
    title: str = ""
    workflow_id: UUID | None = None
    workflow_version: int = 0
    workflow_name: str = ""
    plan: tuple[PlannedStep, ...] = ()
    input: PayloadRef | None = None
    steps: dict[str, Step] = {}
    output: PayloadRef | None = None
    code: str | None = None
    detail: str | None = None

    def planned(self, step: str) -> PlannedStep:
        """The plan of a step that is known to exist."""
        return next(planned for planned in self.plan if planned.id == step)

    def result(self) -> PayloadRef:
        """What a run with every step completed came to: the output of the last step that no other needs."""
        needed = {need for planned in self.plan for need in planned.needs}
        last = [planned.id for planned in self.plan if planned.id not in needed][-1]
        output = self.steps[last].output
        assert output is not None, "a completed step has an output"
        return output
