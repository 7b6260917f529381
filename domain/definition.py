"""A workflow as it is written: its nodes, and the agents that it brings with it."""

from domain.agent import Limits, Recall, TaskKind
from domain.kernel import Record
from domain.nodes import Allowance, AnyNode, Schema

LOWEST_PRIORITY, HIGHEST_PRIORITY = -10, 10
"""So that what waits is passed over for twenty minutes at the most: a point of priority is a minute in the queue."""


class InlineAgent(Record, omit_defaults=True):
    """An agent that the workflow brings with it."""

    role: str
    instructions: str
    task: TaskKind = "compose"
    model: str = "default"
    tools: tuple[str, ...] = ()
    limits: Limits = Limits()
    memory: Recall = "off"
    prompt: str = ""
    context_tokens: int | None = None
    colleagues: tuple[str, ...] = ()


class Definition(Record, kw_only=True, omit_defaults=True):
    """A workflow as it is written. `output` is an expression; without one the last node's output is the run's."""

    name: str
    nodes: tuple[AnyNode, ...]
    description: str = ""
    input: Schema | None = None
    output: str = ""
    agents: dict[str, InlineAgent] = {}
    budget: Allowance | None = None
    deadline_seconds: float | None = None
    priority: int = 0
