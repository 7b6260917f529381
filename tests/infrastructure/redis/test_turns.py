"""Each workspace has its turn, however much another has queued; priorities count within reason."""

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from redis.asyncio import Redis

from infrastructure.identity.tokens import now
from infrastructure.redis.queue import PRIORITY_MILLISECONDS, RedisQueue
from infrastructure.redis.slots import RedisSlots
from tests.infrastructure.redis.hands import Hands, job, working
from tests.support.system import ROOT
from tests.support.until import until

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
BEAT = 0.02


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def queued(redis: Redis, workspace_id: UUID, *names: str, priority: int = 0) -> None:
    jobs = RedisQueue(redis)
    for name in names:
        await jobs.enqueue(job(name, workspace_id=workspace_id, priority=priority))


async def picks(redis: Redis, number: int, want: int = 1) -> list[str]:
    """The names of what a worker takes, one after another, and does not end."""
    slots = RedisSlots(redis, "one")
    return [each.id for _ in range(number) for each in await slots.pick(want)]


async def test_one_job_of_a_workspace_is_taken_before_the_second_of_one_that_has_queued_thousands(pool: Redis) -> None:
    await queued(pool, A, *(f"a {number:04}" for number in range(2_500)))
    await queued(pool, B, "b")
    assert await picks(pool, 3) == ["a 0000", "b", "a 0001"]


async def test_what_runs_at_other_workers_counts_as_well(pool: Redis) -> None:
    await queued(pool, A, "a 1", "a 2", "a 3")
    busy, other = RedisSlots(pool, "busy"), RedisSlots(pool, "other")
    assert [each.id for each in await busy.pick(2)] == ["a 1", "a 2"]
    await queued(pool, B, "b 1", "b 2", "b 3")
    assert [each.id for each in await other.pick(4)] == ["b 1", "b 2", "a 3", "b 3"]


async def test_workspaces_that_have_as_much_to_do_get_as_much_done(pool: Redis, hands: Hands) -> None:
    for workspace_id, name in ((A, "a"), (B, "b"), (C, "c")):
        await queued(pool, workspace_id, *(f"{name} {number:02}" for number in range(40)))
    others = Hands()
    async with working(pool, hands, max_jobs=3), working(pool, others, max_jobs=3):
        await until(lambda: len(hands.ended) + len(others.ended) == 120)
    first = [name[0] for name in hands.begun[:30] + others.begun[:30]]
    assert min(first.count(name) for name in "abc") >= 12


async def test_a_job_without_a_workspace_waits_for_none(pool: Redis) -> None:
    await queued(pool, A, *(f"a {number}" for number in range(10)))
    assert len(await picks(pool, 1, 3)) == 3
    await RedisQueue(pool).enqueue(job("upkeep"))
    assert await picks(pool, 1) == ["upkeep"]


async def test_within_a_workspace_a_higher_priority_goes_first_and_the_oldest_of_its_kind(pool: Redis) -> None:
    await queued(pool, A, "low", priority=-1)
    await queued(pool, A, "usual 1", "usual 2")
    await queued(pool, A, "high 1", "high 2", priority=5)
    assert await picks(pool, 5) == ["high 1", "high 2", "usual 1", "usual 2", "low"]


async def test_a_low_priority_is_passed_over_for_a_while_and_not_for_ever(pool: Redis) -> None:
    aged = now() - timedelta(milliseconds=20 * PRIORITY_MILLISECONDS + 1_000)
    await queued(pool, A, "highest", priority=10)
    await RedisQueue(pool).enqueue(job("lowest", due_at=aged, workspace_id=A, priority=-10))
    assert await picks(pool, 2) == ["lowest", "highest"]


async def test_more_workspaces_than_are_looked_at_at_once_all_have_their_turn(pool: Redis, hands: Hands) -> None:
    for number in range(600):
        await queued(pool, UUID(int=number + 10), str(number))
    async with working(pool, hands, max_jobs=50, beat_seconds=BEAT):
        await until(lambda: len(hands.ended) == 600)
    assert len(set(hands.begun)) == 600


class TestWorkspaceLimit:
    async def test_no_more_of_a_workspace_is_done_at_once_over_all_workers(self, pool: Redis) -> None:
        await queued(pool, A, *(f"a {number}" for number in range(60)))
        together = Hands()
        async with (
            working(pool, together, max_jobs=5, most=4, beat_seconds=BEAT),
            working(pool, together, max_jobs=5, most=4, beat_seconds=BEAT),
            working(pool, together, max_jobs=5, most=4, beat_seconds=BEAT),
        ):
            await until(lambda: len(together.ended) == 60)
        assert together.busiest <= 4

    async def test_a_workspace_at_its_limit_holds_up_no_other(self, pool: Redis, hands: Hands) -> None:
        hands.go.clear()
        await queued(pool, A, *(f"a {number}" for number in range(20)))
        async with working(pool, hands, max_jobs=5, most=2, beat_seconds=BEAT):
            await until(lambda: hands.busy == 2)
            await queued(pool, B, "b")
            await until(lambda: "b" in hands.begun)
            assert hands.busy == 3
            hands.go.set()
            await until(lambda: len(hands.ended) == 21)

    async def test_its_own_lower_limit_counts_from_the_moment_it_is_told(self, pool: Redis) -> None:
        await queued(pool, A, *(f"a {number}" for number in range(9)))
        slots = RedisSlots(pool, "one")
        await slots.changed(A, 3)
        assert len(await slots.pick(9)) == 3
        await slots.changed(A, 5)
        assert len(await slots.pick(9)) == 2

    async def test_the_slots_of_a_dead_worker_come_back(self, pool: Redis, hands: Hands) -> None:
        await queued(pool, A, "a 1", "a 2", "a 3")
        dead = RedisSlots(pool, "dead", seconds=0.3, most=2)
        assert len(await dead.pick(5)) == 2
        async with working(pool, hands, most=2, beat_seconds=BEAT):
            await until(lambda: len(hands.ended) == 3)
        assert sorted(hands.begun) == ["a 1", "a 2", "a 3"]


async def test_a_killed_workers_slot_of_a_workspace_comes_back(pool: Redis, redis_url: str, hands: Hands) -> None:
    await queued(pool, A, "a")
    lone = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.infrastructure.redis.hands", redis_url, "0.6"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert lone.stdout
    assert await asyncio.wait_for(lone.stdout.readline(), 20) == b"a\n"
    await RedisSlots(pool, "").changed(A, 1)
    await queued(pool, A, "b")
    async with working(pool, hands, beat_seconds=BEAT):
        await queued(pool, B, "c")
        await until(lambda: hands.ended == ["c"])
        lone.kill()
        await lone.wait()
        await until(lambda: sorted(hands.ended) == ["a", "b", "c"])
    assert hands.busiest == 1


async def test_a_workspace_that_has_more_under_way_gives_way_to_one_that_has_waited(pool: Redis) -> None:
    await queued(pool, A, "a 1", "a 2")
    slots = RedisSlots(pool, "one")
    for each in await slots.pick(2):
        slots.adopt(each.id, f"workspace:{A.hex}")
    assert not slots.gives_way(A)
    waited = now() - timedelta(seconds=5)
    await RedisQueue(pool).enqueue(job("b", due_at=waited, workspace_id=B))
    assert await slots.pick(0) == []
    assert slots.gives_way(A)
    assert not slots.gives_way(B)
    await asyncio.gather(slots.pick(1))
    assert not slots.gives_way(A)
