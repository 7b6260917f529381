"""A worker stops what is over, hands on what it cannot finish, and leaves what belongs to others."""

import asyncio

import pytest

from application.ports import Recorded
from domain import run_commands
from domain.kernel import Command
from tests.application.world import World
from tests.support.until import until


async def tell(world: World, run_id: object, command: Command) -> None:
    """Do it, and let the worker see what came of it, as its tail of the log does."""
    seen = len(world.store.log)
    await world.do(run_id, command)  # type: ignore[arg-type]
    world.steps.observe(world.store.log[seen:])


@pytest.fixture
def talking(world: World) -> World:
    """A world whose model begins to answer and does not come to an end."""
    world.provider.silent = True
    return world


class TestOver:
    async def test_a_cancelled_run_closes_the_request_to_the_model_at_once(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        await tell(talking, run_id, run_commands.CancelRun())
        await working
        assert talking.provider.closed == 1
        assert talking.happened(run_id) == ["StepBegun", "CallBegun", "CallInDoubt", "Cancelled"]

    async def test_it_stops_every_step_of_the_run_and_none_of_another(self, talking: World) -> None:
        run_id, other = await talking.start("a", "b"), await talking.start("c")
        working = [talking.begin(run_id, "a"), talking.begin(run_id, "b"), talking.begin(other, "c")]
        await until(lambda: len(talking.provider.requests) == 3)
        await tell(talking, run_id, run_commands.CancelRun())
        await asyncio.gather(*working[:2])
        assert talking.provider.closed == 2
        talking.provider.go.set()
        await working[2]
        assert (await talking.run(other)).status == "completed"

    async def test_an_attempt_that_was_given_up_for_lost_stops(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        await tell(talking, run_id, run_commands.LoseStep("a", 1))
        await working
        assert talking.provider.closed == 1
        assert talking.happened(run_id) == ["StepBegun", "CallBegun", "StepLost", "CallInDoubt", "StepScheduled"]

    async def test_the_loss_of_one_attempt_stops_no_other_attempt_and_no_other_step(self, talking: World) -> None:
        run_id = await talking.start("a", "b")
        await talking.do(run_id, run_commands.BeginStep("a", 1, talking.job(run_id).run_id))
        await talking.do(run_id, run_commands.LoseStep("a", 1))
        lost = [recorded for recorded in talking.store.log if type(recorded.event).__name__ == "StepLost"]
        working = [talking.begin(run_id, "a", 2), talking.begin(run_id, "b")]
        await until(lambda: len(talking.provider.requests) == 2)
        talking.steps.observe(lost)
        talking.provider.go.set()
        await asyncio.gather(*working)
        assert (await talking.run(run_id)).status == "completed"

    async def test_a_second_delivery_of_a_job_hides_the_first_from_nobody(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        await talking.perform(run_id)
        await tell(talking, run_id, run_commands.CancelRun())
        await working
        assert talking.provider.closed == 1

    async def test_an_attempt_that_was_overtaken_stops_with_its_run(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = [talking.begin(run_id)]
        await talking.provider.asked.wait()
        await talking.do(run_id, run_commands.LoseStep("a", 1))
        working.append(talking.begin(run_id, attempt=2))
        await until(lambda: len(talking.provider.requests) == 2)
        await tell(talking, run_id, run_commands.CancelRun())
        await asyncio.gather(*working)
        assert talking.provider.closed == 2

    async def test_what_concerns_nobody_here_stops_nothing(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        everything: list[Recorded] = list(talking.store.log)
        talking.steps.observe(everything)
        talking.provider.go.set()
        await working
        assert (await talking.run(run_id)).status == "completed"


async def stopped(working: "asyncio.Task[None]") -> None:
    """The process ends: what it works on is cancelled."""
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


class TestShutdown:
    async def test_a_step_under_way_is_handed_on_at_once(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        await stopped(working)
        assert talking.provider.closed == 1
        assert talking.happened(run_id) == ["StepBegun", "CallBegun", "CallInDoubt", "StepLost", "StepScheduled"]
        talking.provider.go.set()
        await talking.perform(run_id, attempt=2)
        assert (await talking.run(run_id)).status == "completed"

    async def test_a_step_that_had_not_begun_is_left_as_it_is(self, world: World) -> None:
        run_id = await world.start("a")
        world.store.away.gone = True
        working = world.begin(run_id)
        await world.store.away.refused.wait()
        world.store.away.gone = False
        await stopped(working)
        assert world.happened(run_id) == []

    async def test_an_answer_that_is_just_being_recorded_ends_its_step_and_is_not_paid_twice(
        self, talking: World
    ) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        talking.store.away.failures = 2
        talking.provider.go.set()
        await talking.store.away.refused.wait()
        await stopped(working)
        happened = ["StepBegun", "CallBegun", "CallRecorded", "StepCompleted", "Completed"]
        assert talking.happened(run_id) == happened
        await talking.perform(run_id, attempt=2)
        assert len(talking.provider.requests) == 1

    async def test_a_cancelled_run_keeps_the_answer_that_was_just_being_recorded(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        talking.store.away.failures = 1
        talking.provider.go.set()
        await talking.store.away.refused.wait()
        await tell(talking, run_id, run_commands.CancelRun())
        await working
        assert (await talking.step(run_id)).calls[0].status == "recorded"

    async def test_a_log_that_is_away_does_not_keep_a_process_from_ending(self, talking: World) -> None:
        run_id = await talking.start("a")
        working = talking.begin(run_id)
        await talking.provider.asked.wait()
        talking.store.away.gone = True
        await stopped(working)
        talking.store.away.gone = False
        assert talking.happened(run_id) == ["StepBegun", "CallBegun"]

    async def test_work_that_was_over_already_is_not_handed_on(self, world: World) -> None:
        run_id = await world.start("a")
        await world.perform(run_id)
        working = world.begin(run_id)
        await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert world.happened(run_id)[-1] == "Completed"
