"""No step is done without room in each of its lanes, and a run that goes on takes its room along unless others wait."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

import pytest

from application.errors import Unavailable
from application.orchestration.counting import BegunRun, RunCount
from application.orchestration.crowding import Crowd, crowds
from application.orchestration.limits import Limits, lane
from application.orchestration.places import Place, Places
from application.orchestration.slots import Lane, LaneState
from application.orchestration.start import StartRequest
from application.orchestration.steps import StepWorker
from application.policies.step_jobs import StepJob
from domain import concurrency, run_commands
from domain.concurrency import SetConcurrency
from domain.kernel import replace
from domain.nodes import Transform
from domain.run_values import Parent
from tests.application.orchestration.test_going_on import Gate, fan, gated, group, scheduled
from tests.application.world import ADA, DOCUMENT, LEASE, WORKSPACE, World
from tests.support.until import until

OWN = lane("workspace", WORKSPACE)
STEPS = 100


class MemorySlots:
    """Slots of one process, with all that were ever asked for."""

    def __init__(self) -> None:
        self.inside: dict[str, set[str]] = {}
        self.busiest: dict[str, int] = {}
        self.parked: list[str] = []
        self.asked = 0
        self.away = False

    async def take(self, places: Sequence[tuple[str, Sequence[Lane]]], *, job: str = "") -> int:
        self.asked += 1
        if self.away:
            raise Unavailable("as it was told to")
        for number, (holder, lanes) in enumerate(places):
            for each in lanes:
                inside = self.inside.get(each.name, set())
                if self.name(holder, each) not in inside and len(inside) >= each.most:
                    self.parked += [job] if job else []
                    return number
            for each in lanes:
                self.adopt(self.name(holder, each), each.name)
        return len(places)

    @staticmethod
    def name(holder: str, wish: Lane) -> str:
        return holder if wish.run is None else str(wish.run)

    def adopt(self, holder: str, name: str) -> None:
        inside = self.inside.setdefault(name, set())
        inside.add(holder)
        self.busiest[name] = max(self.busiest.get(name, 0), len(inside))

    def give_back(self, holder: str, lanes: Sequence[str]) -> None:
        for name in lanes:
            self.inside[name].discard(holder)

    async def state(self, lanes: Sequence[str]) -> list[LaneState]:
        return [LaneState(len(self.inside.get(name, ())), None, 0) for name in lanes]

    @property
    def empty(self) -> bool:
        return not any(self.inside.values())


class Shift:
    """A worker that takes turns."""

    def __init__(
        self, world: World, gate: Gate, *, gives_way: Callable[[UUID], bool] = lambda _: False, slots: int = 20
    ) -> None:
        self.world = world
        self.slots = MemorySlots()
        self.wanted: set[str] = set()
        self.time = 0.0
        self.limits = Limits(world.executor.states, STEPS, timer=self._timer)
        self.places = Places(
            world.executor, self.slots, self.limits, world.clock, LEASE,
            gives_way=gives_way, wanted=self.wanted.__contains__,
        )  # fmt: skip
        self.steps = StepWorker(world.workshop(gate.tool), slots=slots, places=self.places)

    def _timer(self) -> float:
        """Every look is long after the one before."""
        self.time += 1
        return self.time

    async def limit(self, kind: concurrency.Kind, most: int, subject: str = "") -> None:
        await self.world.do(concurrency.concurrency_stream(WORKSPACE), SetConcurrency(kind, most, subject))

    async def enter(self, job: StepJob, name: str = "job") -> bool:
        return await self.places.enter(job, name, await self.limits.steps_of(WORKSPACE))

    async def perform(self, run_id: UUID, step: str = "a") -> bool:
        """As the queue has it; False where it waits there again."""
        job = self.world.job(run_id, step)
        entered = await self.enter(job, f"{run_id}:{step}")
        if entered:
            await self.steps.perform(job)
        return entered


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def shift(world: World, gate: Gate) -> Shift:
    return Shift(world, gate)


async def agent_of(world: World, run_id: UUID) -> str:
    return str(next(iter((await world.run(run_id)).team.values())).agent_id)


async def test_a_chain_without_limits_asks_nobody_and_leaves_nothing_behind(shift: Shift) -> None:
    run_id = await shift.world.start("a", "b: a", "c: b")
    assert await shift.perform(run_id)
    assert (await shift.world.run(run_id)).status == "completed"
    assert (shift.slots.asked, shift.slots.busiest, shift.slots.empty) == (0, {OWN: 1}, True)


@pytest.mark.parametrize("kind", ["agent", "provider"])
async def test_a_step_whose_agent_or_provider_is_busy_waits_in_the_queue(shift: Shift, kind: concurrency.Kind) -> None:
    shift.world.provider.silent = True
    runs = [await shift.world.start("a"), await shift.world.start("b")]
    subject = {"agent": await agent_of(shift.world, runs[0]), "provider": "fake"}[kind]
    await shift.limit(kind, 1, subject)
    working = asyncio.create_task(shift.perform(runs[0]))
    await shift.world.provider.asked.wait()
    other = shift.world.job(runs[1], "b")
    if kind == "provider":
        assert not await shift.enter(other, "other")
        assert shift.slots.parked == ["other"]
    else:
        assert await shift.enter(other, "other"), "it is another agent's"
        shift.places.leave(other)
    shift.world.provider.go.set()
    assert await working
    assert await shift.perform(runs[1], "b")
    assert shift.slots.empty
    assert shift.slots.busiest[lane(kind, WORKSPACE, subject)] == 1


async def test_a_step_takes_its_agents_slot_over_from_the_one_before_it(shift: Shift) -> None:
    run_id = await shift.world.start("a", "b: a", "c: b")
    await shift.limit("agent", 1)
    assert await shift.perform(run_id)
    assert (await shift.world.run(run_id)).status == "completed"
    assert shift.slots.asked == 1
    assert shift.slots.empty


async def test_a_fan_goes_on_with_as_many_as_there_is_room_for(shift: Shift, gate: Gate) -> None:
    await shift.limit("workspace", 3)
    run_id = await shift.world.started(*fan(8))
    working = asyncio.create_task(shift.perform(run_id, "first"))
    await until(lambda: gate.waiting == 3)
    assert await scheduled(shift.world, run_id) == ["first", *(f"m{number}" for number in range(3, 8))]
    gate.go.set()
    await working
    await until(lambda: not shift.steps.busy)
    assert (gate.most, shift.slots.busiest[OWN], shift.slots.empty) == (3, 3, True)


async def test_a_group_is_gone_on_with_to_its_end_in_the_place_of_the_step_that_ended_last(shift: Shift) -> None:
    run_id = await shift.world.started(*group(8))
    assert await shift.perform(run_id, "first")
    await until(lambda: not shift.steps.busy)
    assert (await shift.world.run(run_id)).status == "completed"
    assert await scheduled(shift.world, run_id) == ["first"]
    assert (shift.slots.asked, shift.slots.busiest[OWN], shift.slots.empty) == (1, 8, True)


async def test_steps_that_are_done_at_once_take_no_room_in_their_process_and_those_that_take_long_do(
    world: World, gate: Gate
) -> None:
    shift = Shift(world, gate, slots=2)
    slow = [gated(f"s{number}", "first") for number in range(3)]
    run_id = await world.started(*group(8), *slow)
    working = asyncio.create_task(shift.perform(run_id, "first"))
    await until(lambda: gate.waiting == 2)
    assert await scheduled(world, run_id) == ["first", "s2", "group"]
    gate.go.set()
    await working
    await until(lambda: not shift.steps.busy)
    assert (gate.most, shift.slots.empty) == (2, True)


async def test_where_others_have_waited_a_run_goes_back_to_the_queue(world: World, gate: Gate) -> None:
    shift = Shift(world, gate, gives_way=lambda workspace_id: workspace_id == WORKSPACE)
    run_id = await world.started(Transform(id="a", expression="`1`"), Transform(id="b", expression="`2`", needs=("a",)))
    assert await shift.perform(run_id)
    assert await scheduled(world, run_id) == ["a", "b"]
    assert shift.slots.empty


async def test_a_lane_that_others_have_waited_for_is_not_passed_on(shift: Shift) -> None:
    run_id = await shift.world.start("a", "b: a")
    await shift.limit("agent", 1)
    shift.wanted.add(lane("agent", WORKSPACE, await agent_of(shift.world, run_id)))
    assert await shift.perform(run_id)
    assert await scheduled(shift.world, run_id) == ["a", "b"]
    assert shift.slots.empty


async def test_only_so_many_runs_of_a_workflow_begin_and_the_others_are_pending(shift: Shift) -> None:
    first = await shift.world.start("a", "b: a")
    workflow_id = (await shift.world.run(first)).workflow_id
    request = StartRequest("Tides", DOCUMENT, workflow_id=workflow_id)
    second = (await shift.world.starter.start(uuid4(), request, ADA)).stream
    await shift.limit("workflow", 1, str(workflow_id))
    shift.world.provider.silent = True
    working = asyncio.create_task(shift.perform(first))
    await shift.world.provider.asked.wait()
    assert not await shift.perform(second)
    assert (await shift.world.step(second)).status == "scheduled"
    shift.world.provider.go.set()
    assert await working
    assert await shift.perform(second)
    assert shift.slots.empty


async def test_a_run_that_another_started_counts_with_that_one(shift: Shift) -> None:
    run_id = await shift.world.start("a")
    run = await shift.world.run(run_id)
    await shift.limit("workflow", 1)
    own = replace(run, parent=Parent(uuid4(), "child", 1))
    names = [[each.name for each in await shift.limits.lanes(shift.world.job(run_id), it)] for it in (run, own)]
    assert names == [[OWN, lane("workflow", WORKSPACE, str(run.workflow_id))], [OWN]]


async def test_a_step_that_nobody_foresaw_is_not_done_before_there_is_room(shift: Shift) -> None:
    await shift.limit("workspace", 1)
    run_id = await shift.world.start("a")
    shift.slots.adopt("another", OWN)
    working = asyncio.create_task(shift.steps.perform(shift.world.job(run_id)))
    await until(lambda: shift.slots.asked > 1)
    assert shift.world.happened(run_id) == []
    shift.slots.give_back("another", [OWN])
    await working
    assert (await shift.world.run(run_id)).status == "completed"
    assert shift.slots.empty


async def test_a_place_that_is_passed_on_to_a_step_that_waits_for_one_is_its_only_one(shift: Shift, gate: Gate) -> None:
    run_id = await shift.world.started(*group(2))
    await shift.limit("workspace", 1)
    shift.slots.adopt("another", OWN)
    job = shift.world.job(run_id, "first")
    waiting = asyncio.create_task(shift.places.ready(job))
    await until(lambda: shift.slots.asked == 1)
    shift.places._places[job.run_id, job.step, job.attempt] = Place("another", frozenset({OWN}))
    shift.slots.inside[OWN] = set()
    await waiting
    shift.places.leave(job)
    assert shift.slots.empty


async def test_a_slot_that_the_queue_gave_by_another_limit_is_asked_for_again(shift: Shift) -> None:
    await shift.limit("workspace", 1)
    run_id = await shift.world.start("a")
    shift.slots.inside[OWN] = {"another", "job"}
    assert not await shift.places.enter(shift.world.job(run_id), "job", STEPS)
    assert shift.slots.inside[OWN] == {"another"}
    assert shift.slots.parked == ["job"]


async def test_what_is_over_needs_no_room_but_that_of_its_workspace(shift: Shift) -> None:
    run_id = await shift.world.start("a")
    await shift.limit("agent", 1)
    await shift.world.do(run_id, run_commands.CancelRun())
    assert await shift.perform(run_id)
    assert await shift.perform(uuid4())
    assert shift.slots.asked == 0
    assert shift.slots.empty


async def test_without_redis_a_run_goes_on_where_it_needs_nothing_new_and_else_to_the_queue(
    shift: Shift, gate: Gate
) -> None:
    gate.go.set()
    run_id = await shift.world.started(*fan(3))
    shift.slots.away = True
    assert await shift.perform(run_id, "first")
    assert await scheduled(shift.world, run_id) == ["first", "m0", "m1", "m2"]
    chain = await shift.world.start("a", "b: a")
    assert await shift.perform(chain)
    assert (await shift.world.run(chain)).status == "completed"


class Counted:
    def __init__(self) -> None:
        self.runs: dict[UUID, str] = {}
        self.known = False

    async def forgotten(self) -> bool:
        known, self.known = self.known, True
        return not known

    async def all(self) -> dict[UUID, str]:
        return self.runs

    async def count(self, runs: "dict[UUID, str]", over: "set[UUID] | frozenset[UUID]" = frozenset()) -> None:
        self.runs = {run: name for run, name in runs.items() if run not in over}


async def test_runs_are_counted_again_where_redis_has_lost_the_count_and_until_they_are_over(shift: Shift) -> None:
    limited, free, run_id = uuid4(), uuid4(), uuid4()
    await shift.limit("workflow", 1, str(limited))
    over: set[UUID] = set()

    async def ended(_: object) -> set[UUID]:
        return over

    async def begun() -> list[BegunRun]:
        return [BegunRun(WORKSPACE, run_id, limited), BegunRun(WORKSPACE, uuid4(), free)]

    counted = Counted()
    count = RunCount(counted, shift.limits, ended, begun)  # type: ignore[arg-type]  # it counts in a plain dict
    await count.sweep()
    assert counted.runs == {run_id: lane("workflow", WORKSPACE, str(limited))}
    await count.sweep()
    over.add(run_id)
    await count.sweep()
    assert counted.runs == {}


async def test_what_a_step_waits_for_is_told_with_how_full_it_is(shift: Shift) -> None:
    run_id = await shift.world.start("a")
    run, job = await shift.world.run(run_id), shift.world.job(run_id)
    agent = await agent_of(shift.world, run_id)
    await shift.limit("agent", 2, agent)
    await shift.limit("provider", 1)
    assert await crowds(job, run, shift.limits, shift.slots) == []
    for holder in "xy":
        shift.slots.adopt(holder, lane("agent", WORKSPACE, agent))
    (crowd,) = await crowds(job, run, shift.limits, shift.slots)
    assert crowd == Crowd("agent", agent, 2, 2, 0)
    assert crowd.text == f"it waits for agent {agent}, 2 of whose 2 steps at once are under way"
