"""The nodes of a workflow: what may be asked of agents, tools, people and time, and how nodes contain each other.

They are read without limits, so that a tighter rule never makes an old workflow unreadable; `domain/workflow.py` and
`application/workflows` say what is wrong with one. Expressions are JMESPath (https://jmespath.org/specification.html).
"""

from typing import Any, Literal, TypeAlias
from uuid import UUID

from domain.kernel import Record

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema, draft 2020-12."""

OnFailure: TypeAlias = Literal["fail", "skip", "compensate", "fall_back"]


class Retry(Record, omit_defaults=True):
    """How often a node is tried, and how long it rests between: twice as long each time.

    With `codes` it is tried again only after failures of these.
    """

    attempts: int = 3
    first_delay_seconds: float = 1.0
    longest_delay_seconds: float = 60.0
    codes: tuple[str, ...] = ()


class Allowance(Record, omit_defaults=True):
    """The most that may be spent, in micro-dollars and tokens."""

    micro_usd: int | None = None
    tokens: int | None = None


class Node(Record, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What all nodes have.

    `needs` are the nodes of the same list that come first. Where `when` is false the node is skipped, and its output
    is null. Without `retry`, what may pass by itself is tried as often as Retry says. `timeout_seconds` bounds one
    attempt, or how long a person or an event is waited for. `output` is the schema of what it yields. `fall_back` is
    done instead of a node that has failed for good, `compensate` undoes one that was completed, once the run fails.
    `shown_as` is the kind in which it was written, if another.
    """

    id: str
    needs: tuple[str, ...] = ()
    title: str = ""
    when: str = ""
    retry: Retry | None = None
    timeout_seconds: float | None = None
    budget: Allowance | None = None
    on_failure: OnFailure = "fail"
    fall_back: "tuple[AnyNode, ...]" = ()
    compensate: "tuple[AnyNode, ...]" = ()
    output: Schema | None = None
    shown_as: str = ""

    @property
    def tries(self) -> Retry:
        """How often it is tried where nothing is said of it."""
        return self.retry or Retry()


class Agent(Node, tag="agent"):
    """An agent does it. `document` says whether it is given the run's input; `input` gives it a value instead."""

    agent: str
    prompt: str
    document: bool = True
    input: str = ""


class Tool(Node, tag="tool"):
    """A tool is called. `arguments` is an expression that yields an object."""

    tool: str
    arguments: str = "input"


class Transform(Node, tag="transform"):
    """A value is made of others."""

    expression: str


class Parallel(Node, tag="parallel"):
    """Nodes of their own order. It yields an object of their outputs by id, or only the `last` one's."""

    nodes: "tuple[AnyNode, ...]"
    yields: Literal["all", "last"] = "all"


class Map(Node, tag="map"):
    """Nodes for each item of a list, `limit` of them at a time. It yields the list of their results."""

    over: str
    nodes: "tuple[AnyNode, ...]"
    limit: int = 8


class Arm(Record, omit_defaults=True):
    """A way that a branch may take."""

    id: str
    when: str
    nodes: "tuple[AnyNode, ...]"


class Branch(Node, tag="branch"):
    """The first arm whose condition holds, else `otherwise`, which may be empty: then it yields null."""

    arms: tuple[Arm, ...]
    otherwise: "tuple[AnyNode, ...]" = ()


class Loop(Node, tag="loop"):
    """Nodes again and again, until a condition holds of what is there after a turn, or `most` turns are over."""

    nodes: "tuple[AnyNode, ...]"
    until: str = ""
    most: int | None = None


class Debate(Node, tag="debate"):
    """Agents answer each other for some rounds; a judge has the last word, or they stop once enough of them agree."""

    agents: tuple[str, ...]
    prompt: str
    rounds: int = 2
    judge: str = ""
    consensus: float | None = None


class Vote(Node, tag="vote"):
    """Each agent chooses; what more than `threshold` of them choose wins."""

    agents: tuple[str, ...]
    prompt: str
    choices: tuple[str, ...]
    threshold: float = 0.5


class Plan(Node, tag="plan"):
    """An agent makes a plan of at most `most` nodes for the `team`; it is checked and recorded before it is done."""

    agent: str
    prompt: str
    team: tuple[str, ...]
    most: int = 20


class Handoff(Node, tag="handoff"):
    """The first agent begins, and whoever has the word may pass it on, at most `most` times."""

    agents: tuple[str, ...]
    prompt: str
    most: int = 10


class Supervisor(Node, tag="supervisor"):
    """An agent gives tasks to others, one after another, until it has what it needs."""

    agent: str
    workers: tuple[str, ...]
    prompt: str
    most: int = 10


class Approvers(Record, omit_defaults=True):
    """Who may decide: members in one of the roles, or these users; with neither, whoever may approve at all."""

    roles: tuple[str, ...] = ()
    users: tuple[UUID, ...] = ()


class Approval(Node, tag="approval"):
    """A person approves, edits or rejects what `show` yields, which is what the node needs unless told otherwise.

    After `escalate_after_seconds` the `escalate_to` may decide too. With nobody's decision by `timeout_seconds` it has
    failed.
    """

    question: str
    show: str = ""
    approvers: Approvers = Approvers()
    not_by_starter: bool = False
    escalate_after_seconds: float | None = None
    escalate_to: Approvers | None = None


class Input(Node, tag="input"):
    """A person is asked; `output` is the schema of the answer, which is a text where there is none."""

    question: str
    asked: Approvers = Approvers()


class Wait(Node, tag="wait"):
    """Until some seconds are over, until a moment that an expression yields, or until an event arrives."""

    seconds: float | None = None
    until: str = ""
    event: str = ""


class SubWorkflow(Node, tag="workflow"):
    """Another workflow, by name or id, as a run of its own; `input` is an expression for what it is given."""

    workflow: str
    version: int | None = None
    input: str = "input"


AnyNode: TypeAlias = (
    Agent
    | Tool
    | Transform
    | Parallel
    | Map
    | Branch
    | Loop
    | Debate
    | Vote
    | Plan
    | Handoff
    | Supervisor
    | Approval
    | Input
    | Wait
    | SubWorkflow
)

Sugar: TypeAlias = Debate | Vote | Handoff | Supervisor
"""What is written out in other nodes before a run begins."""


def bodies(node: AnyNode) -> "tuple[tuple[str, tuple[AnyNode, ...]], ...]":
    """The lists of nodes inside a node, by the name of the place: what runs, then what falls back or undoes."""
    inner: tuple[tuple[str, tuple[AnyNode, ...]], ...] = ()
    match node:
        case Parallel(nodes=nodes) | Map(nodes=nodes) | Loop(nodes=nodes):
            inner = (("nodes", nodes),)
        case Branch(arms=arms, otherwise=otherwise):
            inner = (*((arm.id, arm.nodes) for arm in arms), ("otherwise", otherwise))
        case _:
            pass
    others = (("fall-back", node.fall_back), ("compensate", node.compensate))
    return tuple((name, nodes) for name, nodes in (*inner, *others) if nodes)
