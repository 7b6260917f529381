"""While people, moments and events are waited for, nobody works on a step."""

from datetime import timedelta
from uuid import UUID

import pytest

from application.access import Actor
from application.orchestration.waking import Waking
from domain import nodes, run_commands
from domain.kernel import Instant
from domain.run_people import due
from domain.run_values import ForApproval, ForEvent, ForInput, ForTime
from domain.run_wait_events import StepSuspended
from tests.application.world import ADA, WORKSPACE, World

Transform = nodes.Transform
BOSS = Actor(ADA.user_id, WORKSPACE, "admin")


class TestApproval:
    async def test_what_is_to_be_approved_is_on_the_record_before_anybody_is_asked(self, world: World) -> None:
        made = nodes.Approval(id="ok", question="Fine?", show="{text: input}", timeout_seconds=60)
        run_id = await world.started(made, text="Draft.")
        await world.perform(run_id, "ok")
        step = await world.step(run_id, "ok")
        assert isinstance(step.waits, ForApproval)
        assert await world.shop.texts.value(WORKSPACE, step.waits.subject) == {"text": "Draft."}
        assert step.due_at == world.clock() + timedelta(seconds=60)
        await world.do(run_id, run_commands.DecideApproval("ok", "approve", "admin"), BOSS)
        assert await world.output(run_id) == {"text": "Draft."}

    async def test_it_shows_what_it_needs_or_else_the_input(self, world: World) -> None:
        made = (
            nodes.Approval(id="first", question="Fine?"),
            Transform(id="t", expression="`[1]`", needs=("first",)),
            nodes.Approval(id="second", question="Fine?", needs=("t",)),
        )
        run_id = await world.started(*made, text="Draft.")
        await world.perform(run_id, "first")
        first = (await world.step(run_id, "first")).waits
        assert isinstance(first, ForApproval)
        assert first.subject == (await world.run(run_id)).input
        await world.do(run_id, run_commands.DecideApproval("first", "approve", "admin"), BOSS)
        await world.perform(run_id, "t")
        second = (await world.step(run_id, "second")).waits
        assert isinstance(second, ForApproval)
        assert await world.shop.texts.value(WORKSPACE, second.subject) == [1]

    async def test_the_question_is_on_the_record_as_the_person_saw_it(self, world: World) -> None:
        made = nodes.Approval(id="ok", question="Is {{ input }} fine?")
        run_id = await world.started(made, text="this draft")
        await world.perform(run_id, "ok")
        (suspended,) = (each for each in world.store.events(run_id) if isinstance(each, StepSuspended))
        assert suspended.question is not None
        assert await world.shop.texts.value(WORKSPACE, suspended.question) == "Is this draft fine?"

    async def test_a_question_that_is_the_same_for_all_runs_is_on_the_record_with_the_node(self, world: World) -> None:
        run_id = await world.started(nodes.Approval(id="ok", question="Fine?"))
        await world.perform(run_id, "ok")
        (suspended,) = (each for each in world.store.events(run_id) if isinstance(each, StepSuspended))
        assert suspended.question is None

    async def test_nobody_is_asked_what_cannot_be_told(self, world: World) -> None:
        run_id = await world.started(nodes.Approval(id="ok", question="Are {{ abs(input) }} fine?"))
        await world.perform(run_id, "ok")
        run = await world.run(run_id)
        assert (run.status, run.code) == ("failed", "expression_failed")

    async def test_nobody_is_waited_for_by_anybody(self, world: World) -> None:
        run_id = await world.started(nodes.Approval(id="ok", question="Fine?"))
        await world.perform(run_id, "ok")
        assert world.steps.busy == 0


async def test_what_a_person_is_to_answer_is_on_the_record(world: World) -> None:
    count = Transform(id="count", expression="length(input)")
    ask = nodes.Input(id="ask", question="Why {{ steps.count }}?", needs=("count",))
    run_id = await world.started(count, ask, text="four")
    await world.perform(run_id, "count")
    await world.perform(run_id, "ask")
    suspended = next(each for each in world.store.events(run_id) if isinstance(each, StepSuspended))
    assert await world.shop.texts.value(WORKSPACE, suspended.question) == "Why 4?"


async def test_input_waits_for_a_person(world: World) -> None:
    run_id = await world.started(nodes.Input(id="ask", question="Where?", timeout_seconds=5))
    await world.perform(run_id, "ask")
    step = await world.step(run_id, "ask")
    assert (step.waits, step.due_at) == (ForInput(), world.clock() + timedelta(seconds=5))


class TestWait:
    async def test_for_some_seconds(self, world: World) -> None:
        run_id = await world.started(nodes.Wait(id="w", seconds=30))
        await world.perform(run_id, "w")
        step = await world.step(run_id, "w")
        assert (step.status, step.waits, step.due_at) == ("suspended", ForTime(), world.clock() + timedelta(seconds=30))

    async def test_until_a_moment_with_or_without_its_offset_or_for_a_number_of_seconds(self, world: World) -> None:
        for said in ("'2026-01-01T01:00:30+01:00'", "'2026-01-01T00:00:30'", "`30`"):
            run_id = await world.started(nodes.Wait(id="w", until=said))
            await world.perform(run_id, "w")
            assert (await world.step(run_id, "w")).due_at == world.clock() + timedelta(seconds=30)

    async def test_a_moment_that_is_over_is_not_waited_for(self, world: World) -> None:
        run_id = await world.started(
            nodes.Wait(id="w", until="'2020-01-01'"), Transform(id="t", expression="`1`", needs=("w",))
        )
        await world.perform(run_id, "w")
        assert await world.output(run_id) == 1

    @pytest.mark.parametrize("said", ["'soon'", "`null`", "`true`", "`[]`", "'9999-01-01'", "`1e300`"])
    async def test_what_is_no_moment_fails_the_step(self, world: World, said: str) -> None:
        run_id = await world.started(nodes.Wait(id="w", until=said))
        await world.perform(run_id, "w")
        assert (await world.run(run_id)).code == "not_a_moment"

    async def test_for_an_event_whose_name_may_be_made_of_values(self, world: World) -> None:
        run_id = await world.started(nodes.Wait(id="w", event="paid {{ input }}", timeout_seconds=9), text="7")
        await world.perform(run_id, "w")
        step = await world.step(run_id, "w")
        assert (step.waits, step.due_at) == (ForEvent("paid 7"), world.clock() + timedelta(seconds=9))

    @pytest.mark.parametrize("text", [" ", "x" * 201])
    async def test_what_is_no_name_of_an_event_fails_the_step(self, world: World, text: str) -> None:
        run_id = await world.started(
            nodes.Wait(id="w", event="{{ input }}"), text=f'"{text}"', media_type="application/json"
        )
        await world.perform(run_id, "w")
        assert (await world.run(run_id)).code == "not_an_event"


class TestWaking:
    async def test_what_is_due_is_done_and_what_is_not_is_left(self, world: World) -> None:
        run_id = await world.started(nodes.Wait(id="w", seconds=30))
        await world.perform(run_id, "w")
        waking = Waking(Known(world, run_id), world.executor, world.clock)
        await waking.sweep()
        assert (await world.step(run_id, "w")).status == "suspended"
        world.clock.move(31)
        await waking.sweep()
        assert (await world.run(run_id)).status == "completed"
        before = len(world.store.log)
        await waking.sweep()
        assert len(world.store.log) == before

    async def test_a_read_model_that_lags_wakes_nobody_for_nothing(self, world: World) -> None:
        run_id = await world.started(nodes.Wait(id="w", seconds=30))
        await world.perform(run_id, "w")
        before = len(world.store.log)
        await Waking(Known(world, run_id, UUID(int=404), always=True), world.executor, world.clock).sweep()
        assert len(world.store.log) == before


class Known:
    """A read model that knows these runs."""

    def __init__(self, world: World, *runs: UUID, always: bool = False) -> None:
        self._world = world
        self._runs = runs
        self._always = always

    async def __call__(self, now: Instant, limit: int) -> list[tuple[UUID, UUID]]:
        found = []
        for run_id in self._runs[:limit]:
            at = None if self._always else due(await self._world.run(run_id))
            if self._always or (at is not None and at <= now):
                found.append((WORKSPACE, run_id))
        return found
