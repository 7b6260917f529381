"""Each kind of node from end to end, by a worker on a real Postgres and a real Redis."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from redis.asyncio import Redis

from domain import nodes, run_commands, run_events
from infrastructure.database import Database
from infrastructure.settings import Settings
from interfaces.composition import core
from tests.support import workshop_floor
from tests.support.until import until
from tests.support.workshop_floor import Floor

Transform = nodes.Transform
ONE = Transform(id="x", expression="`1`")


@pytest.fixture
async def floor(database: Database, log_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Floor]:
    del database  # it is empty, and closed after the test
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
    settings = Settings(database_url=log_url, redis_url=redis_url, data_dir=str(tmp_path))
    async with core(settings) as parts, workshop_floor.opened(parts) as opened:
        yield opened


KINDS: list[tuple[nodes.AnyNode, Any]] = [
    (Transform(id="k", expression="[input]"), ["Tides turn turbines."]),
    (nodes.Tool(id="k", tool="calculate", arguments="{expression: '6 * 7'}"), {"result": 42, "exact": "42"}),
    (nodes.Parallel(id="k", nodes=(ONE, Transform(id="y", expression="`2`"))), {"x": 1, "y": 2}),
    (nodes.Map(id="k", over="[input, input, 'more']", nodes=(Transform(id="x", expression="index"),)), [0, 1, 2]),
    (nodes.Branch(id="k", arms=(nodes.Arm("no", "`false`", (ONE,)),), otherwise=(ONE,)), 1),
    (nodes.Loop(id="k", nodes=(Transform(id="x", expression="turn"),), until="last == `3`", most=9), 3),
    (nodes.Wait(id="k", seconds=0.2), None),
]


@pytest.mark.parametrize(("node", "comes_to"), KINDS, ids=[type(node).__name__ for node, _ in KINDS])
async def test_a_kind_that_asks_no_person(floor: Floor, node: nodes.AnyNode, comes_to: object) -> None:
    assert await floor.output(await floor.start(node)) == comes_to


async def test_an_agent_and_those_that_need_it(floor: Floor) -> None:
    first = nodes.Agent(id="a", agent="reader", prompt="Summarise {{ input }}")
    last = nodes.Agent(id="b", agent="reader", prompt="Summarise what was said.", needs=("a",), document=False)
    run_id = await floor.start(first, last)
    assert "turbines" in await floor.output(run_id)
    assert sum(isinstance(each, run_events.CallRecorded) for each in await floor.events(run_id)) == 2


async def test_a_person_approves_and_another_answers(floor: Floor) -> None:
    made = (
        nodes.Approval(id="ok", question="Fine?"),
        nodes.Input(id="ask", question="Where?", needs=("ok",)),
        Transform(id="end", expression="[steps.ok, steps.ask]", needs=("ask",)),
    )
    run_id = await floor.start(*made)
    await suspended(floor, run_id, "ok")
    await floor.do(run_id, run_commands.DecideApproval("ok", "approve", "admin"))
    await suspended(floor, run_id, "ask")
    answer = await floor.parts.payloads.put(floor.workspace_id, "Brest")
    await floor.do(run_id, run_commands.GiveInput("ask", answer, "admin"))
    assert await floor.output(run_id) == ["Tides turn turbines.", "Brest"]


async def suspended(floor: Floor, run_id: UUID, step: str) -> None:
    async def waits() -> bool:
        return (await floor.run(run_id)).steps[step].status == "suspended"

    await until(waits)


async def test_an_event_and_a_deadline(floor: Floor) -> None:
    waits = nodes.Wait(id="w", event="paid")
    paid = await floor.start(waits)
    await suspended(floor, paid, "w")
    content = await floor.parts.payloads.put(floor.workspace_id, "7 francs")
    await floor.do(paid, run_commands.SignalRun("paid", content))
    assert await floor.output(paid) == "7 francs"
    late = await floor.ended(await floor.start(waits, deadline_seconds=0.2))
    assert (late.status, late.code) == ("failed", "deadline_passed")


async def test_a_workflow_inside_another(floor: Floor) -> None:
    inner = await floor.publish(Transform(id="x", expression="[input]"))
    run_id = await floor.start(nodes.SubWorkflow(id="sub", workflow=str(inner), input="{n: `1`}"))
    assert await floor.output(run_id) == [{"n": 1}]


async def test_a_vote_is_done_as_what_it_is_written_out_to(floor: Floor) -> None:
    vote = nodes.Parallel(id="v", nodes=(Transform(id="a", expression="'x'"), Transform(id="b", expression="'x'")))
    count = Transform(id="end", expression="most_common(values(steps.v))", needs=("v",))
    assert await floor.output(await floor.start(vote, count)) == "x"


async def test_the_steps_of_a_chain_are_no_jobs(floor: Floor) -> None:
    made = [Transform(id="s0", expression="`0`")]
    made += [Transform(id=f"s{at}", expression=f"steps.s{at - 1}", needs=(f"s{at - 1}",)) for at in range(1, 6)]
    run_id = await floor.start(*made)
    assert await floor.output(run_id) == 0
    assert [job.arguments["step"] for job in floor.jobs] == ["s0"]


async def test_a_fan_out_that_is_wider_than_the_worker_is_done_in_turns(floor: Floor) -> None:
    wide = [Transform(id=f"m{at}", expression=f"`{at}`") for at in range(30)]
    last = Transform(id="end", expression="sum(values(steps))", needs=tuple(each.id for each in wide))
    assert await floor.output(await floor.start(*wide, last)) == sum(range(30))


async def test_a_job_that_was_lost_is_found(floor: Floor) -> None:
    floor.lose = 1
    run_id = await floor.start(Transform(id="a", expression="`1`"))
    assert await floor.output(run_id) == 1
    assert len(floor.jobs) >= 2
    assert len({job.id for job in floor.jobs}) == 1


async def test_an_end_that_was_told_to_nobody_is_found(floor: Floor) -> None:
    inner = await floor.publish(nodes.Wait(id="x", event="go"))
    run_id = await floor.start(nodes.SubWorkflow(id="sub", workflow=str(inner)))
    await suspended(floor, run_id, "sub")
    child_id = uuid5(run_id, "sub:1")
    await suspended(floor, child_id, "x")
    floor.lose = 1
    content = await floor.parts.payloads.put(floor.workspace_id, "told")
    await floor.do(child_id, run_commands.SignalRun("go", content))
    assert await floor.output(run_id) == "told"


async def test_with_a_run_those_that_it_started_are_cancelled(floor: Floor) -> None:
    inner = await floor.publish(nodes.Wait(id="x", event="never"))
    run_id = await floor.start(nodes.SubWorkflow(id="sub", workflow=str(inner)))
    await suspended(floor, run_id, "sub")
    await floor.do(run_id, run_commands.CancelRun())
    child = await floor.ended(uuid5(run_id, "sub:1"))
    assert child.status == "cancelled"
