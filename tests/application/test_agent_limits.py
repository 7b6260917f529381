"""What an agent may do at most, also where it has others do it for it: time, money, and how deep."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from application.models.stream import Delta
from application.orchestration.performing.handing import ask_agent
from domain import agent, run_commands
from domain.nodes import Agent as AgentNode
from domain.nodes import Allowance
from domain.run_state import Run
from domain.run_values import ForRun
from tests.application.test_acting import STEP, Acting, Calls, says, wants

ASKS = wants(("ask-agent", '{"agent": "Helper", "task": "Count."}'))
LOOKS = wants(("look-up", "{}"))


class Team(Acting):
    """An agent and its colleague, who both speak with the same model: one thing after the other."""

    def __init__(self, *turns: list[Delta]) -> None:
        self.calls = Calls()
        super().__init__(*turns, tools=(self.calls.tool, ask_agent))

    async def hire(self, limits: agent.Limits) -> None:
        helper = agent.CreateAgent("Helper", "Helper", "Help.", "answer", tools=("look-up",), limits=limits)
        await self.world.do(uuid4(), helper)

    async def child(self, run_id: UUID, step: str = STEP) -> UUID:
        waits = (await self.world.step(run_id, step)).waits
        assert isinstance(waits, ForRun)
        return waits.run_id

    async def tell(self, run_id: UUID, child_id: UUID, step: str = STEP) -> None:
        child = await self.world.run(child_id)
        assert child.status in ("completed", "failed")
        spent = sum(_used(child, "micro_usd")), sum(_used(child, "tokens"))
        status: Any = child.status
        told = run_commands.EndChild(step, child_id, status, child.output, child.code or "", "", *spent)
        await self.world.do(run_id, told)


def _used(run: Run, unit: str) -> list[int]:
    calls = [made for step in run.steps.values() for made in step.calls]
    if unit == "micro_usd":
        return [made.cost_micro_usd or 0 for made in calls]
    return [made.tokens.input + made.tokens.output for made in calls if made.tokens]


async def test_an_agent_stops_once_its_time_is_over() -> None:
    calls = Calls()
    calls.hold = asyncio.Event()
    acting = Acting(LOOKS, says("Late."), tools=(calls.tool,))
    run_id = await acting.start(limits=agent.Limits(seconds=0.05))
    await acting.world.perform(run_id, STEP)
    run = await acting.world.run(run_id)
    assert (run.status, run.code) == ("failed", "agent_time_exceeded")
    assert len(acting.talker.requests) == 1
    assert (await acting.world.step(run_id, STEP)).tools[0].status == "in_doubt"


async def test_a_colleague_with_narrower_limits_may_spend_what_is_its_own() -> None:
    team = Team(LOOKS, LOOKS, LOOKS, ASKS, says("3"), says("There are 3."))
    await team.hire(agent.Limits(tokens=4_300))
    run_id = await team.start(colleagues=("Helper",), limits=agent.Limits(tokens=100_000))
    await team.world.perform(run_id, STEP)
    assert sum(_used(await team.world.run(run_id), "tokens")) > 0
    child_id = await team.child(run_id)
    await team.world.perform(child_id, STEP)
    child = await team.world.run(child_id)
    assert (child.status, child.detail) == ("completed", None)


async def test_what_a_colleague_spends_is_within_the_limit_of_who_asked_it() -> None:
    team = Team(ASKS, LOOKS)
    await team.hire(agent.Limits(turns=200))
    run_id = await team.start(colleagues=("Helper",), limits=agent.Limits(tokens=8_000))
    await team.world.perform(run_id, STEP)
    child_id = await team.child(run_id)
    await team.world.perform(child_id, STEP)
    child = await team.world.run(child_id)
    assert (child.status, child.code) == ("failed", "budget_exceeded")
    assert sum(_used(child, "tokens")) <= 8_000
    await team.tell(run_id, child_id)
    await team.world.perform(run_id, STEP, 2)
    run = await team.world.run(run_id)
    assert (run.status, run.code) == ("failed", "budget_exceeded")
    assert sum(_used(run, "tokens")) + sum(_used(child, "tokens")) <= 8_000


async def test_what_an_agent_has_spent_by_then_is_not_left_for_its_colleague() -> None:
    team = Team(*[LOOKS] * 60, ASKS, LOOKS)
    await team.hire(agent.Limits(turns=200))
    run_id = await team.start(colleagues=("Helper",), limits=agent.Limits(tokens=12_000, turns=200))
    await team.world.perform(run_id, STEP)
    child_id = await team.child(run_id)
    await team.world.perform(child_id, STEP)
    run, child = await team.world.run(run_id), await team.world.run(child_id)
    assert (child.status, child.code) == ("failed", "budget_exceeded")
    assert 7_000 < sum(_used(run, "tokens")) <= 12_000 - sum(_used(child, "tokens"))


async def test_the_budget_of_a_node_counts_what_its_agent_has_others_do() -> None:
    team = Team(ASKS, LOOKS)
    await team.hire(agent.Limits(turns=200))
    doer = agent.CreateAgent("Lead", "Lead", "Lead.", "answer", tools=("ask-agent",), colleagues=("Helper",))
    await team.world.do(uuid4(), doer)
    node = AgentNode(id="a", agent="lead", prompt="Go.", budget=Allowance(tokens=8_000))
    run_id = await team.world.started(node, reader="Lead")
    await team.world.perform(run_id, "a")
    child_id = await team.child(run_id, "a")
    await team.world.perform(child_id, STEP)
    child = await team.world.run(child_id)
    assert (child.status, child.code) == ("failed", "budget_exceeded")
    await team.tell(run_id, child_id, "a")
    await team.world.perform(run_id, "a", 2)
    run = await team.world.run(run_id)
    assert (run.status, run.code) == ("failed", "budget_exceeded")
    assert sum(_used(run, "tokens")) + sum(_used(child, "tokens")) <= 8_000


async def test_an_agent_that_asks_itself_again_and_again_comes_to_its_depth() -> None:
    again = wants(("ask-agent", '{"agent": "Finder", "task": "Again."}'))
    team = Team(again, again, again, says("Enough."))
    run_id = await team.start(colleagues=("Finder",), limits=agent.Limits(depth=2))
    made = [run_id]
    for _ in range(2):
        await team.world.perform(made[-1], STEP)
        made.append(await team.child(made[-1]))
    await team.world.perform(made[-1], STEP)
    assert (await team.world.run(made[-1])).status == "completed"
    assert "deep" in team.told()[0].text
