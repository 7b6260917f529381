"""An agent at work in a rough world: its workers die or end late, people come and go, and each law is checked."""

from collections import Counter
from random import Random
from typing import TypeAlias, cast
from uuid import UUID

from domain import run_commands
from domain import run_events as fact
from domain import run_tool_events as tool
from domain.kernel import Record, replace
from domain.run_commands import EndChild, PauseRun, ResumeRun
from domain.run_events import Events
from domain.run_state import Step, ToolUse
from domain.run_tool_commands import BeginTool, EndTool
from domain.run_values import Effect, ForAnswer, ForRun
from domain.run_wait_events import StepSuspended
from tests.domain import runs
from tests.domain.acting import compact
from tests.domain.run_world import World

STEP = "a"
CHILD = UUID(int=77)
Place: TypeAlias = tuple[int, int]
"""A call of the model, and which of the tools that it asked for."""


class Wanted(Record):
    """A tool that the model asks for; one that is `handed` over is waited for."""

    effect: Effect
    repeatable: bool
    handed: bool = False


KINDS = (
    Wanted("read", True),
    Wanted("write", False),
    Wanted("external", True),
    Wanted("money", False),
    Wanted("read", True, True),
)
DEEDS = {
    "waiting": ("retry", "end late", "resume", "answer late"),
    "scheduled": ("begin", "begin", "begin", "end late", "lose"),
    "running": (
        *("call", "call", "answer", "answer", "answer", "begin tool", "begin tool", "begin tool"),
        *("end tool", "end tool", "end tool", "end late", "answer late", "hand over", "hand over"),
        *("lose", "fail", "compact", "complete", "steal"),
    ),
    "suspended": ("give", "give", "end child", "end child", "end late", "lose", "begin"),
    "completed": ("end late", "answer late", "begin tool", "complete"),
    "failed": ("retry", "retry", "end late", "answer late"),
    "cancelled": ("end late", "answer late", "begin"),
}
"""What somebody may try in each state of the step, the likelier things more than once."""


class AgentWorld(World):
    """A run of one agent, whose model asks for what `plan` says: so many tools in each of its turns."""

    def __init__(self, plan: tuple[tuple[Wanted, ...], ...], chance: Random) -> None:
        self.plan = plan
        self.chance = chance
        self.done: Counter[Place] = Counter()
        super().__init__(runs.start(STEP))

    @property
    def step(self) -> Step:
        return self.run.steps[STEP]

    def send(self, command: run_commands.Commands) -> list[Events]:
        """What a tool does it does once it has begun, and nobody knows whether before its worker died."""
        decided = super().send(command)
        for event in decided:
            if isinstance(event, tool.ToolBegun) and self.chance.random() < 0.8:
                self.done[event.call, event.index] += 1
        return decided

    def live(self) -> None:
        """Somebody tries something, now and then with an attempt that is over."""
        attempt = self.step.attempt if self.chance.random() < 0.9 else max(1, self.step.attempt - 1)
        roll = self.chance.random()
        deed = "cancel" if roll < 0.002 else "pause" if roll < 0.01 else "resume" if roll < 0.03 else ""
        for each in self._commands(deed or self.chance.choice(DEEDS[self.step.status]), attempt):
            self.send(each)

    def finish(self) -> None:
        """From now on every worker lives, everybody answers, and a person retries what has failed."""
        for _ in range(8 * (1 + sum(1 + len(turn) for turn in self.plan))):
            if self.run.status == "failed":
                self.send(runs.retry(STEP))
            elif self.run.status == "paused":
                self.send(ResumeRun())
            elif self.run.status == "running":
                got_on = [self.send(each) for each in self._honest_work()]
                assert any(got_on), "an honest worker gets on"

    def _honest_work(self) -> list[run_commands.Commands]:
        step = self.step
        if step.status == "scheduled":
            return [runs.begin(STEP, step.attempt)]
        if step.status == "suspended":
            return [runs.give(STEP) if isinstance(step.waits, ForAnswer) else _child_ended(step)]
        for call, turn in enumerate(self.plan):
            if not step.recorded(call):
                if made := step.find(call, step.attempt):
                    return self.answer(call, made.attempt)
                return [runs.begin_call(STEP, step.attempt, call)]
            for index, wanted in enumerate(turn):
                used = step.used(call, index)
                if used is None or used.status == "begun" or (used.status == "in_doubt" and used.repeatable):
                    begin = self._begin(call, index, step.attempt)
                    after = self._wait(call, index) if wanted.handed else _end(call, index, step.attempt)
                    return [begin, after]
        return [runs.complete(STEP, step.attempt)]

    def _commands(self, deed: str, attempt: int) -> list[run_commands.Commands]:
        call, index = self._place()
        used = self._used()
        plain: dict[str, run_commands.Commands] = {
            "begin": runs.begin(STEP, attempt),
            "steal": runs.begin(STEP, attempt, runs.OTHER_LEASE),
            "call": runs.begin_call(STEP, attempt, self._next()),
            "begin tool": self._begin(call, index, attempt),
            "end tool": _end(call, index, attempt),
            "end late": _end(used.call, used.index, used.attempt) if used else _end(call, index, attempt),
            "answer late": runs.record_call(STEP, attempt, call),
            "give": runs.give(STEP),
            "end child": _child_ended(self.step),
            "compact": compact(STEP, attempt),
            "complete": runs.complete(STEP, attempt),
            "fail": runs.fail(STEP, attempt, retryable=self.chance.random() < 0.8),
            "lose": runs.lose(STEP, attempt),
            "retry": runs.retry(STEP),
            "pause": PauseRun(),
            "resume": ResumeRun(),
            "cancel": runs.cancel(),
        }
        if deed == "answer":
            return self.answer(self._next(), attempt)
        if deed == "hand over":
            return [self._begin(call, index, attempt), replace(self._wait(call, index), attempt=attempt)]
        return [plain[deed]]

    def _next(self) -> int:
        """The first call that has no answer yet; after the last, that one."""
        return next((call for call in range(len(self.plan)) if not self.step.recorded(call)), len(self.plan) - 1)

    def _place(self) -> Place:
        call = self.chance.randrange(self._next() + 1)
        return call, self.chance.randrange(max(1, len(self.plan[call])))

    def _used(self) -> ToolUse | None:
        return self.chance.choice(self.step.tools) if self.step.tools else None

    def answer(self, call: int, attempt: int) -> list[run_commands.Commands]:
        """The tools that an answer asks for begin with it."""
        begun = [self._begin(call, index, attempt) for index, each in enumerate(self.plan[call]) if not each.handed]
        return [runs.record_call(STEP, attempt, call), *begun]

    def _begin(self, call: int, index: int, attempt: int) -> BeginTool:
        turn = self.plan[call]
        wanted = turn[index] if index < len(turn) else KINDS[0]
        arguments = runs.text("arguments")
        return BeginTool(STEP, attempt, call, index, "tool", arguments, wanted.effect, wanted.repeatable)

    def _wait(self, call: int, index: int) -> run_commands.SuspendStep:
        asks_person = (call + index) % 2 == 0
        waits = ForAnswer(runs.text("question"), call, index) if asks_person else ForRun(CHILD, None, call, index)
        return runs.suspend(STEP, waits, self.step.attempt)

    def _check(self, event: Events) -> None:
        super()._check(event)
        match event:
            case tool.ToolBegun(call=call, index=index, repeatable=repeatable):
                earlier = self._uses(tool.ToolBegun, call, index)
                assert repeatable or not earlier, "what is not repeatable is begun once"
                used = self.step.used(call, index)
                assert used is None or used.status == "in_doubt", "what is begun again is in doubt"
                assert self.step.status == "running", "only who is at work begins anything"
            case tool.ToolEnded(call=call, index=index):
                assert not self._uses(tool.ToolEnded, call, index), "a tool ends once on the record"
                assert self._uses(tool.ToolBegun, call, index), "what ends was begun"
            case tool.ToolInDoubt(call=call, index=index):
                used = self.step.used(call, index)
                assert used is not None, "what is in doubt was begun"
                assert used.status == "begun", "what is in doubt was under way"
            case _:
                pass

    def _uses(self, kind: type[tool.ToolBegun | tool.ToolEnded], call: int, index: int) -> list[Events]:
        found = (past for past in self.events if isinstance(past, kind))
        return [cast("Events", past) for past in found if (past.call, past.index) == (call, index)]

    def _check_state(self) -> None:
        step, waits = self.step, self.step.waits
        open_calls = [made for made in step.calls if made.status == "begun"]
        assert not open_calls or step.status == "running", "no call is left open behind a step"
        under_way = {(used.call, used.index) for used in step.tools if used.status == "begun"}
        if isinstance(waits, ForAnswer | ForRun):
            assert under_way <= {(waits.call, waits.index)}, "only what is waited for is under way"
        elif step.status != "running":
            assert not under_way, "no tool is left open behind a step"
        for used in step.tools:
            assert used.repeatable or self.done[used.call, used.index] <= 1, "an effect comes once"
        if self.run.status == "running":
            assert step.status in ("scheduled", "running", "suspended"), "a running run goes on"


def _end(call: int, index: int, attempt: int) -> EndTool:
    return EndTool(STEP, attempt, call, index, runs.text("given"), duration_ms=7)


def _child_ended(step: Step) -> EndChild:
    waits = step.waits
    return EndChild(STEP, waits.run_id if isinstance(waits, ForRun) else CHILD, "completed", runs.text("said"))


def waited(events: list[Events]) -> int:
    """How often the agent has waited for somebody."""
    return sum(isinstance(event, StepSuspended) for event in events)


def lost(events: list[Events]) -> int:
    return sum(isinstance(event, fact.StepLost) for event in events)
