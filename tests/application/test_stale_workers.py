"""Workers that are still at a step when another has taken it over, or when their time is over."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from domain import agent, run_commands
from domain.run_tool_commands import BeginTool, EndTool
from tests.application.test_acting import STEP, Acting, Calls, says, wants


async def held(acting: Acting, calls: Calls, **more: Any) -> "tuple[UUID, asyncio.Task[None]]":
    """A run of which a worker is in the middle of a call of a tool."""
    run_id = await acting.start(**more)
    calls.hold = asyncio.Event()
    working = acting.world.begin(run_id, STEP)
    await calls.called.wait()
    return run_id, working


async def taken_over(acting: Acting, run_id: UUID) -> BeginTool:
    """Another worker begins the same call of the tool anew."""
    world = acting.world
    await world.do_elsewhere(run_id, run_commands.LoseStep(STEP, 1))
    await world.do_elsewhere(run_id, run_commands.BeginStep(STEP, 2, uuid4()))
    (used,) = (await world.step(run_id, STEP)).tools
    again = BeginTool(STEP, 2, 0, 0, used.tool, used.arguments, used.effect, used.repeatable)
    await world.do_elsewhere(run_id, again)
    return again


async def test_no_model_is_asked_off_the_record_once_another_worker_does_the_tool_anew() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}")), says("It is 7."), tools=(calls.tool,))
    run_id, working = await held(acting, calls)
    await taken_over(acting, run_id)
    assert calls.hold is not None
    calls.hold.set()
    await working
    assert len(acting.talker.requests) == 1
    assert acting.world.happened(run_id)[-2:] == ["StepBegun", "ToolBegun"]


async def test_no_model_is_asked_off_the_record_once_another_worker_has_done_the_tool_anew() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}")), says("It is 7."), tools=(calls.tool,))
    run_id, working = await held(acting, calls)
    again = await taken_over(acting, run_id)
    await acting.world.do_elsewhere(run_id, EndTool(STEP, 2, 0, 0, again.arguments))
    assert calls.hold is not None
    calls.hold.set()
    await working
    assert len(acting.talker.requests) == 1
    assert acting.world.happened(run_id)[-1] == "ToolEnded"


async def test_an_attempt_fails_also_where_what_goes_before_that_is_on_the_record_already() -> None:
    calls = Calls()
    acting = Acting(wants(("look-up", "{}")), says("It is 7."), tools=(calls.tool,))
    run_id, working = await held(acting, calls, limits=agent.Limits(seconds=0.5))
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    append, appended = acting.world.store.append, list[Any]()

    async def slowly(*given: Any, **more: Any) -> Any:
        """The first append is done at once, and those who wait for it hear of it when their time is over."""
        outcome = await append(*given, **more)
        appended.append(outcome)
        if len(appended) == 1:
            await asyncio.sleep(1)
        return outcome

    acting.world.store.append = slowly  # type: ignore[method-assign]  # a slow network, for one append
    await acting.world.perform(run_id, STEP, 2)
    run = await acting.world.run(run_id)
    assert (run.status, run.code) == ("failed", "agent_time_exceeded")
    assert len(calls.made) == 1
