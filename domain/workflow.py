"""Workflow: a versioned definition of who does what in which order; each publication is a version."""

import re
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, TypeAlias
from uuid import UUID

import msgspec

from domain.definition import Definition
from domain.kernel import Command, Context, Decider, Event, Record, Rejected, refusal, replace
from domain.nodes import AnyNode, Branch, Loop, Map, Parallel, Sugar, bodies
from domain.patterns import written_out
from domain.run_state import COMPENSATE, FALL_BACK

MAX_STORED = 48 * 1024
"""Bytes of a definition as the log keeps it: an event has 64 KiB, and a run pins agents and models beside it."""

MAX_PLAN = 62 * 1024
"""Bytes of the nodes of a run with what is pinned; the rest of the event is for what surrounds them."""

MAX_NODES, MAX_NESTING = 200, 8


class Bounds(Record):
    """How much a graph may be: in bytes, in nodes, and in lists inside each other."""

    size: int
    nodes: int
    nesting: int


AS_PUBLISHED = Bounds(MAX_STORED, MAX_NODES, MAX_NESTING)
WRITTEN_OUT = Bounds(MAX_PLAN, 1_000, 12)
"""A debate and its like are several nodes inside each other once they are written out."""

RESERVED = frozenset({FALL_BACK, COMPENSATE})
_NODES = msgspec.json.Decoder(tuple[AnyNode, ...])
_DEFINITION = msgspec.json.Decoder(Definition)
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Published(Event, tag="workflow.published.v1"):
    """`agents` are the ids of those that the definition names. Without a name it keeps the one that it has."""

    definition: Definition
    agents: dict[str, UUID]


class Archived(Event, tag="workflow.archived.v1"):
    """No run of it is started any more."""


Events: TypeAlias = Published | Archived


class PublishWorkflow(Command):
    definition: Definition
    agents: dict[str, UUID]


class ArchiveWorkflow(Command):
    pass


Commands: TypeAlias = PublishWorkflow | ArchiveWorkflow


class Workflow(Record):
    status: Literal["absent", "active", "archived"] = "absent"
    version: int = 0
    name: str = ""
    definition: Definition | None = None
    agents: dict[str, UUID] = {}


initial = Workflow()


def decide(command: Commands, workflow: Workflow, context: Context) -> list[Events]:
    match command, workflow.status:
        case PublishWorkflow(definition, agents), _:
            check_graph(definition.nodes)
            _stored(definition, _DEFINITION, "definition")
            check_graph(written_out(definition.nodes), WRITTEN_OUT)
            same = (workflow.definition, workflow.agents, workflow.status) == (definition, agents, "active")
            return [] if same else [Published(definition, agents)]
        case ArchiveWorkflow(), "active":
            return [Archived()]
        case ArchiveWorkflow(), "archived":
            return []
        case _:
            raise refusal(type(command), "workflow", workflow.status)


def check_graph(nodes: Sequence[AnyNode], bounds: Bounds = AS_PUBLISHED, *, field: str = "nodes") -> None:
    """Refuse a graph that could never be done: no nodes, a repeated id, an unknown need or a cycle.

    Nor one beyond its bounds, which no event has room for.
    """
    check_order(nodes, field, bounds.nesting)
    count = sum(1 for _ in walk(nodes))
    if count > bounds.nodes:
        raise _invalid(f"there are {count:,} nodes, and a workflow has at most {bounds.nodes:,}", field)
    _check_size(nodes, bounds.size, field)


def check_order(nodes: Sequence[AnyNode], field: str, nesting: int, depth: int = 1) -> None:
    """The order of one list, and of those inside it."""
    if not nodes:
        raise _invalid("there is no node; a workflow has at least one", field)
    if depth > nesting:
        raise _invalid(f"nodes stand inside each other {depth} deep, and at most {nesting} are allowed", field)
    ids = [node.id for node in nodes]
    for index, node in enumerate(nodes):
        at = f"{field}[{index}]"
        _check_id(node.id, ids[:index], f"{at}.id")
        for need in node.needs:
            if need not in ids:
                raise _invalid(f"node {node.id!r} needs {need!r}, which is no node", f"{at}.needs")
        _check_inside(node, at)
        for place, inner in bodies(node):
            check_order(inner, f"{at}.{place}", nesting, depth + 1)
    try:
        TopologicalSorter({node.id: node.needs for node in nodes}).prepare()
    except CycleError as error:
        path = " → ".join(reversed(error.args[1]))
        raise _invalid(f"the nodes wait for each other in a cycle: {path}", field) from None


def _check_id(name: str, before: Sequence[str], field: str) -> None:
    """Ids of steps are made of ids of nodes, so one that is a word of theirs would stand for two things."""
    if name in before:
        raise _invalid(f"two nodes have the id {name!r}; ids are unique", field)
    if name in RESERVED or not _ID.fullmatch(name):
        wanted = "lower-case letters, digits and hyphens, 40 at most, beginning with a letter"
        raise _invalid(f"{name!r} is no id of a node: {wanted}, and neither {' nor '.join(sorted(RESERVED))}", field)


def _check_inside(node: AnyNode, field: str) -> None:
    """What has nodes inside it has some in each list, and each way of a branch has an id of its own."""
    match node:
        case Parallel(nodes=()) | Map(nodes=()) | Loop(nodes=()):
            raise _invalid("there is no node; a workflow has at least one", f"{field}.nodes")
        case Branch(arms=()):
            raise _invalid("a branch has at least one arm", f"{field}.arms")
        case Branch(arms=arms):
            ids = ["otherwise"]
            for index, arm in enumerate(arms):
                _check_id(arm.id, ids, f"{field}.arms[{index}].id")
                ids.append(arm.id)
                if not arm.nodes:
                    raise _invalid("there is no node; an arm has at least one", f"{field}.arms[{index}].nodes")
        case _:
            pass


def check_written_out(nodes: Sequence[AnyNode], *, field: str = "nodes") -> None:
    """Refuse a graph with nodes that nobody carries out before they are written out in others."""
    for node in walk(nodes):
        if isinstance(node, Sugar):
            raise _invalid(f"node {node.id!r} is not written out in the nodes that are carried out", field)


def walk(nodes: Sequence[AnyNode]) -> Iterator[AnyNode]:
    """All nodes, those inside others included."""
    for node in nodes:
        yield node
        for _, inner in bodies(node):
            yield from walk(inner)


def _stored(value: Any, decoder: msgspec.json.Decoder[Any], field: str) -> bytes:
    """The value as it is stored. What would be read as another, such as a number that is none, is refused."""
    try:
        stored = msgspec.json.encode(value)
        same = decoder.decode(stored) == value
    except (msgspec.MsgspecError, UnicodeError, TypeError, RecursionError) as error:
        raise _invalid(f"it cannot be kept as JSON: {error}", field) from None
    if not same:
        raise _invalid("it cannot be kept as JSON: a value in it would be read as another", field)
    return stored


def _check_size(nodes: Sequence[AnyNode], limit: int, field: str) -> None:
    size = len(_stored(tuple(nodes), _NODES, field))
    if size > limit:
        detail = (
            f"the nodes with their prompts take {size:,} bytes, and at most {limit:,} are kept in one workflow;"
            " shorten the prompts, or move what they have in common into the instructions of the agents"
        )
        raise _invalid(detail, field)


def _invalid(detail: str, field: str) -> Rejected:
    return Rejected(detail, code="invalid_workflow", field=field)


def evolve(workflow: Workflow, event: Events) -> Workflow:
    match event:
        case Published(definition, agents):
            name = definition.name or workflow.name
            return Workflow("active", workflow.version + 1, name, definition, agents)
        case Archived():
            return replace(workflow, status="archived")


decider: Decider[Workflow, Commands, Events] = Decider(initial, decide, evolve)
