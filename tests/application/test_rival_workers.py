"""Two workers, each of which takes the other for lost now and then, and a log that is away now and then.

Whatever comes of it, no model is asked off the record, and what has effects is done once or is in doubt.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.errors import Unavailable
from application.models.card import ModelCard
from application.models.request import ModelRequest
from application.models.stream import Delta
from application.orchestration import patience
from application.orchestration.performing.handing import ask_person
from application.orchestration.start_agent import AgentRequest
from application.orchestration.steps import StepWorker
from application.orchestration.tools import Tool, ToolCall
from domain import agent, run_commands, run_events
from domain.kernel import Rejected
from domain.run_commands import LoseStep, PauseRun, ResumeRun
from domain.run_state import Run
from tests.application.test_acting import ANY, STEP, Talker, anything, says, wants
from tests.application.world import ADA, WORKSPACE, World
from tests.support.fakes import FakeProviders

PLAN = (
    wants(("look-up", "{}")),
    wants(("pay", '{"usd": 1}'), ("look-up", "{}")),
    wants(("ask-person", '{"question": "Both?"}'), ("send", "{}"), ("pay", '{"usd": 2}')),
    wants(("pay", '{"usd": 3}'), ("pay", '{"usd": 4}')),
    says("Done."),
)
MOST_LOSSES = 8
"""More would have the step given up."""


async def turns(chance: Random, most: int) -> None:
    """Others go on meanwhile."""
    for _ in range(chance.randrange(most)):
        await asyncio.sleep(0)


class Planned(Talker):
    """Says what comes next in the plan, by what it has said before."""

    def __init__(self, chance: Random) -> None:
        super().__init__(*PLAN)
        self._chance = chance

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        self.turns = [PLAN[sum(message.role == "assistant" for message in request.messages)]]
        await turns(self._chance, 6)
        async for delta in super().stream(request, card):
            await turns(self._chance, 4)
            yield delta


class Rivals:
    """`done` counts what tools have done, by their names and the keys of their calls."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.done = Counter[tuple[str, str]]()
        self.talker = Planned(self.chance)
        self.world = World(FakeProviders(self.talker))
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.run_id = uuid4()
        self._losses = 0
        self._append = self.world.store.append
        others = (self.world, World(FakeProviders(self.talker), beside=self.world))
        self._workers = [self._worker(world, number) for number, world in enumerate(others)]

    def _worker(self, world: World, number: int) -> StepWorker:
        tools = (
            Tool("look-up", "Looks.", ANY, {}, act=self._act),
            Tool("pay", "Pays.", ANY, {}, act=self._act, effect="money"),
            Tool("send", "Sends.", ANY, {}, act=self._act, effect="external", repeatable=True),
        )
        shop = world.workshop(*tools, ask_person, authorise=anything, lease=UUID(int=100 + number))
        return StepWorker(shop, free=lambda: 0)

    async def _act(self, call: ToolCall) -> str:
        await turns(self.chance, 10)
        self.done[call.tool.name, call.key] += 1
        await turns(self.chance, 10)
        return "done"

    async def _appended(self, *given: Any, **more: Any) -> Any:
        """Slowly; now and then it is not done, or nobody hears that it was."""
        await turns(self.chance, 8)
        if self.chance.random() < 0.02:
            raise Unavailable
        outcome = await self._append(*given, **more)
        await turns(self.chance, 8)
        if self.chance.random() < 0.02:
            raise Unavailable
        return outcome

    async def live(self) -> Run:
        """The run, once it is over."""
        tools = ("look-up", "pay", "send", "ask-person")
        command = agent.CreateAgent("Clerk", "Clerk", "Work.", "answer", tools=tools)
        who = (await self.world.do(uuid4(), command)).stream
        order = await self.world.agents.order(self.run_id, AgentRequest(who, "Dues", "Pay the dues."), ADA)
        await self.world.executor.execute_together([order], ADA, correlation_id=self.run_id)
        self.world.store.append = self._appended  # type: ignore[method-assign]  # a log in trouble
        while (run := await self.world.run(self.run_id)).status not in ("completed", "failed"):
            await self._something_happens(run)
            await turns(self.chance, 12)
        self.world.store.append = self._append  # type: ignore[method-assign]
        await asyncio.wait(self.tasks.values(), timeout=30)
        return await self.world.run(self.run_id)

    async def _something_happens(self, run: Run) -> None:
        step, chance = run.steps[STEP], self.chance.random()
        task = self.tasks.get(step.attempt)
        if step.status == "scheduled" and (task is None or task.done()):
            working = self._workers[step.attempt % 2].perform(self.world.job(self.run_id, STEP, step.attempt))
            self.tasks[step.attempt] = asyncio.create_task(working)
        elif step.status == "running" and (task is None or task.done()):
            await self._try(LoseStep(STEP, step.attempt))
        elif step.status == "suspended" and chance < 0.3:
            answer = await self.world.payloads.put(WORKSPACE, "Both.", "text/plain")
            await self._try(run_commands.GiveInput(STEP, answer, "admin"))
        elif step.status == "running" and chance < 0.15 and self._losses < MOST_LOSSES:
            self._losses += 1
            await self._try(LoseStep(STEP, step.attempt))
        elif run.status == "paused" or chance > 0.99:
            await self._try(ResumeRun() if run.status == "paused" else PauseRun())
        elif self.tasks and chance > 0.97:
            self.chance.choice([*self.tasks.values()]).cancel()
        elif self.chance.random() < 0.02:
            await asyncio.sleep(0.001)

    async def _try(self, command: run_commands.Commands) -> None:
        with contextlib.suppress(Rejected, Unavailable):
            await self.world.do_elsewhere(self.run_id, command)


@pytest.mark.parametrize("seed", range(80))
async def test_of_two_workers_at_one_step_neither_asks_off_the_record_nor_does_what_the_other_did(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(patience, "LONGEST_PAUSE", 0.002)
    rivals = Rivals(seed)
    async with asyncio.timeout(60):
        run = await rivals.live()
    assert run.status == "completed" or run.code == "step_lost"
    events = rivals.world.store.events(rivals.run_id)
    assert len(rivals.talker.requests) <= sum(isinstance(event, run_events.CallBegun) for event in events)
    assert max((count for (name, _), count in rivals.done.items() if name == "pay"), default=0) <= 1
    for used in run.steps[STEP].tools:
        paid = rivals.done["pay", f"{rivals.run_id}:{STEP}:{used.call}.{used.index}"]
        assert used.tool != "pay" or used.status != "ended" or paid == 1
        assert used.tool != "pay" or used.status != "in_doubt" or paid <= 1
