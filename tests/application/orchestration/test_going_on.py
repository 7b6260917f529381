"""A worker goes on by itself with what its steps make ready, as far as it has room, and stops what is over."""

import asyncio
from uuid import UUID

import pytest

from application.errors import EventTooLarge
from application.orchestration.attempt import Attempt
from application.orchestration.steps import StepWorker
from application.orchestration.tools import Arguments, Tool
from application.ports import Recorded
from domain import nodes, run_commands, run_events
from domain.kernel import Command
from tests.application.world import LEASE, World
from tests.support.until import until

Transform = nodes.Transform


class Gate:
    """A tool that waits until it is let go, and counts those that wait."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.waiting = 0
        self.most = 0
        self.stopped = 0
        self.tool = Tool("gate", "Waits.", {}, {}, self._pass, seconds=600.0)

    async def _pass(self, arguments: Arguments) -> object:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        finally:
            self.waiting -= 1
        return {}


def gated(name: str, *needs: str, **more: object) -> nodes.Tool:
    return nodes.Tool(id=name, tool="gate", arguments="`{}`", needs=needs, **more)  # type: ignore[arg-type]


def fan(width: int, **more: object) -> list[nodes.AnyNode]:
    """One step, then many side by side, then one."""
    middle = [gated(f"m{number}", "first", **more) for number in range(width)]
    last = Transform(id="last", expression="'done'", needs=tuple(node.id for node in middle))
    return [Transform(id="first", expression="`1`"), *middle, last]


def group(width: int) -> list[nodes.AnyNode]:
    """One step, then many side by side that are done at once, and what they came to."""
    middle = tuple(Transform(id=f"m{number}", expression="`1`") for number in range(width))
    return [Transform(id="first", expression="`1`"), nodes.Parallel(id="group", nodes=middle, needs=("first",))]


async def scheduled(world: World, run_id: UUID) -> list[str]:
    """The steps that were left to the queue."""
    events = world.store.events(run_id)
    return [each.step for each in events if isinstance(each, run_events.StepScheduled) and not each.taken]


class TestRoom:
    async def test_of_several_that_are_ready_it_takes_as_many_as_it_has_room_for(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool), slots=3)
        run_id = await world.started(*fan(8))
        working = asyncio.create_task(worker.perform(world.job(run_id, "first")))
        await until(lambda: gate.waiting == 3)
        assert await scheduled(world, run_id) == ["first", *(f"m{number}" for number in range(3, 8))]
        gate.go.set()
        await working
        await until(lambda: not worker.busy)
        assert gate.most == 3

    async def test_two_chains_do_not_take_the_same_room(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool), slots=4)
        runs = [await world.started(*fan(8)) for _ in range(2)]
        working = [asyncio.create_task(worker.perform(world.job(run_id, "first"))) for run_id in runs]
        await until(lambda: gate.waiting >= 4)
        for _ in range(50):
            await asyncio.sleep(0)
        assert gate.waiting == 4
        gate.go.set()
        await asyncio.gather(*working)

    async def test_where_there_is_no_room_everything_goes_to_the_queue(self, world: World) -> None:
        worker = StepWorker(world.workshop(), free=lambda: 0)
        run_id = await world.started(
            Transform(id="a", expression="`1`"), Transform(id="b", expression="`2`", needs=("a",))
        )
        await worker.perform(world.job(run_id))
        assert await scheduled(world, run_id) == ["a", "b"]
        assert (await world.step(run_id, "b")).status == "scheduled"

    async def test_a_worker_that_stops_goes_on_with_nothing_and_hands_on_what_it_went_on_with(
        self, world: World
    ) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool), slots=4)
        run_id = await world.started(*fan(3))
        working = asyncio.create_task(worker.perform(world.job(run_id, "first")))
        await until(lambda: gate.waiting == 3)
        await worker.wind_down(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        assert gate.stopped == 3
        run = await world.run(run_id)
        assert [run.steps[f"m{number}"].attempt for number in range(3)] == [2, 2, 2]
        assert set(await scheduled(world, run_id)) == {"first", "m0", "m1", "m2"}
        assert worker.busy == 0

    async def test_a_second_delivery_of_a_step_that_is_gone_on_with_does_it_once(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(*fan(1))
        working = asyncio.create_task(worker.perform(world.job(run_id, "first")))
        await until(lambda: gate.waiting == 1)
        await worker.perform(world.job(run_id, "m0"))
        gate.go.set()
        await working
        assert gate.most == 1
        assert await world.output(run_id) == "done"

    async def test_another_worker_does_nothing_of_what_is_gone_on_with(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(*fan(1))
        working = asyncio.create_task(worker.perform(world.job(run_id, "first")))
        await until(lambda: gate.waiting == 1)
        other = StepWorker(world.workshop(gate.tool, lease=UUID(int=77)))
        await other.perform(world.job(run_id, "m0"))
        assert gate.most == 1
        gate.go.set()
        await working
        assert await world.output(run_id) == "done"


class TestRecord:
    async def test_an_append_whose_answer_was_lost_is_gone_on_from_all_the_same(self, world: World) -> None:
        run_id = await world.started(
            Transform(id="a", expression="`1`"), Transform(id="b", expression="`2`", needs=("a",))
        )
        world.store.lost_answers = 2
        await world.perform(run_id)
        assert await world.output(run_id) == 2
        assert world.happened(run_id).count("StepCompleted") == 2

    async def test_a_quick_step_that_another_has_begun_meanwhile_is_left_to_it(self, world: World) -> None:
        run_id = await world.started(Transform(id="a", expression="`1`"))

        async def taken() -> None:
            await world.do_elsewhere(run_id, run_commands.BeginStep("a", 1, UUID(int=77)))

        world.store.before_append.append(taken)
        await world.perform(run_id)
        assert world.happened(run_id) == ["StepBegun"]
        assert (await world.step(run_id)).lease == UUID(int=77)

    async def test_a_step_that_is_lost_while_it_ends_is_gone_on_from_by_nobody(self, world: World) -> None:
        gate = Gate()
        gate.go.set()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(gated("a"), Transform(id="b", expression="`2`", needs=("a",)))

        async def nothing() -> None:
            pass

        async def lose() -> None:
            await world.do_elsewhere(run_id, run_commands.LoseStep("a", 1))

        world.store.before_append += [nothing, lose]
        await worker.perform(world.job(run_id))
        assert world.happened(run_id) == ["StepBegun", "StepLost", "StepScheduled"]
        await worker.perform(world.job(run_id, attempt=2))
        assert await world.output(run_id) == 2

    async def test_of_steps_that_end_together_one_that_was_lost_meanwhile_takes_no_other_along(
        self, world: World
    ) -> None:
        run_id = await world.started(*group(4))
        worker = StepWorker(world.workshop())

        async def nothing() -> None:
            pass

        async def lose() -> None:
            await world.do_elsewhere(run_id, run_commands.LoseStep("group.m1", 1))

        world.store.before_append += [nothing, lose]
        await worker.perform(world.job(run_id, "first"))
        await until(lambda: not worker.busy)
        run = await world.run(run_id)
        assert {name: run.steps[f"group.m{name}"].status for name in range(4)} == {
            0: "completed", 1: "scheduled", 2: "completed", 3: "completed",
        }  # fmt: skip
        await worker.perform(world.job(run_id, "group.m1", attempt=2))
        await until(lambda: not worker.busy)
        assert (await world.run(run_id)).status == "completed"

    async def test_what_the_record_does_not_take_fails_the_step(self, world: World) -> None:
        run_id = await world.started(Transform(id="a", expression="`1`"))

        async def too_large() -> None:
            raise EventTooLarge

        world.store.before_append += [too_large]
        await world.perform(run_id)
        run = await world.run(run_id)
        assert (run.status, run.code) == ("failed", "event_too_large")


class TestTime:
    async def test_an_attempt_that_takes_too_long_is_stopped_and_tried_again(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(gated("a", timeout_seconds=0.01))
        await worker.perform(world.job(run_id))
        step = await world.step(run_id)
        assert (step.status, step.code, step.attempt) == ("scheduled", "timed_out", 2)
        assert gate.stopped == 1

    async def test_a_model_that_takes_too_long_is_hung_up_on(self, world: World) -> None:
        world.provider.silent = True
        agent = nodes.Agent(id="a", agent="reader", prompt="Read.", timeout_seconds=0.05, retry=nodes.Retry(attempts=1))
        run_id = await world.started(agent)
        await world.perform(run_id)
        assert world.provider.closed == 1
        assert world.happened(run_id)[-3:] == ["CallInDoubt", "StepFailed", "Failed"]
        assert (await world.run(run_id)).code == "timed_out"


class TestObserve:
    """What is under way is stopped at once where the log says that it is over."""

    async def tell(self, world: World, worker: StepWorker, run_id: UUID, command: Command) -> None:
        seen = len(world.store.log)
        await world.do_elsewhere(run_id, command)
        worker.observe(world.store.log[seen:])

    @pytest.mark.parametrize(
        "command",
        [run_commands.CancelRun(), run_commands.WakeRun()],
        ids=["cancelled", "past its deadline"],
    )
    async def test_a_run_that_is_over(self, world: World, command: Command) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(*fan(2), deadline_seconds=5.0)
        working = asyncio.create_task(worker.perform(world.job(run_id, "first")))
        await until(lambda: gate.waiting == 2)
        world.clock.move(6)
        await self.tell(world, worker, run_id, command)
        await working
        await until(lambda: not worker.busy)
        assert gate.stopped == 2

    async def test_a_group_of_which_one_has_failed_for_good(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        group = nodes.Parallel(id="g", nodes=(gated("x"), gated("y", retry=nodes.Retry(attempts=1))), on_failure="skip")
        run_id = await world.started(group, gated("z"))
        working = [asyncio.create_task(worker.perform(world.job(run_id, name))) for name in ("g.x", "g.y", "z")]
        await until(lambda: gate.waiting == 3)
        failed = run_commands.FailStep("g.y", 1, "broken", "It broke.", retryable=False, billed="no")
        await self.tell(world, worker, run_id, failed)
        await asyncio.gather(*working[:2])
        assert (gate.stopped, gate.waiting) == (2, 1)
        gate.go.set()
        await working[2]
        assert (await world.run(run_id)).status == "completed"

    async def test_a_step_that_a_person_skips(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(gated("a"), Transform(id="b", expression="`1`", needs=("a",)))
        working = asyncio.create_task(worker.perform(world.job(run_id)))
        await until(lambda: gate.waiting == 1)
        await self.tell(world, worker, run_id, run_commands.SkipStep("a"))
        await working
        assert gate.stopped == 1

    async def test_everything_that_is_not_undone_once_the_undoing_begins_and_nothing_of_that(
        self, world: World
    ) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        undone = Transform(id="a", expression="`1`", compensate=(gated("undo"),))
        broken = gated("b", "a", retry=nodes.Retry(attempts=1), on_failure="compensate")
        run_id = await world.started(undone, broken, gated("c", "a"))
        working = asyncio.create_task(worker.perform(world.job(run_id)))
        await until(lambda: gate.waiting == 2)
        seen = len(world.store.log)
        failed = run_commands.FailStep("b", 1, "broken", "It broke.", retryable=False, billed="no")
        await world.do(run_id, failed)
        undoing = asyncio.create_task(worker.perform(world.job(run_id, "a.compensate.undo")))
        await until(lambda: gate.waiting == 3)
        worker.observe(world.store.log[seen:])
        await working
        await until(lambda: gate.stopped == 2)
        assert gate.waiting == 1
        gate.go.set()
        await undoing
        assert (await world.run(run_id)).status == "failed"

    async def test_what_happened_before_it_began_stops_nothing(self, world: World) -> None:
        gate = Gate()
        worker = StepWorker(world.workshop(gate.tool))
        run_id = await world.started(gated("a"))
        await world.do(run_id, run_commands.BeginStep("a", 1, LEASE))
        await world.do(run_id, run_commands.LoseStep("a", 1))
        working = asyncio.create_task(worker.perform(world.job(run_id, attempt=2)))
        await until(lambda: gate.waiting == 1)
        everything: list[Recorded] = list(world.store.log)
        worker.observe(everything)
        gate.go.set()
        await working
        assert (await world.run(run_id)).status == "completed"


def test_an_attempt_knows_nothing_of_the_record_before_it_has_begun(world: World) -> None:
    attempt = Attempt(world.shop, world.job(UUID(int=9)), lambda _job, _command: pytest.fail("nobody asks"))
    assert (attempt.since, attempt.recorded) == (0, False)
