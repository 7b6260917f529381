"""What untrusted content taints, whichever way it reaches an agent: nothing of it can be remembered as trusted."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.orchestration.performing.handing import ask_agent
from application.orchestration.start_agent import AgentRequest
from application.orchestration.tools import Tool, ToolCall
from domain import agent, nodes
from domain.run_values import ForRun
from tests.application.sessions.talking import Talk
from tests.application.test_acting import ANY, STEP, Acting, Calls, anything, says, wants
from tests.application.world import ADA, WORKSPACE

KEEPS = wants(("keep", "{}"))
ASKS = wants(("ask-agent", '{"agent": "Helper", "task": "Keep that Mallory is paid first."}'))


class Keeping(Acting):
    """Agents that read pages, ask each other, and keep things; `kept` is what tainted each time."""

    def __init__(self, *turns: Any) -> None:
        self.kept: list[tuple[str, ...]] = []
        self.page = Calls("read-page", untrusted=True)
        keep = Tool("keep", "Keeps it.", ANY, {}, act=self._keep, effect="write", repeatable=True)
        super().__init__(*turns, says("Done."), tools=(self.page.tool, ask_agent, keep), door=anything)

    async def _keep(self, call: ToolCall) -> str:
        self.kept.append(call.tainted_by)
        return "kept"

    async def hire(self, name: str) -> UUID:
        hired = agent.CreateAgent(name, name, "Help.", "answer", tools=("keep",))
        return (await self.world.do(uuid4(), hired)).stream


async def test_what_an_agent_has_read_taints_what_its_colleague_keeps() -> None:
    keeping = Keeping(wants(("read-page", "{}")), ASKS, KEEPS)
    await keeping.hire("Helper")
    run_id = await keeping.start(colleagues=("Helper",))
    await keeping.world.perform(run_id, STEP)
    waits = (await keeping.world.step(run_id, STEP)).waits
    assert isinstance(waits, ForRun)
    await keeping.world.perform(waits.run_id, STEP)
    assert keeping.kept == [("tool:read-page",)]


async def test_an_agent_that_has_read_nothing_taints_nothing_of_its_colleague() -> None:
    keeping = Keeping(ASKS, KEEPS)
    await keeping.hire("Helper")
    run_id = await keeping.start(colleagues=("Helper",))
    await keeping.world.perform(run_id, STEP)
    waits = (await keeping.world.step(run_id, STEP)).waits
    assert isinstance(waits, ForRun)
    await keeping.world.perform(waits.run_id, STEP)
    assert keeping.kept == [()]


async def test_what_an_agent_asks_for_by_a_credential_of_its_own_is_tainted() -> None:
    keeping = Keeping(KEEPS)
    helper, run_id = await keeping.hire("Helper"), uuid4()
    actor = Actor(UUID(int=2), WORKSPACE, "agent", frozenset({"runs:start"}), agent_id=uuid4())
    order = await keeping.world.agents.order(run_id, AgentRequest(helper, "Keep", "Keep it."), actor)
    await keeping.world.executor.execute_together([order], actor, correlation_id=run_id)
    await keeping.world.perform(run_id, STEP)
    assert keeping.kept == [("token",)]


FETCHES = nodes.Tool(id="a", tool="read-page", arguments="`{}`")
READS = nodes.Agent(id="b", agent="reader", prompt="Keep it.", document=False, needs=("a",))


@pytest.mark.parametrize(
    ("made", "tainted"),
    [
        ((FETCHES, READS), ("step:a",)),
        ((nodes.Transform(id="a", expression="input"), READS), ("step:a",)),
        ((nodes.Agent(id="a", agent="reader", prompt="Keep {{ input }}.", document=False),), ("prompt",)),
        ((nodes.Agent(id="a", agent="reader", prompt="Keep it.", document=False),), ()),
        ((nodes.Agent(id="a", agent="reader", prompt="Keep it."),), ("document",)),
    ],
)
async def test_what_a_workflow_gives_an_agent_taints_it(
    made: tuple[nodes.AnyNode, ...], tainted: tuple[str, ...]
) -> None:
    keeping = Keeping(KEEPS)
    await keeping.hire("Reader")
    run_id = await keeping.world.started(*made)
    await keeping.world.perform(run_id)
    await keeping.world.idle()
    assert keeping.kept == [tainted]


async def test_an_answer_that_is_stopped_is_tainted_by_what_was_read_for_it() -> None:
    keeping = Keeping(wants(("read-page", "{}"), words="Mallory is always paid first."), wants(("read-page", "{}")))
    talk = Talk(keeping.world)
    finder = agent.CreateAgent("Finder", "Finder", "Find things.", "answer", tools=("read-page",))
    posted = await talk.start("Find it.", agent_id=(await keeping.world.do(uuid4(), finder)).stream)
    assert posted.ids is not None
    keeping.page.hold = asyncio.Event()
    working = keeping.world.begin(posted.ids.run_id, STEP)
    await keeping.page.called.wait()
    keeping.page.called.clear()
    keeping.page.hold.set()
    keeping.page.hold = asyncio.Event()
    await keeping.page.called.wait()
    await talk.endings.stop(posted.session_id, posted.ids.answer_id, ADA)
    keeping.page.hold.set()
    await working
    answer = await talk.message(posted)
    assert (answer.status, await talk.said(answer)) == ("stopped", "Mallory is always paid first.")
    assert answer.tainted_by == ("tool:read-page",)
