"""No lane ever has more in it than it may, nobody who waits is forgotten, and what a dead worker held comes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.orchestration.slots import Lane, LaneState
from application.tasks import ended
from infrastructure.identity.tokens import now
from infrastructure.redis.counted_runs import RedisCountedRuns
from infrastructure.redis.queue import QUEUE, RedisQueue, connect, lengths
from infrastructure.redis.slots import RedisSlots
from infrastructure.redis.worker import Parked, Taken, WakingWorker
from tests.infrastructure.redis.hands import job
from tests.infrastructure.redis.own import own_valkey
from tests.support.until import until

A = UUID(int=1)
OWN = f"workspace:{A.hex}"
WRITER, READER = Lane(f"agent:{A.hex}:writer", 2), Lane(f"agent:{A.hex}:reader", 3)
PROVIDER = Lane(f"provider:{A.hex}:openai", 3)
BEAT = 0.02


@pytest.fixture
def slots(pool: Redis) -> RedisSlots:
    return RedisSlots(pool, "one")


async def used(slots: RedisSlots, *lanes: Lane) -> list[int]:
    return [each.used for each in await slots.state([lane.name for lane in lanes])]


async def test_all_lanes_of_a_place_are_taken_or_none(slots: RedisSlots) -> None:
    assert await slots.take([("x", [WRITER, PROVIDER]), ("y", [WRITER])]) == 2
    assert await slots.take([("z", [PROVIDER, WRITER])]) == 0
    assert await used(slots, WRITER, PROVIDER) == [2, 1]


async def test_of_several_places_those_before_the_first_full_one_are_taken(slots: RedisSlots) -> None:
    places = [("x", [WRITER]), ("y", [READER, WRITER]), ("z", [WRITER]), ("free", [READER])]
    assert await slots.take(places) == 2
    assert await used(slots, WRITER, READER) == [2, 1]


async def test_whoever_is_in_a_lane_is_in_it_once(slots: RedisSlots) -> None:
    for _ in range(3):
        assert await slots.take([("x", [WRITER])]) == 1
    assert await used(slots, WRITER) == [1]


async def test_what_is_given_back_can_be_taken_by_another(pool: Redis, slots: RedisSlots) -> None:
    other = RedisSlots(pool, "other")
    assert await slots.take([("x", [WRITER]), ("y", [WRITER])]) == 2
    assert await other.take([("z", [WRITER])]) == 0
    slots.give_back("x", [WRITER.name])
    await slots.settle([], [])
    assert await other.take([("z", [WRITER])]) == 1


async def test_what_is_renewed_stays_and_what_is_not_lapses(pool: Redis) -> None:
    alive, dead = RedisSlots(pool, "alive", seconds=0.5), RedisSlots(pool, "dead", seconds=0.5)
    await alive.take([("x", [WRITER])])
    await dead.take([("y", [WRITER])])

    async def renewed() -> bool:
        await alive.renew([])
        return await used(alive, WRITER) == [1]

    await until(renewed)
    assert await alive.take([("z", [WRITER])]) == 1


async def test_what_redis_has_forgotten_is_known_again_with_the_next_renewal(pool: Redis, slots: RedisSlots) -> None:
    await slots.take([("x", [WRITER, PROVIDER])])
    await pool.flushdb()
    assert await used(slots, WRITER) == [0]
    await slots.renew([])
    assert await used(slots, WRITER, PROVIDER) == [1, 1]


class Crew:
    """Workers whose jobs each need lanes, and that see whether too many are in one."""

    def __init__(self) -> None:
        self.now: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.ended: list[str] = []
        self.parked = 0
        self.go = asyncio.Event()
        self.go.set()

    async def main(self, redis: Redis, lanes: dict[str, list[Lane]], **options: Any) -> None:
        slots = RedisSlots(redis, uuid4().hex, **options)

        async def work(taken: Taken, arguments: dict[str, Any]) -> None:
            wanted = lanes[arguments["name"].partition(" ")[0]]
            if not await slots.take([(taken.id, wanted)], job=taken.id):
                self.parked += 1
                raise Parked
            try:
                await self._work(wanted)
            finally:
                slots.give_back(taken.id, [lane.name for lane in wanted])
            self.ended.append(taken.id)

        worker = WakingWorker(redis, {"work": work}, slots, max_jobs=8, beat_seconds=BEAT)
        try:
            await worker.main()
        finally:
            await worker.wind_down(0)

    async def _work(self, lanes: list[Lane]) -> None:
        for lane in lanes:
            self.now[lane.name] = self.now.get(lane.name, 0) + 1
            self.most[lane.name] = max(self.most.get(lane.name, 0), self.now[lane.name])
        try:
            await asyncio.sleep(0)
            await self.go.wait()
        finally:
            for lane in lanes:
                self.now[lane.name] -= 1


NEEDS = {"write": [WRITER, PROVIDER], "read": [PROVIDER, READER], "free": []}


@pytest.fixture
async def crew(pool: Redis) -> AsyncIterator[Crew]:
    """Three workers."""
    made = Crew()
    tasks = [asyncio.create_task(made.main(pool, NEEDS)) for _ in range(3)]
    yield made
    await ended(*tasks)


async def queued(redis: Redis, *names: str) -> None:
    for name in names:
        await RedisQueue(redis).enqueue(job(name, workspace_id=A))


async def test_workers_that_race_for_slots_never_have_too_many_and_do_all_that_waits(pool: Redis, crew: Crew) -> None:
    names = [f"{kind} {number}" for number in range(80) for kind in ("write", "read", "free")]
    crew.go.clear()
    await queued(pool, *names)
    await until(lambda: crew.now.get(PROVIDER.name) == 3)
    crew.go.set()
    await until(lambda: len(crew.ended) == 240)
    assert sorted(crew.ended) == sorted(names)
    assert crew.most[WRITER.name] <= 2
    assert crew.most[READER.name] <= 3
    assert crew.most[PROVIDER.name] == 3
    await until(lambda: _is_empty(pool))


async def _is_empty(redis: Redis) -> bool:
    """Nothing of any job is left, and nothing in any lane."""
    left = {name.decode() async for name in redis.scan_iter("*")}
    return left <= {"z2:slots:most"}


async def test_what_waits_for_a_full_lane_holds_up_nothing_else_and_is_not_looked_at_again_and_again(
    pool: Redis, crew: Crew, slots: RedisSlots
) -> None:
    crew.go.clear()
    await queued(pool, *(f"write {number:02}" for number in range(30)))
    await until(lambda: crew.parked == 28)
    crew.go.set()
    await queued(pool, "free 1")
    await until(lambda: len(crew.ended) == 31)
    assert crew.parked < 60


async def test_how_full_a_lane_is_can_be_told(pool: Redis, crew: Crew, slots: RedisSlots) -> None:
    crew.go.clear()
    await queued(pool, *(f"write {number}" for number in range(5)))
    await until(lambda: crew.parked == 3)
    assert await slots.state([WRITER.name, "agent:nobody"]) == [LaneState(2, 2, 3), LaneState(0, None, 0)]
    later = now() + timedelta(hours=1)
    await RedisQueue(pool).enqueue(job("write later", due_at=later, workspace_id=A))
    waiting = {"worker": 0, "moment": 1, "workspace": 0, "agent": 3, "provider": 0, "workflow": 0}
    assert await lengths(pool) == waiting
    crew.go.set()
    await until(lambda: len(crew.ended) == 5)


async def test_a_slot_that_a_dead_worker_held_is_given_to_whoever_waits_for_it(pool: Redis, crew: Crew) -> None:
    dead = RedisSlots(pool, "dead", seconds=1.0)
    assert await dead.take([("x", [WRITER]), ("y", [WRITER])]) == 2
    await queued(pool, "write 1")
    await until(lambda: crew.parked >= 1)
    await until(lambda: crew.ended == ["write 1"])


async def test_a_limit_that_is_raised_or_removed_lets_those_go_on_that_wait(pool: Redis, slots: RedisSlots) -> None:
    holding = RedisSlots(pool, "holding", seconds=600)
    assert await holding.take([("x", [WRITER]), ("y", [WRITER])]) == 2
    needs: dict[str, list[Lane]] = {"write": [WRITER]}
    crew = Crew()
    task = asyncio.create_task(crew.main(pool, needs))
    await queued(pool, "write 1", "write 2")
    await until(lambda: crew.parked >= 2)
    needs["write"] = []
    await slots.changed(A, 10)
    await until(lambda: len(crew.ended) == 2)
    await ended(task)


async def test_a_run_counts_until_it_is_seen_to_be_over(pool: Redis, slots: RedisSlots) -> None:
    run, other = uuid4(), uuid4()
    lane = f"workflow:{A.hex}:{uuid4()}"
    counted = RedisCountedRuns(pool)
    assert await slots.take([("job", [Lane(lane, 1, run)])]) == 1
    assert await slots.take([("next step", [Lane(lane, 1, run)])]) == 1
    assert await slots.take([("of another", [Lane(lane, 1, other)])]) == 0
    assert await counted.all() == {run: lane}
    await counted.count(await counted.all())
    assert await slots.take([("of another", [Lane(lane, 1, other)])]) == 0
    await counted.count(await counted.all(), {run})
    assert await counted.all() == {}
    assert await slots.take([("of another", [Lane(lane, 1, other)])]) == 1


async def test_a_count_that_redis_has_lost_is_noticed_once(pool: Redis) -> None:
    counted = RedisCountedRuns(pool)
    assert await counted.forgotten()
    assert not await counted.forgotten()
    await pool.flushdb()
    assert await counted.forgotten()


async def test_nothing_is_stuck_when_redis_dies_and_comes_back() -> None:
    with own_valkey() as valkey:
        pool = await connect(valkey.url)
        crew = Crew()
        task = asyncio.create_task(crew.main(pool, NEEDS, seconds=0.5))
        crew.go.clear()
        await queued(pool, *(f"write {number}" for number in range(6)))
        await until(lambda: crew.parked == 4)
        valkey.kill()
        crew.go.set()
        await until(lambda: crew.now[WRITER.name] == 0)
        valkey.start()

        async def is_done() -> bool:
            try:
                return bool(await pool.zcard(QUEUE) == 0)
            except (RedisError, OSError):
                return False

        await until(is_done)
        assert {*crew.ended} == {f"write {number}" for number in range(6)}
        assert crew.most[WRITER.name] == 2
        await ended(task)
        await pool.aclose()
