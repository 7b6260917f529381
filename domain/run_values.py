"""The values that the facts of a run are made of."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import PayloadRef, Record
from domain.nodes import Allowance, AnyNode

RunStatus: TypeAlias = Literal["absent", "running", "paused", "completed", "failed", "cancelled"]
BegunStatus: TypeAlias = Literal["pending", "running", "waiting", "paused", "completed", "failed", "cancelled"]
"""As people are told: before the first step has begun, and while only people, moments or events are waited for."""

StepStatus: TypeAlias = Literal[
    "waiting", "scheduled", "running", "open", "suspended", "completed", "skipped", "failed", "cancelled"
]
"""`open`: what is inside it goes on. `suspended`: a person, a moment, an event or another run is waited for."""

StopReason: TypeAlias = Literal["end", "length", "refusal", "tool_calls"]
SkipReason: TypeAlias = Literal["condition", "policy", "person"]
Decision: TypeAlias = Literal["approve", "edit", "reject"]
Effect: TypeAlias = Literal["read", "write", "external", "money"]
"""What a tool does to the world: nothing, changes here, something outside, or something that costs."""

Shortening: TypeAlias = Literal["dropped", "extracted", "summarised"]
"""Parts of what a model is told are left out, or stand for by their key sentences, or by what a model made of them."""


class Member(Record, omit_defaults=True):
    """An agent as a run pins it, with the model that it uses there, and the version of the prompt that it is told."""

    agent_id: UUID
    version: int
    name: str
    role: str
    model: str
    prompt_id: UUID | None = None
    prompt_version: int = 0


class Called(Record, omit_defaults=True):
    """A workflow by its name or id, as a node calls it; without a version the newest was asked for."""

    named: str
    asked: int | None = None


class PinnedWorkflow(Record, omit_defaults=True):
    """A workflow that a run may start, as it was when that run started: its version, and the agents that work for it.

    `named` and `asked` are what the node says: its name or id, and the version, which is the newest where it says none.
    `calls` are those that it may start in turn, as its own nodes name them.
    """

    named: str
    workflow_id: UUID
    version: int
    asked: int | None = None
    team: dict[str, Member] = {}
    calls: tuple[Called, ...] = ()


class Tokens(Record):
    """What a call used, as its provider counted it; `input` includes `cached_input`."""

    input: int
    output: int
    cached_input: int = 0
    cache_write: int = 0
    reasoning: int = 0


class Parent(Record):
    """The step for which a run was started by another. `depth` counts the runs above it."""

    run_id: UUID
    step: str
    depth: int


class Conversation(Record):
    """The answer of a session for which a run was started."""

    session_id: UUID
    answer_id: UUID


class Fork(Record, tag_field="opens", tag="fork"):
    """All that is inside begins."""


class ArmTaken(Record, tag_field="opens", tag="arm"):
    arm: str


class Spread(Record, tag_field="opens", tag="spread"):
    """`items` is a JSON list of so many."""

    items: PayloadRef
    count: int


class Turn(Record, tag_field="opens", tag="turn"):
    """Turns count from 0."""

    number: int


class Planned(Record, tag_field="opens", tag="planned"):
    """What an agent planned, as it was checked."""

    nodes: tuple[AnyNode, ...]


Opening: TypeAlias = Fork | ArmTaken | Spread | Turn | Planned


class ForApproval(Record, tag_field="for", tag="approval"):
    subject: PayloadRef


class ForInput(Record, tag_field="for", tag="input"):
    pass


class ForTime(Record, tag_field="for", tag="time"):
    pass


class ForEvent(Record, tag_field="for", tag="event"):
    name: str


class ForRun(Record, tag_field="for", tag="run"):
    """`allowance` is what the other run may spend at the most; what it does spend counts here, call by call.

    Where a call of a tool started it, `call` and `index` say which, and the step goes on with what it comes to.
    """

    run_id: UUID
    allowance: Allowance | None = None
    call: int | None = None
    index: int = 0


class ForAnswer(Record, tag_field="for", tag="answer"):
    """A person is asked by an agent, with a call of a tool; the step goes on with the answer."""

    question: PayloadRef
    call: int
    index: int


Waits: TypeAlias = ForApproval | ForInput | ForTime | ForEvent | ForRun | ForAnswer
