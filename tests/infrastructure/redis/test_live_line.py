"""Those who watch runs in one process share a line to Redis, and a slow one costs the others nothing."""

import asyncio
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from infrastructure.redis import live_line
from infrastructure.redis.live_line import KEPT, Said, Voice
from infrastructure.redis.live_text import RedisLiveText
from tests.support.until import until


async def say(live: RedisLiveText, run: UUID, first: int, last: int) -> None:
    for offset in range(first, last):
        await live.say(run, "a", 1, offset, "x")


async def offsets(live: RedisLiveText, run: UUID, last: int) -> list[int]:
    """What a watcher hears up to an offset."""
    heard: list[int] = []
    async for said in live.listen(run):
        heard += [said.offset] if said else []
        if heard and heard[-1] == last:
            break
    return heard


async def clients(redis: Redis) -> int:
    return int((await redis.info("clients"))["connected_clients"])


async def test_many_watchers_of_many_runs_take_a_few_connections(redis: Redis) -> None:
    live, runs = RedisLiveText(redis), [uuid4() for _ in range(10)]
    before = await clients(redis)
    watching = [asyncio.create_task(offsets(live, run, 29)) for run in runs for _ in range(10)]
    for run in runs:
        await say(live, run, 0, 30)
    assert await asyncio.gather(*watching) == [[*range(30)]] * 100
    assert await clients(redis) <= before + live_line.READERS + 3


async def test_the_line_ends_with_the_last_watcher_and_another_one_is_opened(redis: Redis) -> None:
    live, run = RedisLiveText(redis), uuid4()
    tasks = len(asyncio.all_tasks())
    for _ in range(2):
        watching = asyncio.create_task(offsets(live, run, 4))
        await say(live, run, 0, 5)
        assert await watching == [*range(5)]
        await until(lambda: len(asyncio.all_tasks()) <= tasks)
        await redis.delete(live_line.key(run))


async def test_a_slow_watcher_gets_everything_though_little_is_kept_in_memory(redis: Redis) -> None:
    live, run = RedisLiveText(redis), uuid4()
    slow = live.listen(run)
    await say(live, run, 0, 1)
    assert await anext(slow) == Said("a", 1, 0, "x")
    quick = asyncio.create_task(offsets(live, run, 3 * KEPT - 1))
    await say(live, run, 1, 3 * KEPT)
    assert await quick == [*range(3 * KEPT)]
    rest: list[int] = []
    while len(rest) < 3 * KEPT - 1:
        said = await anext(slow)
        rest += [said.offset] if said else []
    assert rest == [*range(1, 3 * KEPT)]
    await slow.aclose()


def test_a_voice_keeps_so_many_pieces_and_knows_what_it_has_not() -> None:
    voice = Voice()
    assert not voice.has((0, 0))
    voice.base = (1, 0)
    voice.take([((2, number), Said("a", 1, number, "x")) for number in range(KEPT + 2)])
    assert len(voice.recent) == KEPT
    assert (voice.base, voice.last) == ((2, 1), (2, KEPT + 1))
    assert [voice.has(seen) for seen in ((1, 0), (2, 0), (2, 1), (3, 0))] == [False, False, True, True]
    assert [said.offset for _, said in voice.behind((2, KEPT))] == [KEPT + 1]


async def test_all_who_watch_are_told_when_the_line_is_lost_and_begin_again(redis: Redis) -> None:
    live, run = RedisLiveText(redis), uuid4()
    watching = [asyncio.create_task(offsets(live, run, 9)) for _ in range(3)]
    await say(live, run, 0, 5)

    async def lost() -> bool:
        await redis.client_kill_filter(_type="pubsub", skipme=True)
        return all(task.done() for task in watching)

    assert await until(lost)
    for task in watching:
        with pytest.raises(RedisError):
            task.result()
    again = asyncio.create_task(offsets(live, run, 9))
    await say(live, run, 5, 10)
    assert await again == [*range(10)]
