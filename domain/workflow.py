"""Workflow: a versioned graph of steps, each done by an agent once the steps it needs are done."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, Protocol, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Name, Record, Rejected, Slug, Text, refusal, replace

Prompt: TypeAlias = Annotated[Text, Meta(min_length=1, max_length=20_000)]
Attempts: TypeAlias = Annotated[int, Meta(ge=1, le=10)]
Description: TypeAlias = Annotated[Text, Meta(max_length=2_000)]


MAX_STORED = 48 * 1024
"""Bytes of all nodes as the log keeps them: an event has 64 KiB, and a run pins names and models beside them."""

MAX_PLAN = 62 * 1024
"""Bytes of the steps of a run with what is pinned; the rest of the event is for what surrounds them."""


class StoredNode(Record, tag_field="kind", tag="agent"):
    """A step as the log keeps it: without limits, so that a tighter one never makes an old workflow unreadable."""

    id: str
    agent_id: UUID
    prompt: str
    needs: tuple[str, ...] = ()
    max_attempts: int = 3
    document: bool = True


class AgentNode(Record, tag_field="kind", tag="agent", forbid_unknown_fields=True):
    """A step that an agent does; `document` says whether it is given the input of the run."""

    id: Slug
    agent_id: UUID
    prompt: Prompt
    needs: tuple[Slug, ...] = ()
    max_attempts: Attempts = 3
    document: bool = True

    def stored(self) -> StoredNode:
        return StoredNode(self.id, self.agent_id, self.prompt, self.needs, self.max_attempts, self.document)


Nodes: TypeAlias = Annotated[tuple[AgentNode, ...], Meta(min_length=1, max_length=200)]


class Created(Event, tag="workflow.created.v1"):
    name: str
    description: str
    nodes: tuple[StoredNode, ...]


class Revised(Event, tag="workflow.revised.v1"):
    description: str
    nodes: tuple[StoredNode, ...]


Events: TypeAlias = Created | Revised


class CreateWorkflow(Command):
    name: Name
    nodes: Nodes
    description: Description = ""


class ReviseWorkflow(Command):
    nodes: Nodes
    description: Description = ""


Commands: TypeAlias = CreateWorkflow | ReviseWorkflow


class Workflow(Record):
    status: Literal["absent", "active"] = "absent"
    version: int = 0
    name: str = ""
    description: str = ""
    nodes: tuple[StoredNode, ...] = ()


initial = Workflow()


def decide(command: Commands, workflow: Workflow, context: Context) -> list[Events]:
    check_graph(command.nodes)
    nodes = tuple(node.stored() for node in command.nodes)
    same = (workflow.nodes, workflow.description) == (nodes, command.description)
    match command, workflow.status:
        case CreateWorkflow(name=name, description=description), "absent":
            return [Created(name, description, nodes)]
        case CreateWorkflow(name=name), "active" if same and name == workflow.name:
            return []
        case CreateWorkflow(), "active":
            raise Rejected("this workflow exists already with other values; revise it instead")
        case ReviseWorkflow(description=description), "active":
            return [] if same else [Revised(description, nodes)]
        case _:
            raise refusal(type(command), "workflow", workflow.status)


class Node(Protocol):
    """A step of a graph, as far as its order is concerned."""

    @property
    def id(self) -> str: ...

    @property
    def needs(self) -> tuple[str, ...]: ...


def check_graph(nodes: Sequence[Node], *, field: str = "nodes", limit: int = MAX_STORED) -> None:
    """Refuse a graph that could never be done: no nodes, a repeated id, an unknown need or a cycle.

    Nor one of more than `limit` bytes, which no event has room for.
    """
    if not nodes:
        raise _invalid("there is no node; a workflow has at least one", field)
    ids = [node.id for node in nodes]
    for index, node in enumerate(nodes):
        if node.id in ids[:index]:
            raise _invalid(f"two nodes have the id {node.id!r}; ids are unique", f"{field}[{index}].id")
        for need in node.needs:
            if need not in ids:
                detail = f"node {node.id!r} needs {need!r}, which is no node"
                raise _invalid(detail, f"{field}[{index}].needs")
    try:
        TopologicalSorter({node.id: node.needs for node in nodes}).prepare()
    except CycleError as error:
        path = " → ".join(reversed(error.args[1]))
        raise _invalid(f"the nodes wait for each other in a cycle: {path}", field) from None
    _check_size(nodes, limit, field)


def _check_size(nodes: Sequence[Node], limit: int, field: str) -> None:
    size = len(msgspec.json.encode(nodes))
    if size > limit:
        detail = (
            f"the steps with their prompts take {size:,} bytes, and at most {limit:,} are kept in one workflow;"
            " shorten the prompts, or move what they have in common into the instructions of the agents"
        )
        raise _invalid(detail, field)


def _invalid(detail: str, field: str) -> Rejected:
    return Rejected(detail, code="invalid_workflow", field=field)


def evolve(workflow: Workflow, event: Events) -> Workflow:
    match event:
        case Created(name, description, nodes):
            return Workflow("active", 1, name, description, nodes)
        case Revised(description, nodes):
            return replace(workflow, version=workflow.version + 1, description=description, nodes=nodes)


decider: Decider[Workflow, Commands, Events] = Decider(initial, decide, evolve)
