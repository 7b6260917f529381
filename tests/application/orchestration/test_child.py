"""A step that is a run of its own waits for it, pays for it, and is told its end once."""

import asyncio
from typing import Any
from uuid import UUID, uuid5

from application.orchestration.children import Awaited, Children
from application.orchestration.start import StartRequest
from application.policies import child_runs
from application.ports import Recorded
from domain import nodes, run_commands, workflow
from domain.definition import Definition
from domain.kernel import replace
from domain.run import MAX_DEPTH
from domain.run_values import ForRun, Parent
from domain.run_wait_events import ChildEnded
from tests.application.world import ADA, DOCUMENT, WORKSPACE, World
from tests.domain import runs
from tests.support.given import CONTEXT

Transform = nodes.Transform


async def parent(world: World, *inner: nodes.AnyNode, **more: Any) -> tuple[UUID, UUID]:
    """A run that waits for another of these nodes, and that other."""
    await world.published(*inner, name="Inner")
    run_id = await world.started(nodes.SubWorkflow(id="sub", workflow="Inner", **more), text=DOCUMENT)
    await world.perform(run_id, "sub")
    return run_id, uuid5(run_id, "sub:1")


async def told(world: World, since: int = 0) -> None:
    """Do what the policy makes of what has happened."""
    children = Children(world.executor)
    for recorded in list(world.store.log)[since:]:
        for job in child_runs.react(recorded):
            if job.name == child_runs.END:
                await children.end(child_runs.ChildJob(WORKSPACE, recorded.stream, _parent(recorded)))
            else:
                await children.cancel(child_runs.CancelJob(WORKSPACE, UUID(job.arguments["run_id"]), recorded.stream))


def _parent(recorded: Recorded) -> Parent:
    found = getattr(recorded.event, "parent", None)
    assert isinstance(found, Parent)
    return found


async def test_it_is_started_in_the_append_that_says_that_it_is_waited_for(world: World) -> None:
    run_id, child_id = await parent(world, Transform(id="x", expression="input"))
    suspended = next(each for each in world.store.log if type(each.event).__name__ == "StepSuspended")
    started = next(each for each in world.store.log if each.stream == child_id)
    assert started.position == suspended.position + 1
    assert suspended.context is started.context
    child = await world.run(child_id)
    assert child.parent == Parent(run_id, "sub", 1)
    assert child.started_by == ADA.user_id
    assert (await world.step(run_id, "sub")).waits == ForRun(child_id)


async def test_what_it_comes_to_is_what_the_step_comes_to(world: World) -> None:
    run_id, child_id = await parent(world, Transform(id="x", expression="[input]"), input="join(' ', ['So:', input])")
    await world.perform(child_id, "x")
    await told(world)
    await told(world)
    assert await world.output(run_id) == [f"So: {DOCUMENT}"]
    assert sum(isinstance(each, ChildEnded) for each in world.store.events(run_id)) == 1


async def test_what_it_spent_counts_where_it_was_started(world: World) -> None:
    agent = nodes.Agent(id="x", agent="reader", prompt="Read.")
    run_id, child_id = await parent(world, agent)
    await world.perform(child_id, "x")
    await told(world)
    assert (await world.step(run_id, "sub")).child_tokens == 120
    assert (await world.run(run_id)).charged["sub"].tokens == 120, "call by call, as they are made"


async def test_it_may_spend_what_is_left(world: World) -> None:
    run_id, child_id = await parent(world, Transform(id="x", expression="input"), budget=nodes.Allowance(tokens=500))
    assert (await world.run(child_id)).budget == nodes.Allowance(tokens=500)
    assert (await world.step(run_id, "sub")).waits == ForRun(child_id, nodes.Allowance(tokens=500))


async def test_its_failure_fails_the_step_with_its_own_code(world: World) -> None:
    run_id, child_id = await parent(world, Transform(id="x", expression="abs('x')"))
    await world.perform(child_id, "x")
    await told(world)
    run = await world.run(run_id)
    assert (run.status, run.code) == ("failed", "expression_failed")


async def test_with_retry_a_run_that_failed_is_followed_by_another_one(world: World) -> None:
    failing, twice = Transform(id="x", expression="abs('x')"), nodes.Retry(attempts=2)
    run_id, first_id = await parent(world, failing, retry=twice)
    second_id = uuid5(run_id, "sub:2")
    await world.perform(first_id, "x")
    await told(world)
    step = await world.step(run_id, "sub")
    assert (step.status, step.attempt, step.code) == ("scheduled", 2, "expression_failed")
    await world.perform(run_id, "sub", 2)
    assert (await world.step(run_id, "sub")).waits == ForRun(second_id)
    await world.perform(second_id, "x")
    await told(world)
    run = await world.run(run_id)
    assert (run.status, run.code) == ("failed", "expression_failed")


async def test_with_the_run_those_that_it_started_are_cancelled(world: World) -> None:
    run_id, child_id = await parent(world, nodes.Wait(id="x", event="never"))
    await world.do(run_id, run_commands.CancelRun())
    await told(world)
    assert (await world.run(child_id)).status == "cancelled"
    await told(world)


async def test_an_end_that_nobody_was_told_of_is_found(world: World) -> None:
    run_id, child_id = await parent(world, Transform(id="x", expression="input"))

    async def awaited() -> list[Awaited]:
        return [Awaited(WORKSPACE, run_id, "sub", child_id)]

    children = Children(world.executor)
    await children.sweep(awaited)
    assert (await world.run(run_id)).status == "running"
    await world.perform(child_id, "x")
    await asyncio.gather(children.sweep(awaited), children.sweep(awaited))
    assert (await world.run(run_id)).status == "completed"


async def test_an_input_that_the_workflow_does_not_take_fails_the_step(world: World) -> None:
    await world.published(Transform(id="x", expression="input"), name="Inner", input={"type": "integer"})
    run_id = await world.started(nodes.SubWorkflow(id="sub", workflow="Inner", input="'text'"))
    await world.perform(run_id, "sub")
    assert (await world.run(run_id)).code == "invalid"


async def test_a_workflow_that_starts_itself_comes_to_an_end(world: World) -> None:
    made = Definition(name="Again", nodes=(nodes.SubWorkflow(id="sub", workflow="Again"),))
    workflow_id = (await world.do(UUID(int=500), workflow.PublishWorkflow(made, {}))).stream
    run_id = (await world.starter.start(UUID(int=501), StartRequest("Tides", "x", workflow_id=workflow_id), ADA)).stream
    at = run_id
    for _ in range(MAX_DEPTH + 1):
        await world.perform(at, "sub")
        at = uuid5(at, "sub:1")
    assert world.store.events(at) == []
    for _ in range(MAX_DEPTH):
        await told(world)
    run = await world.run(run_id)
    assert (run.status, run.code) == ("failed", "too_deep")


def test_a_run_that_nobody_started_for_another_makes_no_job() -> None:
    ended = Recorded(3, UUID(int=7), 3, runs.cancelled(), CONTEXT)
    assert child_runs.react(ended) == []
    for_another = replace(ended, event=replace(runs.cancelled(), parent=Parent(UUID(int=8), "a", 1)))
    (job,) = child_runs.react(for_another)
    assert (job.id, job.name) == ("child_runs:3", "end_child")
    assert child_runs.react(for_another) == [job]
