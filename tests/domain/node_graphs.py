"""Graphs of nodes that chance makes: of every kind, inside each other, with every policy for failure."""

from random import Random

from domain.kernel import replace
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

DEEPEST = 4
ODD = (-5.0, 1e300, -1e300, 1e-300)
POLICIES: tuple[OnFailure, ...] = ("fail", "fail", "skip", "fall_back", "compensate")
FLAT, DEEP = (
    ("agent", "agent", "transform", "approval", "input", "wait", "workflow"),
    (*("parallel", "parallel", "map", "map", "branch", "loop", "loop", "plan"),),
)


class Maker:
    """Makes lists of at most so many nodes in all; a random life needs few, so that it gets somewhere."""

    def __init__(self, chance: Random, most: int) -> None:
        self.chance, self.left = chance, most

    def nodes(self, depth: int = 1, most: int = 6) -> tuple[AnyNode, ...]:
        """A list of at least one node, each of which may need some of those before it."""
        made: list[AnyNode] = []
        density = self.chance.random()
        for number in range(self.chance.randint(1, most)):
            if made and self.left <= 0:
                break
            needs = tuple(node.id for node in made if self.chance.random() < density)
            made.append(self._node(f"n{number}", needs, depth))
        self.chance.shuffle(made)
        return tuple(made)

    def _node(self, name: str, needs: tuple[str, ...], depth: int) -> AnyNode:
        self.left -= 1
        kinds = FLAT if depth >= DEEPEST or self.left <= 0 else (*FLAT, *DEEP)
        made: AnyNode = getattr(self, f"_{self.chance.choice(kinds)}")(name, depth)
        policy = self.chance.choice(POLICIES) if self.chance.random() < 0.5 else "fail"
        return replace(
            made,
            needs=needs,
            on_failure=policy,
            when="input" if self.chance.random() < 0.1 else "",
            retry=Retry(self.chance.randint(0, 3), self._seconds(), self._seconds()),
            fall_back=self._rarely(depth, 1.0 if policy == "fall_back" else 0.0),
            compensate=self._rarely(depth, 0.15),
        )

    def _seconds(self) -> float:
        """Mostly a time that makes sense: nodes are read without limits."""
        return self.chance.choice(ODD) if self.chance.random() < 0.1 else self.chance.choice((0.0, 1.0, 60.0))

    def _rarely(self, depth: int, share: float) -> tuple[AnyNode, ...]:
        wanted = depth < DEEPEST and self.left > 0 and self.chance.random() < share
        return self.nodes(depth + 1, 2) if wanted else ()

    def _agent(self, name: str, _: int) -> Agent:
        return Agent(id=name, agent="reader", prompt="Read.")

    def _transform(self, name: str, _: int) -> Transform:
        return Transform(id=name, expression="input")

    def _approval(self, name: str, _: int) -> Approval:
        return Approval(
            id=name,
            question="Well?",
            timeout_seconds=self.chance.choice((None, 500.0)),
            escalate_after_seconds=self.chance.choice((None, 100.0, *ODD)),
        )

    def _input(self, name: str, _: int) -> Input:
        return Input(id=name, question="Which?", timeout_seconds=self.chance.choice((None, 500.0)))

    def _wait(self, name: str, _: int) -> Wait:
        return Wait(id=name, event="paid") if self.chance.random() < 0.5 else Wait(id=name, seconds=50.0)

    def _workflow(self, name: str, _: int) -> SubWorkflow:
        return SubWorkflow(id=name, workflow="other")

    def _parallel(self, name: str, depth: int) -> Parallel:
        return Parallel(id=name, nodes=self.nodes(depth + 1, 4), yields=self.chance.choice(("all", "last")))

    def _map(self, name: str, depth: int) -> Map:
        return Map(id=name, over="input", nodes=self.nodes(depth + 1, 3), limit=self.chance.randint(-1, 3))

    def _branch(self, name: str, depth: int) -> Branch:
        arms = tuple(Arm(each, "input", self.nodes(depth + 1, 2)) for each in ("x", "y")[: self.chance.randint(1, 2)])
        return Branch(id=name, arms=arms, otherwise=self._rarely(depth, 0.5))

    def _loop(self, name: str, depth: int) -> Loop:
        most = self.chance.choice((0, 1, 2, 3))
        return Loop(id=name, nodes=self.nodes(depth + 1, 3), until=self.chance.choice(("", "last")), most=most)

    def _plan(self, name: str, _: int) -> Plan:
        return Plan(id=name, agent="reader", prompt="Plan.", team=("reader",))
