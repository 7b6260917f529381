"""What a run has come to: its steps, the lists they stand in, and the calls of models that they have made."""

from typing import Literal
from uuid import UUID

from domain.kernel import Instant, PayloadRef, Record
from domain.ledger import Reservation
from domain.ledger_state import Used
from domain.nodes import Allowance, AnyNode, Map
from domain.run_values import (
    ArmTaken,
    Conversation,
    Effect,
    ForRun,
    Member,
    Opening,
    Parent,
    PinnedWorkflow,
    RunStatus,
    Shortening,
    StepStatus,
    StopReason,
    Tokens,
    Turn,
    Waits,
)

DONE: frozenset[StepStatus] = frozenset({"completed", "skipped"})
OVER: frozenset[StepStatus] = DONE | {"failed", "cancelled"}
UNDER_WAY: frozenset[StepStatus] = frozenset({"scheduled", "running"})
FALL_BACK, COMPENSATE = "fall-back", "compensate"

FIRST_SUMMARY = 1_000
"""Calls with this number and later ones make summaries: 1003 makes the one that call 3 is told."""


class Call(Record):
    """One model call of a step, as far as the record tells; `judged` is what a person says that it came to.

    `output` is what was said, and `parts` what more there is to the answer: calls of tools, and reasoning.
    """

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
    parts: PayloadRef | None = None
    request: PayloadRef | None = None


class ToolUse(Record):
    """One call of a tool by a step's agent; `call` is the number of the model's call that asked for it.

    One that is in doubt may end `late`, when a model has been told of the doubt.
    """

    call: int
    index: int
    tool: str
    attempt: int
    arguments: PayloadRef
    effect: Effect
    repeatable: bool = False
    status: Literal["begun", "ended", "in_doubt"] = "begun"
    output: PayloadRef | None = None
    problem: str = ""
    untrusted: bool = False
    late: bool = False


class Compaction(Record):
    """From this call on, a `summary` or nothing stands for the parts `replaced`."""

    call: int
    method: Shortening
    replaced: tuple[str, ...]
    summary: PayloadRef | None


class Charge(Record):
    """A call beside those of the run, at the amount that it counts with for these steps."""

    used: Used
    steps: tuple[str, ...]


class Step(Record):
    """A step now. `failures` and `losses` count since it was first scheduled, last opened or retried by a person.

    It is one instance of a node: the turns of a loop and the items of a map have steps of their own. `scope` names the
    list that it stands in; `begun` and `ended` count the lists inside it. `abandoned` are the runs that it started and
    does not wait for any more, and which are not over.
    """

    node: AnyNode
    scope: str = ""
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
    opening: Opening | None = None
    begun: int = 0
    ended: int = 0
    fell_back: bool = False
    waits: Waits | None = None
    escalates_at: Instant | None = None
    escalated: bool = False
    abandoned: tuple[ForRun, ...] = ()
    child_micro_usd: int = 0
    child_tokens: int = 0
    tools: tuple[ToolUse, ...] = ()
    compactions: tuple[Compaction, ...] = ()
    tainted_by: tuple[str, ...] = ()

    def find(self, call: int, attempt: int, tried: int = 0) -> Call | None:
        """The call as one attempt tried it."""
        wanted = (call, attempt, tried)
        return next((made for made in self.calls if (made.call, made.attempt, made.tried) == wanted), None)

    def recorded(self, call: int) -> Call | None:
        """The first recorded answer to a call that is of use, whichever attempt paid for it; a refusal is none."""
        good = (made for made in self.calls if made.status in ("recorded", "served") and not made.problem)
        answers = (made for made in good if made.stop_reason != "refusal")
        return next((made for made in answers if made.call == call), None)

    def used(self, call: int, index: int) -> ToolUse | None:
        """The call of a tool that this answer of the model asked for."""
        return next((each for each in self.tools if (each.call, each.index) == (call, index)), None)

    def started(self, run_id: UUID | None) -> bool:
        """Whether it has started this run, which is not over as far as the step knows."""
        waits = (*self.abandoned, *((self.waits,) if isinstance(self.waits, ForRun) else ()))
        return any(each.run_id == run_id for each in waits)

    @property
    def key(self) -> str:
        """The list inside it that is under way, or was last; a map has one for each item."""
        match self.opening:
            case _ if self.fell_back:
                return FALL_BACK
            case ArmTaken(arm):
                return arm
            case Turn(number):
                return str(number)
            case _:
                return ""

    def holds(self, key: str) -> bool:
        """Whether it still comes to what this list inside it comes to."""
        return key == self.key or (isinstance(self.node, Map) and not self.fell_back)

    @property
    def again(self) -> StepStatus:
        """What it is once it goes on after a failure: what was begun inside it is not begun anew."""
        return "waiting" if self.opening is None and not self.fell_back else "open"


class Scope(Record):
    """A list of nodes under way: `owner` is the step that it is inside of, and "" stands for the run itself."""

    owner: str
    key: str
    steps: tuple[str, ...]
    left: int


class Run(Record):
    """A run now. `signals` arrived before anybody waited for them; `undo` are completed steps that can be undone.

    `charged` is what calls beside its own came to, by step and, under None, for the run. Those that may come to
    something else are in `charges`, by their entries of the ledger. `tainted_by` is what the agent had seen that says
    the input.
    """

    status: RunStatus = "absent"
    title: str = ""
    workflow_id: UUID | None = None
    workflow_version: int = 0
    workflow_name: str = ""
    nodes: tuple[AnyNode, ...] = ()
    team: dict[str, Member] = {}
    input: PayloadRef | None = None
    started_by: UUID | None = None
    key_id: UUID | None = None
    budget: Allowance | None = None
    deadline_at: Instant | None = None
    priority: int = 0
    parent: Parent | None = None
    steps: dict[str, Step] = {}
    scopes: dict[str, Scope] = {}
    signals: tuple[tuple[str, PayloadRef], ...] = ()
    undo: tuple[str, ...] = ()
    undoing: bool = False
    output: PayloadRef | None = None
    failed_step: str = ""
    code: str | None = None
    detail: str | None = None
    payers: tuple[str, ...] = ()
    within: tuple[UUID, ...] = ()
    workflows: tuple[PinnedWorkflow, ...] = ()
    charges: dict[UUID, Charge] = {}
    charged: dict[str | None, Used] = {}
    conversation: Conversation | None = None
    tainted_by: tuple[str, ...] = ()

    def pin(self, named: str, version: int | None) -> PinnedWorkflow | None:
        """What a node of the run that starts another workflow stands for; None in a run of before it was pinned."""
        return next((each for each in self.workflows if (each.named, each.version) == (named, version)), None)

    def result(self, scope: str = "") -> PayloadRef | None:
        """What a list with every step done came to: the output of its last step that no other needs."""
        steps = self.scopes[scope].steps
        nodes = [self.steps[step].node for step in steps]
        needed = {need for node in nodes for need in node.needs}
        last = [step for step, node in zip(steps, nodes, strict=True) if node.id not in needed][-1]
        return self.steps[last].output

    def counts(self, name: str) -> bool:
        """Whether a list still matters: nothing that it is inside of is done, or goes on with another list instead."""
        scope = self.scopes[name]
        while scope.owner and scope.key != COMPENSATE:
            owner = self.steps[scope.owner]
            if owner.status in DONE or not owner.holds(scope.key):
                return False
            scope = self.scopes[owner.scope]
        return True


def scope_name(step: str, key: str) -> str:
    """The name of a list inside a step, which is how the ids of what stands in it begin."""
    return f"{step}.{key}" if key else step


def inside(scope: str, node: str) -> str:
    """The id of the step of a node that stands in a list."""
    return f"{scope}.{node}" if scope else node
