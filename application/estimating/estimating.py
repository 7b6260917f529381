"""What a run of a workflow on an input may cost: a walk over its nodes, without asking any model.

Bounds, not averages. At least: the shortest way through the workflow, each loop once, each answer of a single token.
At most: the longest way, each answer as long as Z2 lets it be. Attempts that fail and what is done instead of failed
steps are not counted; what has no bound is unknown.
"""

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from application.estimating import calling
from application.estimating.amounts import NOTHING, UNBOUNDED, UNKNOWN, Amount, Guessed, Known, Range, Thing
from application.estimating.calling import Asking
from application.estimating.view import View
from application.orchestration.tools import Tool, ToolError
from application.workflows.expressions import holds
from domain import nodes as kinds
from domain.definition import Definition
from domain.nodes import AnyNode
from domain.patterns import written_out

MOST_TURNS = 100
"""Loops that may go on longer are not followed: then the upper bound is unknown."""


class Estimator:
    """`tools` are those that may be called for it: they read what they are given, and cost nothing."""

    def __init__(self, asking: Asking, tools: Mapping[str, Tool]) -> None:
        self._asking = asking
        self._tools = tools

    async def of(self, definition: Definition, value: Any) -> Amount:
        """Of a run of this workflow on this input."""
        view = View({"input": Known(value)}, {}, self._asking.weigh)
        amount, _ = await self._listed(written_out(definition.nodes), view)
        return amount

    async def _listed(self, nodes: Sequence[AnyNode], view: View) -> tuple[Amount, Mapping[str, Thing]]:
        """Of the nodes of a list, with what each yields."""
        there = {node.id: node for node in nodes}
        total, done = NOTHING, dict[str, Thing]()
        for name in TopologicalSorter({node.id: node.needs for node in nodes}).static_order():
            amount, yields = await self._node(there[name], view)
            total, done[name] = total + amount, yields
            view = view.with_step(name, yields)
        return total, done

    async def _last(self, nodes: Sequence[AnyNode], view: View) -> tuple[Amount, Thing]:
        """Of the nodes of a list, with what the list yields."""
        amount, done = await self._listed(nodes, view)
        needed = {need for node in nodes for need in node.needs}
        return amount, done[next(node.id for node in reversed(nodes) if node.id not in needed)]

    async def _node(self, node: AnyNode, view: View) -> tuple[Amount, Thing]:
        met = view.value(node.when) if node.when else Known(True)
        if isinstance(met, Known) and not holds(met.value):
            return NOTHING, Known(None)
        amount, yields = await self._done(node, view)
        if isinstance(met, Known):
            return amount, yields
        return amount.perhaps(), Guessed(view.size(yields).perhaps())

    async def _done(self, node: AnyNode, view: View) -> tuple[Amount, Thing]:
        match node:
            case kinds.Agent():
                return calling.of_agent(node, view, self._asking)
            case kinds.Transform(expression=expression):
                return NOTHING, view.value(expression)
            case kinds.Tool():
                return NOTHING, await self._called(node, view)
            case kinds.Parallel():
                return await self._parallel(node, view)
            case kinds.Branch():
                return await self._branch(node, view)
            case kinds.Map():
                return await self._map(node, view)
            case kinds.Loop():
                return await self._loop(node, view)
            case kinds.Approval() | kinds.Input() | kinds.Wait():
                return NOTHING, _waited_for(node, view)
            case _:
                return UNKNOWN, Guessed(UNBOUNDED)

    async def _called(self, node: kinds.Tool, view: View) -> Thing:
        arguments, tool = view.value(node.arguments), self._tools.get(node.tool)
        if tool is None or not isinstance(arguments, Known) or not isinstance(arguments.value, dict):
            return Guessed(UNBOUNDED)
        try:
            return Known(await tool.call(arguments.value))
        except ToolError:
            return Guessed(UNBOUNDED)

    async def _parallel(self, node: kinds.Parallel, view: View) -> tuple[Amount, Thing]:
        if node.yields == "last":
            return await self._last(node.nodes, view)
        amount, done = await self._listed(node.nodes, view)
        known = {name: thing.value for name, thing in done.items() if isinstance(thing, Known)}
        if len(known) == len(done):
            return amount, Known(known)
        return amount, Guessed(sum(map(view.size, done.values()), Range(0, 0)))

    async def _branch(self, node: kinds.Branch, view: View) -> tuple[Amount, Thing]:
        """The way that is taken, or all that may be."""
        ways: list[tuple[Amount, Thing]] = []
        for arm in node.arms:
            met = view.value(arm.when)
            if isinstance(met, Known) and not holds(met.value):
                continue
            ways.append(await self._last(arm.nodes, view))
            if isinstance(met, Known):
                return _either(ways, view)
        ways.append(await self._last(node.otherwise, view) if node.otherwise else (NOTHING, Known(None)))
        return _either(ways, view)

    async def _map(self, node: kinds.Map, view: View) -> tuple[Amount, Thing]:
        over = view.value(node.over)
        if isinstance(over, Known) and isinstance(over.value, list):
            found = [
                await self._last(node.nodes, view.with_names(item=Known(item), index=Known(index)))
                for index, item in enumerate(over.value)
            ]
            sizes = [view.size(thing) for _, thing in found]
            return sum((amount for amount, _ in found), NOTHING), Guessed(sum(sizes, Range(0, 0)))
        item = Guessed(view.size(over).perhaps())
        amount, thing = await self._last(node.nodes, view.with_names(item=item, index=Guessed(Range(1, 1))))
        return amount.times(UNBOUNDED), Guessed(view.size(thing).times(UNBOUNDED))

    async def _loop(self, node: kinds.Loop, view: View) -> tuple[Amount, Thing]:
        """Turn by turn, because each knows what came of the one before."""
        total: Amount = NOTHING
        yields: Thing = Known(None)
        for turn in range(min(node.most or MOST_TURNS, MOST_TURNS)):
            amount, yields = await self._last(node.nodes, view.with_names(turn=Known(turn), last=yields))
            total += amount.perhaps() if turn and node.until else amount
        if node.most is None or node.most > MOST_TURNS:
            return total.unbounded(), Guessed(UNBOUNDED)
        return total, yields


def _waited_for(node: kinds.Approval | kinds.Input | kinds.Wait, view: View) -> Thing:
    """What people and events bring; what is approved is taken to be left as it is."""
    match node:
        case kinds.Approval(show=show) if show:
            return view.value(show)
        case kinds.Approval(needs=needs):
            return view.steps.get(needs[0], Guessed(UNBOUNDED)) if needs else view.names["input"]
        case kinds.Wait(event=""):
            return Known(None)
        case _:
            return Guessed(UNBOUNDED)


def _either(ways: Sequence[tuple[Amount, Thing]], view: View) -> tuple[Amount, Thing]:
    amount, thing = ways[0]
    for other, another in ways[1:]:
        amount, thing = amount.either(other), Guessed(view.size(thing).either(view.size(another)))
    return amount, thing
