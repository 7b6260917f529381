"""Mistakes of order: what could never be done, or is more than anybody keeps."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

import msgspec

from application.workflows.mistakes import Path, meant, shown
from application.workflows.scopes import before
from application.workflows.shape import Fault
from domain import nodes as kinds
from domain import workflow
from domain.definition import Definition
from domain.kernel import Rejected
from domain.nodes import AnyNode
from domain.patterns import written_out


def faults(definition: Definition) -> list[Fault]:
    """All that is wrong with the order of the nodes."""
    found = [*_listed(definition.nodes, ("nodes",), 1)]
    return found or [*_written_out(definition)]


def sizes(definition: Definition) -> list[Fault]:
    """What there is too much of."""
    return [*_sizes(definition)]


def _sizes(definition: Definition) -> Iterator[Fault]:
    count = sum(1 for _ in workflow.walk(definition.nodes))
    if count > workflow.MAX_NODES:
        detail = f"there are {count:,} nodes in all, and at most {workflow.MAX_NODES} are taken; call other workflows"
        yield ("nodes",), detail
    size = len(msgspec.json.encode(definition))
    if size > workflow.MAX_STORED:
        mend = "shorten the prompts, or move what they have in common into the instructions of agents"
        yield ("nodes",), f"the workflow takes {size:,} bytes, and at most {workflow.MAX_STORED:,} are kept; {mend}"


def _written_out(definition: Definition) -> Iterator[Fault]:
    """What the domain would refuse still, once debates and their like are the nodes that they stand for."""
    try:
        workflow.check_graph(definition.nodes)
        workflow.check_graph(written_out(definition.nodes), workflow.WRITTEN_OUT)
    except Rejected as error:
        yield ("nodes",), f"with its debates, votes, handoffs and supervisors written out: {error}"


def _listed(nodes: Sequence[AnyNode], path: Path, depth: int) -> Iterator[Fault]:
    if depth > workflow.MAX_NESTING:
        yield path, f"nodes stand inside each other more than {workflow.MAX_NESTING} deep; call another workflow here"
        return
    there = {node.id: node for node in reversed(nodes)}
    seen: set[str] = set()
    for index, node in enumerate(nodes):
        at = (*path, index)
        if node.id in seen:
            yield (*at, "id"), f"two nodes of this list have the id {shown(node.id)}; give one of them another"
        seen.add(node.id)
        if node.id in workflow.RESERVED:
            yield (*at, "id"), f"{shown(node.id)} is a word of Z2's own; take another id"
        yield from _needs(node, at, there)
        for place, inner in _bodies(node):
            yield from _listed(inner, (*at, *place), depth + 1)
    yield from _cycle(nodes, path, there)


def _needs(node: AnyNode, at: Path, there: dict[str, AnyNode]) -> Iterator[Fault]:
    for index, need in enumerate(node.needs):
        if need not in there:
            others = there.keys() - {node.id}
            detail = f"{shown(node.id)} needs {shown(need)}, which is no node of this list{meant(need, others)}"
            yield (*at, "needs", index), detail
        elif need in node.needs[:index]:
            yield (*at, "needs", index), f"{shown(need)} stands here twice; keep one"


def _cycle(nodes: Sequence[AnyNode], path: Path, there: dict[str, AnyNode]) -> Iterator[Fault]:
    """The first cycle with its way, and whatever waits for it."""
    graph = {name: [need for need in node.needs if need in there] for name, node in there.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        way = [str(name) for name in reversed(error.args[1])]
        told = " → ".join(way)
        places = {node.id: index for index, node in enumerate(nodes)}
        first = min(way, key=lambda name: places[name])
        yield (*path, places[first], "needs"), f"the nodes wait for each other in a cycle: {told}; take one need away"
        for name, node in there.items():
            behind = before(node, there)
            if name not in behind and behind & set(way):
                detail = f"{shown(name)} can never begin: it waits for the cycle {told}"
                yield (*path, places[name], "needs"), detail


def _bodies(node: AnyNode) -> Iterator[tuple[Path, Sequence[AnyNode]]]:
    match node:
        case kinds.Parallel(nodes=nodes) | kinds.Map(nodes=nodes) | kinds.Loop(nodes=nodes):
            yield ("nodes",), nodes
        case kinds.Branch(arms=arms, otherwise=otherwise):
            for index, arm in enumerate(arms):
                yield ("arms", index, "nodes"), arm.nodes
            if otherwise:
                yield ("otherwise",), otherwise
        case _:
            pass
    if node.fall_back:
        yield ("fall_back",), node.fall_back
    if node.compensate:
        yield ("compensate",), node.compensate
