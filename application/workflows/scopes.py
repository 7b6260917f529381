"""Each node of a workflow with what its expressions can speak of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from application.workflows import schemas
from application.workflows.expressions import WrongExpression, compiled
from application.workflows.mistakes import Path
from application.workflows.references import value_of
from application.workflows.schemas import Known
from domain import nodes as kinds
from domain.definition import Definition
from domain.kernel import Record, replace
from domain.nodes import AnyNode

Nodes: TypeAlias = Sequence[AnyNode]


class Level(Record):
    """What is known of the outputs of a list, by node, and which are there before whoever looks at them."""

    outputs: Mapping[str, Known]
    before: frozenset[str]


class Scope(Record):
    """`names` are what data there is, with what is known of it; `levels` are the lists around, the nearest first."""

    names: Mapping[str, Known]
    levels: tuple[Level, ...] = ()

    def visible(self) -> dict[str, Known]:
        """The outputs that are there by node, the nearest of each id."""
        found: dict[str, Known] = {}
        for level in self.levels:
            for name in level.before:
                found.setdefault(name, level.outputs[name])
        return found

    def somewhere(self, name: str) -> bool:
        """Whether a list around has such a node, whenever it is done."""
        return any(name in level.outputs for level in self.levels)

    def known(self, path: tuple[str | int, ...]) -> Known:
        """What is known of the value at a path."""
        if len(path) > 1 and path[0] == "steps":
            return schemas.below(self.visible().get(str(path[1])), path[2:], "")[0]
        return schemas.below(self.names.get(str(path[0])), path[1:], "")[0] if path else None


class Visit(Record):
    """A node, where it stands, and what its expressions can speak of."""

    node: AnyNode
    path: Path
    scope: Scope
    within: tuple[AnyNode, ...]
    """The nodes around it, the nearest first."""


def visits(definition: Definition) -> Iterator[Visit]:
    """All nodes of a workflow, each before those inside it."""
    scope = Scope({"input": definition.input, "steps": None})
    yield from _visits(definition.nodes, ("nodes",), scope, ())


def whole(definition: Definition) -> Scope:
    """What the output of a workflow can speak of: all that was done."""
    outputs = {node.id: schemas.of_node(node) for node in definition.nodes}
    return Scope({"input": definition.input, "steps": None}, (Level(outputs, frozenset(outputs)),))


def _visits(nodes: Nodes, path: Path, around: Scope, within: tuple[AnyNode, ...]) -> Iterator[Visit]:
    there = {node.id: node for node in nodes}
    outputs = {node.id: schemas.of_node(node) for node in nodes}
    for index, node in enumerate(nodes):
        at = (*path, index)
        scope = replace(around, levels=(Level(outputs, before(node, there)), *around.levels))
        yield Visit(node, at, scope, within)
        inner = (node, *within)
        for place, listed, data in _inside(node, scope):
            yield from _visits(listed, (*at, *place), data, inner)
        everything = replace(around, levels=(Level(outputs, frozenset(outputs)), *around.levels))
        yield from _visits(node.fall_back, (*at, "fall_back"), scope, inner)
        yield from _visits(node.compensate, (*at, "compensate"), everything, inner)


def _inside(node: AnyNode, scope: Scope) -> Iterator[tuple[Path, Nodes, Scope]]:
    match node:
        case kinds.Parallel(nodes=nodes):
            yield ("nodes",), nodes, scope
        case kinds.Map(over=over, nodes=nodes):
            names = {"item": schemas.items(_yields(over, scope)), "index": schemas.WHOLE_NUMBER}
            yield ("nodes",), nodes, replace(scope, names={**scope.names, **names})
        case kinds.Loop(nodes=nodes):
            yield ("nodes",), nodes, replace(scope, names={**scope.names, **in_turns(node)})
        case kinds.Branch(arms=arms, otherwise=otherwise):
            for index, arm in enumerate(arms):
                yield ("arms", index, "nodes"), arm.nodes, scope
            yield ("otherwise",), otherwise, scope
        case _:
            return


def in_turns(loop: kinds.Loop) -> dict[str, Known]:
    """What there is within the turns of a loop; `last` is null in the first, so nothing is said of it."""
    return {"turn": schemas.WHOLE_NUMBER, "last": schemas.of_list(loop.nodes)}


def before(node: AnyNode, there: Mapping[str, AnyNode]) -> frozenset[str]:
    """The ids of all that a node needs, directly or not; in a cycle it may be among them."""
    found: set[str] = set()
    open_ = [*node.needs]
    while open_:
        name = open_.pop()
        if name not in found and name in there:
            found.add(name)
            open_ += there[name].needs
    return frozenset(found)


def _yields(expression: str, scope: Scope) -> Known:
    try:
        path = value_of(compiled(expression))
    except WrongExpression:
        return None
    return scope.known(path) if path else None
