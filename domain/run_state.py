"""What a run has come to: its steps, and the calls of models that they have made."""

from typing import Literal
from uuid import UUID

from domain.kernel import Instant, PayloadRef, Record
from domain.ledger import Reservation
from domain.ledger_state import Used
from domain.run_events import PlannedStep, RunStatus, StepStatus, StopReason, Tokens


class Call(Record):
    """One model call of a step, as far as the record tells; `judged` is what a person says that it came to."""

    attempt: int
    call: int
    model: str
    status: Literal["begun", "recorded", "served", "refused", "in_doubt"] = "begun"
    output: PayloadRef | None = None
    tokens: Tokens | None = None
    cost_micro_usd: int | None = None
    stop_reason: StopReason | None = None
    tried: int = 0
    reservation: Reservation | None = None
    problem: str = ""
    judged: Used | None = None


class Charge(Record):
    """A call beside those of the run, at the amount that it counts with for these steps."""

    used: Used
    steps: tuple[str, ...]


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

    def find(self, call: int, attempt: int, tried: int = 0) -> Call | None:
        """The call as one attempt tried it."""
        wanted = (call, attempt, tried)
        return next((made for made in self.calls if (made.call, made.attempt, made.tried) == wanted), None)

    def recorded(self, call: int) -> Call | None:
        """The first recorded answer to a call that is of use, whichever attempt paid for it; a refusal is none."""
        good = (made for made in self.calls if made.status in ("recorded", "served") and not made.problem)
        answers = (made for made in good if made.stop_reason != "refusal")
        return next((made for made in answers if made.call == call), None)


class Run(Record):
    """A run now. `charged` is what calls beside its own came to, by step and, under None, for the run.

    Those that may come to something else are in `charges`, by their entries of the ledger.
    """

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
    key_id: UUID | None = None
    payers: tuple[str, ...] = ()
    within: tuple[UUID, ...] = ()
    charges: dict[UUID, Charge] = {}
    charged: dict[str | None, Used] = {}

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
