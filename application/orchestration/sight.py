"""What the expressions of a step may look at: the run's input, what is done around it, its item and its turn."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from application.orchestration.outcome import StepError
from application.orchestration.texts import Texts
from application.workflows import expressions, interpolation, scopes
from application.workflows.expressions import Expression
from application.workflows.references import references
from domain.kernel import PayloadRef, Record
from domain.nodes import Agent, Approval, Input, Loop, Map, Plan, Tool
from domain.run_state import COMPENSATE, DONE, Run, Scope, Step, inside, scope_name
from domain.run_values import Spread
from domain.workflow import walk


class Sight(Record):
    """The view from a step of a run, or without one from a list of which all is over."""

    texts: Texts
    workspace_id: UUID
    run: Run
    scope: str
    step: str = ""

    async def value(self, expression: str, **more: Any) -> Any:
        """What an expression comes to. Raises StepError and NotFound."""
        with _told():
            compiled = expressions.compiled(expression)
            return await expressions.evaluated(compiled, await self._data([compiled], more))

    async def text(self, template: str) -> str:
        """A text with its expressions filled in. Raises StepError and NotFound."""
        with _told():
            parts = interpolation.template(template)
            return await interpolation.rendered(parts, await self._data(parts.expressions, {}))

    async def prompt(self, template: str) -> str:
        """The same for a model: what tools gave, or was made of it, stands between marks. Raises StepError."""
        untrusted = frozenset(node for node, step in self._done().items() if self._is_of_tools(step))
        with _told():
            parts = interpolation.template(template)
            return await interpolation.rendered(parts, await self._data(parts.expressions, {}), untrusted)

    def _is_of_tools(self, step: Step) -> bool:
        """Agents and people answer for what they say of it."""
        if isinstance(step.node, Agent | Approval | Input | Plan):
            return False
        if any(isinstance(each, Tool) for each in walk([step.node])):
            return True
        return any(self._is_of_tools(self.run.steps[inside(step.scope, need)]) for need in step.node.needs)

    async def _data(self, spoken: Sequence[Expression], more: Mapping[str, Any]) -> dict[str, Any]:
        """Only what is spoken of is read: it may be large."""
        found = [references(each) for each in spoken]
        firsts = {path[0] for each in found for path in each.paths if path}
        every = any(path == () for each in found for path in each.paths)
        data: dict[str, Any] = {"steps": await self._steps([each.steps for each in found])}
        if every or "input" in firsts:
            data["input"] = await self._read(self.run.input)
        if every or firsts & {"item", "index"}:
            data |= await self._item()
        if every or firsts & {"turn", "last"} - more.keys():
            data |= await self._turn()
        return {**data, **more}

    async def _steps(self, named: Sequence[frozenset[str] | None]) -> dict[str, Any]:
        outputs = self.outputs()
        wanted = None if None in named else frozenset[str]().union(*(names for names in named if names))
        return {name: await self._read(ref) for name, ref in outputs.items() if wanted is None or name in wanted}

    def outputs(self) -> dict[str, PayloadRef | None]:
        """What is done before this, by the ids of the nodes; of two with one id the nearest counts."""
        return {node: step.output for node, step in self._done().items()}

    def _done(self) -> dict[str, Step]:
        seen: set[str] = set()
        found: dict[str, Step] = {}
        looking = self.step
        for _, scope in self._around():
            steps = {self.run.steps[name].node.id: self.run.steps[name] for name in scope.steps}
            before = self._before(looking, steps) - seen
            found |= {node: steps[node] for node in before if steps[node].status in DONE}
            seen |= before
            looking = "" if scope.key == COMPENSATE else scope.owner
        return found

    def _before(self, name: str, steps: Mapping[str, Step]) -> frozenset[str]:
        """What a step needs of the list that it stands in; without one that is all of it."""
        there = {node: step.node for node, step in steps.items()}
        return scopes.before(self.run.steps[name].node, there) if name else frozenset(there)

    async def _item(self) -> dict[str, Any]:
        for _, scope in self._around():
            owner = self.run.steps.get(scope.owner)
            if owner and isinstance(owner.node, Map) and isinstance(owner.opening, Spread) and scope.key.isdecimal():
                index = int(scope.key)
                return {"item": (await self._read(owner.opening.items))[index], "index": index}
        return {}

    async def _turn(self) -> dict[str, Any]:
        for _, scope in self._around():
            owner = self.run.steps.get(scope.owner)
            if owner and isinstance(owner.node, Loop) and scope.key.isdecimal():
                turn = int(scope.key)
                last = self.run.result(scope_name(scope.owner, str(turn - 1))) if turn else None
                return {"turn": turn, "last": await self._read(last)}
        return {}

    def _around(self) -> Iterator[tuple[str, Scope]]:
        """The lists around a step, from the one that it stands in outwards."""
        name: str | None = self.scope
        while name is not None:
            scope = self.run.scopes[name]
            yield name, scope
            name = self.run.steps[scope.owner].scope if scope.owner else None

    async def _read(self, ref: PayloadRef | None) -> Any:
        return await self.texts.value(self.workspace_id, ref)


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with an expression is said to whoever wrote it."""
    try:
        yield
    except expressions.WrongExpression as error:
        raise StepError("expression_failed", str(error)) from None
    except expressions.Unevaluated as error:
        raise StepError(error.code, str(error)) from None
