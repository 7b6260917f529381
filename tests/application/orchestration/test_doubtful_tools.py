"""Tools that do something, and of which nobody knows whether they have: that is said, and never done twice silently."""

import asyncio
from typing import Any
from uuid import UUID

from application.orchestration.steps import StepWorker
from application.orchestration.tools import Arguments, ToolCall
from domain import nodes, run_commands
from tests.application.orchestration.test_tools import tool
from tests.application.world import ADA, World


async def anything(call: ToolCall) -> None:
    del call


async def test_what_does_something_may_have_been_done_although_it_has_not_ended_as_it_should(world: World) -> None:
    async def hangs(arguments: Arguments) -> Any:
        await asyncio.Event().wait()

    async def throws(arguments: Arguments) -> Any:
        raise ValueError

    async def breaks(arguments: Arguments) -> Any:
        return object()

    async def floods(arguments: Arguments) -> Any:
        return "x" * 10_000

    for call in (hangs, throws, breaks, floods):
        run_id = await world.started(nodes.Tool(id="a", tool="t", arguments="{n: `1`}"))
        shop = world.workshop(tool(call, effect="money", seconds=0.01), authorise=anything)
        await StepWorker(shop).perform(world.job(run_id))
        assert "It may have been done all the same" in str((await world.run(run_id)).detail)


async def test_what_does_something_is_not_done_again_by_itself_once_its_worker_is_lost(world: World) -> None:
    calls = 0

    async def pays(arguments: Arguments) -> Any:
        nonlocal calls
        calls += 1

    steps = StepWorker(world.workshop(tool(pays, effect="money"), authorise=anything))
    run_id = await world.started(nodes.Tool(id="a", tool="t", arguments="{n: `1`}"))
    await world.do(run_id, run_commands.BeginStep("a", 1, UUID(int=7)))
    await world.do(run_id, run_commands.LoseStep("a", 1))
    await steps.perform(world.job(run_id, attempt=2))
    assert ((await world.run(run_id)).code, calls) == ("tool_in_doubt", 0)
    await world.do(run_id, run_commands.RetryStep("a"), ADA)
    await steps.perform(world.job(run_id, attempt=3))
    assert ((await world.run(run_id)).status, calls) == ("completed", 1)
