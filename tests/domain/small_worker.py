"""A worker in memory: it does what a run asks for, one step after the other, and has each value at hand."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec

from application.workflows import expressions, interpolation
from domain import run, run_commands
from domain.kernel import PayloadRef
from domain.nodes import Agent, AnyNode, Branch, Loop, Map, Parallel, Transform
from domain.run_events import Events
from domain.run_state import DONE, Run, Scope, Step, scope_name
from domain.run_values import ArmTaken, Fork, Opening, Spread, Turn
from tests.domain import runs
from tests.support.given import CONTEXT

Answers: TypeAlias = Callable[[str, str], Any]
"""What an agent of this name answers to a prompt."""

LEASE = runs.LEASE


class SmallWorker:
    """A run of these nodes on an input, and the agents that take part."""

    def __init__(self, *nodes: AnyNode, answers: Answers, given: Any = None) -> None:
        self.run: Run = run.decider.initial
        self.events: list[Events] = []
        self.asked: list[tuple[str, str]] = []
        self._answers, self._values = answers, dict[str, Any]()
        start = run_commands.StartRun("Talk", runs.WORKFLOW, 1, "Talk", nodes, runs.TEAM, self._kept(given))
        self.send(start)

    def send(self, command: run_commands.Commands) -> None:
        for event in run.decide(command, self.run, CONTEXT):
            self.run = run.decider.evolve(self.run, event)
            self.events.append(event)

    def finished(self) -> Any:
        """What the run comes to, once nothing is left to do."""
        while due := [name for name, step in self.run.steps.items() if step.status == "scheduled"]:
            self._do(due[0], self.run.steps[due[0]])
        assert self.run.status == "completed", (self.run.failed_step, self.run.code, self.run.detail)
        assert run.decider.fold(self.events) == self.run
        return self.read(self.run.output)

    def read(self, ref: PayloadRef | None) -> Any:
        return None if ref is None else self._values[ref.sha256]

    def _kept(self, value: Any) -> PayloadRef:
        text = msgspec.json.encode(value)
        digest = hashlib.sha256(text).hexdigest()
        self._values[digest] = value
        return PayloadRef(digest, len(text), "application/json")

    def _do(self, name: str, step: Step) -> None:
        self.send(run_commands.BeginStep(name, step.attempt, LEASE))
        if step.node.when and not expressions.holds(self._value(step.node.when, step)):
            self.send(run_commands.PassStep(name, step.attempt))
            return
        done = self._done(name, step)
        if isinstance(done, Opening):
            self.send(run_commands.OpenStep(name, step.attempt, done))
        elif isinstance(done, _Nothing):
            self.send(run_commands.PassStep(name, step.attempt))
        else:
            self.send(run_commands.CompleteStep(name, step.attempt, self._kept(done)))

    def _done(self, name: str, step: Step) -> Any:
        """The output of a step, or how it opens."""
        match step.node:
            case Agent(agent=agent, prompt=prompt):
                text = asyncio.run(interpolation.rendered(interpolation.template(prompt), self._data(step)))
                self.asked.append((agent, text))
                return self._answers(agent, text)
            case Transform(expression=expression):
                return self._value(expression, step)
            case Parallel():
                return self._gathered(name, step)
            case Branch(arms=arms, otherwise=otherwise):
                way = next((arm.id for arm in arms if expressions.holds(self._value(arm.when, step))), "otherwise")
                return ArmTaken(way) if way != "otherwise" or otherwise else _Nothing()
            case Map(over=over):
                return self._each(name, step, over)
            case Loop() as loop:
                return self._turned(name, step, loop)
            case _:
                raise AssertionError(f"no pattern is made of {step.node.id!r}")

    def _gathered(self, name: str, step: Step) -> Any:
        if step.opening is None:
            return Fork()
        inside = [self.run.steps[each] for each in self.run.scopes[name].steps]
        return {each.node.id: self.read(each.output) for each in inside}

    def _each(self, name: str, step: Step, over: str) -> Any:
        if isinstance(step.opening, Spread):
            return [self.read(self.run.result(f"{name}.{index}")) for index in range(step.opening.count)]
        items = self._value(over, step)
        return Spread(self._kept(items), len(items)) if items else []

    def _turned(self, name: str, step: Step, loop: Loop) -> Any:
        if not isinstance(step.opening, Turn):
            return Turn(0)
        turn = step.opening.number
        inside = scope_name(name, str(turn))
        last = self.read(self.run.result(inside))
        outputs = self._outputs([self.run.scopes[inside], *self._around(step.scope)])
        data = {**self._data(step), "steps": outputs, "turn": turn, "last": last}
        over = turn + 1 == loop.most or expressions.holds(self._evaluated(loop.until, data))
        return last if over else Turn(turn + 1)

    def _value(self, expression: str, step: Step) -> Any:
        return self._evaluated(expression, self._data(step))

    def _evaluated(self, expression: str, data: dict[str, Any]) -> Any:
        return expressions.evaluate(expressions.compiled(expression), data)

    def _data(self, step: Step) -> dict[str, Any]:
        around = list(self._around(step.scope))
        data: dict[str, Any] = {"input": self.read(self.run.input), "steps": self._outputs(around)}
        for scope in reversed(around):
            owner = self.run.steps.get(scope.owner)
            if owner and isinstance(owner.opening, Spread):
                data |= {"item": self.read(owner.opening.items)[int(scope.key)], "index": int(scope.key)}
            if owner and isinstance(owner.node, Loop):
                turn = int(scope.key)
                last = self.run.result(f"{scope.owner}.{turn - 1}") if turn else None
                data |= {"turn": turn, "last": self.read(last)}
        return data

    def _outputs(self, around: list[Scope]) -> dict[str, Any]:
        seen = [self.run.steps[name] for scope in reversed(around) for name in scope.steps]
        return {step.node.id: self.read(step.output) for step in seen if step.status in DONE}

    def _around(self, name: str) -> Iterator[Scope]:
        scope = self.run.scopes[name]
        yield scope
        if scope.owner:
            yield from self._around(self.run.steps[scope.owner].scope)


class _Nothing:
    """No way of a branch is taken."""
