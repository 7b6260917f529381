"""A run of nodes of every kind in a rough world: each law of a run is checked after each deed."""

from collections import Counter
from datetime import timedelta
from random import Random

import msgspec

from domain import run, run_commands
from domain import run_events as fact
from domain.kernel import Rejected, replace
from domain.nodes import Map
from domain.run_events import Events
from domain.run_state import DONE, OVER, Run, inside
from domain.run_values import ArmTaken, ForEvent, Fork, ForRun, ForTime, Planned, Spread, Turn
from tests.domain import runs
from tests.domain.honest_work import child_of, next_deed, open_steps
from tests.support.given import AT, CONTEXT

LIST = list[Events]
OPENINGS = (Fork(), ArmTaken("x"), ArmTaken("?"), Spread(runs.text("items"), 2), Turn(0), Turn(1), Planned(()))
AGAIN_AND_AGAIN = (run_commands.SignalRun,)
"""A second one of these is another fact: it is not the repetition of the first."""


class NodeWorld:
    """A run, everything that happened to it, and somebody who checks the laws after each deed."""

    def __init__(self, started: run_commands.StartRun, chance: Random) -> None:
        self.run: Run = run.decider.initial
        self.events: LIST = []
        self.chance = chance
        self.now = AT
        self.honesty = chance.uniform(0.2, 0.9)
        self.counts: Counter[tuple[str, str]] = Counter()
        self.send(started)

    def send(self, command: run_commands.Commands) -> LIST:
        """Do it as the executor does; nothing happens where it is refused."""
        try:
            decided = run.decide(command, self.run, replace(CONTEXT, at=self.now))
        except Rejected:
            return []
        stored = msgspec.json.decode(msgspec.json.encode(decided), type=LIST)
        assert stored == decided
        for event in stored:
            self._check(event)
            self.run = run.decider.evolve(self.run, event)
            self.events.append(event)
        if decided:
            self._check_state()
            if not isinstance(command, AGAIN_AND_AGAIN):
                assert not self.send(command), "a command twice equals once"
        return decided

    def stir(self) -> None:
        """Somebody tries something, mostly what should be done, and then mostly with the latest attempt."""
        self.now += timedelta(seconds=self.chance.expovariate(1 / 20))
        lively = open_steps(self.run)
        if lively and self.chance.random() < self.honesty:
            self.send(next_deed(self.run, self.chance.choice(lively), self.chance))
        elif self.chance.random() < 0.7:
            name = self.chance.choice(lively or list(self.run.steps))
            self.send(self._trouble(name))
        else:
            self.send(self._somebody(self.chance.choice(list(self.run.steps))))

    def _trouble(self, name: str) -> run_commands.Commands:
        """What may happen to a step that is under way."""
        step = self.run.steps[name]
        attempt = step.attempt if self.chance.random() < 0.9 else max(1, step.attempt - 1)
        call = self.chance.choice((1, 1, 2))
        deeds: tuple[run_commands.Commands, ...] = (
            *(runs.fail(name, attempt), runs.fail(name, attempt, retryable=False), runs.lose(name, attempt)),
            *(runs.begin_call(name, attempt, call), runs.record_call(name, attempt, call)),
            *(runs.begin(name, attempt, runs.OTHER_LEASE), runs.complete(name, attempt)),
            *(runs.open_step(name, self.chance.choice(OPENINGS), attempt), runs.pass_step(name, attempt)),
            *(runs.suspend(name, waits, attempt, 5.0) for waits in (ForTime(), ForEvent("paid"), None)),
            runs.suspend(name, ForRun(child_of(name, step)), attempt),
        )
        return self.chance.choice(deeds)

    def _somebody(self, name: str) -> run_commands.Commands:
        """What people, moments and other runs may do to it."""
        step = self.run.steps[name]
        deeds: tuple[run_commands.Commands, ...] = (
            *(runs.retry(name), runs.skip(name), runs.skip(name, "by hand"), runs.signal("paid")),
            *(runs.decide(name), runs.decide(name, "reject"), runs.decide(name, "edit", output="x"), runs.give(name)),
            *(run_commands.WakeRun(), run_commands.PauseRun(), run_commands.ResumeRun(), run_commands.ResumeRun()),
            *(runs.end_child(name, child_of(name, step), how) for how in ("completed", "failed", "cancelled")),
        )
        return self.chance.choice(deeds) if self.chance.random() < 0.99 else runs.cancel()

    def finish(self) -> None:
        """From now on all do what they should, and a person resumes what is paused and retries what has failed."""
        self.send(run_commands.ResumeRun())
        for _ in range(100_000):
            if self.run.status == "running":
                self._go_on(open_steps(self.run)[0])
            elif self.run.status == "failed" and self.run.failed_step and not self.run.undoing:
                failed = [name for name, step in self.run.steps.items() if step.status == "failed"]
                assert any(self.send(runs.retry(name)) for name in failed), "a failed run can be retried"
            else:
                return
        raise AssertionError("a run ends once trouble stops")

    def _go_on(self, name: str) -> None:
        step = self.run.steps[name]
        if step.status == "suspended" and isinstance(step.waits, ForTime):
            self.now += timedelta(seconds=100)
        assert self.send(next_deed(self.run, name, self.chance)), f"honest work gets {name} on"

    def _check(self, event: Events) -> None:
        """The laws about what may follow what."""
        match event:
            case fact.StepScheduled(step, attempt):
                assert attempt == self.run.steps[step].attempt + 1, "attempts are numbered without a gap"
                self._check_begins(step)
            case fact.StepBegun(step, attempt):
                self._once("begun", f"{step} {attempt}")
            case fact.StepOpened(step):
                self._check_needs(step)
            case fact.ScopeBegun(step, key):
                self._once("scope", f"{step}.{key}")
            case fact.StepCompleted(step):
                self._once("completed", step)
            case fact.Completed() | fact.Cancelled():
                self._once("over", "")
            case _:
                pass

    def _once(self, what: str, of: str) -> None:
        self.counts[what, of] += 1
        assert self.counts[what, of] == 1, f"{of} is {what} once"

    def _check_begins(self, name: str) -> None:
        assert self.run.status == "running", "nothing begins but in a run that goes on"
        assert self.run.undoing or self.run.counts(self.run.steps[name].scope), "nothing is done that does not matter"
        self._check_needs(name)

    def _check_needs(self, name: str) -> None:
        step = self.run.steps[name]
        needs = [self.run.steps[inside(step.scope, need)].status for need in step.node.needs]
        assert set(needs) <= DONE, "a step begins once the steps that it needs are done"

    def _check_state(self) -> None:
        """The laws about what may be at one time."""
        states = {step.status for step in self.run.steps.values()}
        if self.run.status == "running":
            assert states & {"scheduled", "running", "suspended"}, "a running run goes on"
        else:
            assert "scheduled" not in states, "nothing is due in a run that does not go on"
        if self.run.status in ("completed", "cancelled"):
            assert states <= OVER, "nothing goes on in a run that is over"
        for step in self.run.steps.values():
            if isinstance(step.node, Map) and not step.fell_back:
                assert step.begun - step.ended <= max(1, step.node.limit), "so many items at a time"
            begun = {call.attempt for call in step.calls if call.status == "begun"}
            assert begun <= {step.attempt}, "only the latest attempt has calls under way"
            assert not begun or step.status == "running", "no call is left open behind a step"
