"""Runs of nodes within nodes to which chance does what workers, people, moments and events can do."""

from datetime import timedelta
from random import Random
from uuid import UUID

from domain import run
from domain import run_commands as wish
from domain import run_values as value
from domain.kernel import Event, PayloadRef, Rejected, replace
from domain.nodes import (
    Agent,
    AnyNode,
    Approval,
    Arm,
    Branch,
    Input,
    Loop,
    Map,
    OnFailure,
    Parallel,
    Plan,
    Retry,
    SubWorkflow,
    Transform,
    Wait,
)
from domain.run_state import Run
from tests.support.given import AT, CONTEXT

WORKFLOW, LEASE, CHILD = UUID(int=10), UUID(int=11), UUID(int=12)
POLICIES: tuple[OnFailure, ...] = ("fail", "fail", "skip", "compensate", "fall_back")
TEAM = {"reader": value.Member(UUID(int=20), 1, "Reader", "Researcher", "offline/extract")}


def text(name: str) -> PayloadRef:
    return PayloadRef(sha256=name, size=len(name))


def grown(chance: Random, *, depth: int = 0) -> tuple[AnyNode, ...]:
    """One to three nodes, each of which may need those before it."""
    names = "abc"[: chance.randint(1, 3)]
    return tuple(
        replace(
            _node(chance, name, depth),
            needs=tuple(need for need in names[:index] if chance.random() < 0.5),
            when="input" if chance.random() < 0.2 else "",
            retry=Retry(attempts=chance.randint(1, 2)),
            on_failure=chance.choice(POLICIES),
            fall_back=_some(chance, depth),
            compensate=_some(chance, depth),
        )
        for index, name in enumerate(names)
    )


def _some(chance: Random, depth: int) -> tuple[AnyNode, ...]:
    return grown(chance, depth=depth + 2) if depth < 2 and chance.random() < 0.3 else ()


def _node(chance: Random, name: str, depth: int) -> AnyNode:
    leaves: tuple[AnyNode, ...] = (
        Agent(id=name, agent="reader", prompt="Read."),
        Transform(id=name, expression="input"),
        Approval(id=name, question="Well?"),
        Input(id=name, question="What?"),
        Wait(id=name, event="bell"),
        Wait(id=name, seconds=5),
        SubWorkflow(id=name, workflow="other"),
    )
    if depth > 2 or chance.random() < 0.4:
        return chance.choice(leaves)
    inner, other = grown(chance, depth=depth + 1), grown(chance, depth=depth + 1)
    return chance.choice(
        (
            Parallel(id=name, nodes=inner),
            Map(id=name, over="input", nodes=inner, limit=2),
            Loop(id=name, nodes=inner, most=2),
            Loop(id=name, nodes=inner, until="last", most=3),
            Branch(id=name, arms=(Arm("then", "input", inner),), otherwise=other),
            Plan(id=name, agent="reader", prompt="Plan.", team=("reader",)),
        )
    )


class RoughRun:
    """A run with the events of all that chance has done to it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.state: Run = run.decider.initial
        self.events: list[Event] = []
        self.send(wish.StartRun("Brief", WORKFLOW, 1, "Research brief", grown(chance), TEAM, text("input")))

    def send(self, command: wish.Commands) -> None:
        context = replace(CONTEXT, at=AT + timedelta(seconds=len(self.events)))
        try:
            decided = run.decider.decide(command, self.state, context)
        except Rejected:
            return
        self.events += decided
        self.state = run.decider.fold(decided, self.state)

    def stir(self) -> None:
        """Somebody tries something with the run, or more often with a step that is not over."""
        chance = self.chance
        if chance.random() < 0.08:
            self.send(chance.choice((wish.PauseRun(), wish.ResumeRun(), wish.WakeRun())))
        elif chance.random() < 0.001:
            self.send(wish.CancelRun())
        else:
            lively = [name for name, step in self.state.steps.items() if step.status in LIVELY]
            name = chance.choice(lively or list(self.state.steps))
            self.send(self._deed(name))

    def _deed(self, name: str) -> wish.Commands:
        chance, step = self.chance, self.state.steps[name]
        anything: list[wish.Commands] = [wish.SkipStep(name)] if chance.random() < 0.03 else []
        match step.status:
            case "scheduled":
                return chance.choice([*anything, wish.BeginStep(name, step.attempt, LEASE)])
            case "running":
                return chance.choice([*anything, *self._ends(name)])
            case "suspended":
                return chance.choice([*anything, *self._answers(name)])
            case _:
                return chance.choice([*anything, wish.RetryStep(name)])

    def _ends(self, name: str) -> list[wish.Commands]:
        step = self.state.steps[name]
        attempt = step.attempt
        good: wish.Commands = wish.CompleteStep(name, attempt, text(name))
        match step.node:
            case Parallel() if step.begun == 0:
                good = wish.OpenStep(name, attempt, value.Fork())
            case Map() if step.begun == 0:
                good = wish.OpenStep(name, attempt, value.Spread(text("items"), 3))
            case Loop() if step.begun < 2:
                good = wish.OpenStep(name, attempt, value.Turn(step.begun))
            case Branch():
                good = wish.OpenStep(name, attempt, value.ArmTaken(self.chance.choice(("then", "otherwise"))))
            case Plan():
                good = wish.OpenStep(name, attempt, value.Planned(grown(self.chance, depth=2)))
            case Approval():
                good = wish.SuspendStep(name, attempt, value.ForApproval(text("subject")), 60)
            case Input():
                good = wish.SuspendStep(name, attempt, value.ForInput())
            case Wait(event="bell"):
                good = wish.SuspendStep(name, attempt, value.ForEvent("bell"))
            case Wait():
                good = wish.SuspendStep(name, attempt, value.ForTime(), 5)
            case SubWorkflow():
                good = wish.SuspendStep(name, attempt, value.ForRun(CHILD))
            case _:
                pass
        bad = wish.FailStep(name, attempt, "model_timeout", "no answer", self.chance.random() < 0.7, "unknown")
        return [good, good, good, good, good, bad, wish.LoseStep(name, attempt), wish.PassStep(name, attempt)]

    def _answers(self, name: str) -> list[wish.Commands]:
        status = self.chance.choice(("completed", "failed"))
        return [
            wish.DecideApproval(name, "approve", "admin"),
            wish.DecideApproval(name, "reject", "admin"),
            wish.GiveInput(name, text("answer"), "admin"),
            wish.SignalRun("bell", text("ringing")),
            wish.WakeRun(),
            wish.EndChild(name, CHILD, "failed" if status == "failed" else "completed", text("child"), micro_usd=5),
        ]


LIVELY = ("scheduled", "running", "suspended", "failed")
