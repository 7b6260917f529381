"""A run in a rough world: workers, providers and people do as they like, and each law of a run is checked."""

from datetime import timedelta
from random import Random
from typing import TypeAlias, TypeVar

from domain import run, run_commands
from domain import run_events as fact
from domain.kernel import Rejected, replace
from domain.run_events import Events
from domain.run_state import Run, Step
from domain.run_values import StopReason
from tests.domain import runs
from tests.support.given import AT, CONTEXT

DEEDS = {
    "waiting": ("begin", "record", "complete", "retry"),
    "scheduled": ("begin", "begin", "begin", "lose", "retry", "call"),
    "running": (
        *("call", "call", "record", "record", "complete", "complete"),
        *("steal", "fail", "fail for good", "be refused", "lose"),
    ),
    "completed": ("complete", "record", "begin", "retry"),
    "failed": ("retry", "retry", "record", "fail", "begin"),
    "cancelled": ("record", "begin", "complete", "lose", "retry"),
}
"""What somebody may try with a step in each state, the likelier things more than once."""

STOPS: tuple[StopReason, ...] = ("end", "length", "refusal")
PATIENCE = (None, 30.0, 1e300, float("inf"), float("nan"), -5.0)

StepEvent: TypeAlias = fact.StepScheduled | fact.StepBegun | fact.StepCompleted | fact.CallBegun | fact.CallRecorded
OneKind = TypeVar("OneKind", bound=StepEvent)


class World:
    """A run, everything that happened to it, and somebody who checks the laws after each deed."""

    def __init__(self, started: run_commands.StartRun) -> None:
        self.run: Run = run.decider.initial
        self.events: list[Events] = []
        self.needs = {node.id: node.needs for node in started.nodes}
        self.send(started)

    def send(self, command: run_commands.Commands) -> list[Events]:
        """Do it as the executor does; nothing happens where it is refused."""
        context = replace(CONTEXT, at=AT + timedelta(seconds=len(self.events)))
        try:
            decided = run.decide(command, self.run, context)
        except Rejected:
            return []
        for event in decided:
            self._check(event)
            self.run = run.decider.evolve(self.run, event)
            self.events.append(event)
        if decided:
            self._check_state()
            assert not self.send(command), "a command twice equals once"
        return decided

    def stir(self, chance: Random) -> None:
        """Somebody tries something, mostly where work is under way and mostly with the latest attempt."""
        idle = ("waiting", "completed")
        lively = [name for name, step in self.run.steps.items() if step.status not in idle]
        name = chance.choice(lively if lively and chance.random() < 0.9 else list(self.run.steps))
        step = self.run.steps[name]
        attempt = step.attempt if chance.random() < 0.9 else max(1, step.attempt - 1)
        deed = chance.choice(DEEDS[step.status]) if chance.random() < 0.997 else "cancel"
        self.send(_command(deed, name, attempt, chance))

    def finish(self) -> None:
        """From now on every worker lives, every provider answers, and a person retries what has failed."""
        if self.run.status == "failed":
            failed = next(name for name, step in self.run.steps.items() if step.status == "failed")
            assert self.send(runs.retry(failed)), "a failed run can be retried"
        for _ in range(4 * len(self.run.steps)):
            under_way = [
                (name, step) for name, step in self.run.steps.items() if step.status in ("scheduled", "running")
            ]
            if self.run.status == "running":
                assert self.send(_honest_work(*under_way[0])), "an honest worker gets on"

    def _past(self, kind: type[OneKind], step: str) -> list[OneKind]:
        return [past for past in self.events if isinstance(past, kind) and past.step == step]

    def _check(self, event: Events) -> None:
        """The laws about what may follow what."""
        match event:
            case fact.StepScheduled(step, attempt):
                earlier = self._past(fact.StepScheduled, step)
                assert attempt == len(earlier) + 1, "attempts are numbered without a gap"
                done = all(self._past(fact.StepCompleted, need) for need in self.needs[step])
                assert done, "a step is scheduled once the steps it needs are completed"
            case fact.StepBegun(step, attempt):
                begun = [past.attempt for past in self._past(fact.StepBegun, step)]
                assert attempt not in begun, "an attempt begins once"
            case fact.StepCompleted(step):
                assert not self._past(fact.StepCompleted, step), "a step completes once"
            case fact.CallBegun(step, _, call):
                recorded = [past for past in self._past(fact.CallRecorded, step) if past.call == call]
                declined = all(past.stop_reason == "refusal" for past in recorded)
                assert declined, "an answered call is never begun again"
            case fact.CallRecorded(step, attempt, call):
                kept = [(past.attempt, past.call) for past in self._past(fact.CallRecorded, step)]
                assert (attempt, call) not in kept, "a call is recorded once"
            case _:
                pass

    def _check_state(self) -> None:
        """The laws about what may be at one time."""
        states = {step.status for step in self.run.steps.values()}
        if self.run.status == "running":
            assert states & {"scheduled", "running"}, "a running run goes on"
            assert "failed" not in states, "a run goes on only without failed steps"
        else:
            assert "scheduled" not in states, "nothing is due in a run that has ended"
        if self.run.status in ("completed", "cancelled"):
            assert not states & {"waiting", "running"}, "nothing goes on in a run that is over"
        for step in self.run.steps.values():
            begun = {call.attempt for call in step.calls if call.status == "begun"}
            assert begun <= {step.attempt}, "only the latest attempt has calls under way"
            assert not begun or step.status == "running", "no call is left open behind a step"


def _honest_work(name: str, step: Step) -> run_commands.Commands:
    if step.status == "scheduled":
        return runs.begin(name, step.attempt)
    made = step.find(1, step.attempt)
    if step.recorded(1) or (made and made.status == "recorded"):
        return runs.complete(name, step.attempt)
    return runs.record_call(name, step.attempt) if made else runs.begin_call(name, step.attempt)


def _command(deed: str, name: str, attempt: int, chance: Random) -> run_commands.Commands:
    call = chance.choice((1, 1, 2))
    commands: dict[str, run_commands.Commands] = {
        "begin": runs.begin(name, attempt),
        "steal": runs.begin(name, attempt, runs.OTHER_LEASE),
        "call": runs.begin_call(name, attempt, call),
        "record": runs.record_call(name, attempt, call, stop=chance.choice(STOPS)),
        "complete": runs.complete(name, attempt),
        "fail": runs.fail(name, attempt, retry_after=chance.choice(PATIENCE)),
        "fail for good": runs.fail(name, attempt, retryable=False),
        "be refused": runs.fail(name, attempt, billed="no"),
        "lose": runs.lose(name, attempt),
        "retry": runs.retry(name),
        "cancel": runs.cancel(),
    }
    return commands[deed]
