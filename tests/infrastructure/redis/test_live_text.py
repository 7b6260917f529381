"""What a model says can be watched from the beginning, by anybody, at any time while it is kept."""

import asyncio
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from infrastructure.redis.live_line import Said
from infrastructure.redis.live_text import KEPT_SECONDS, RedisLiveText

WORDS = ["The ", "tide ", "turns ", "turbines ", "🌊."]


@pytest.fixture
def live(redis: Redis) -> RedisLiveText:
    return RedisLiveText(redis)


async def speak(live: RedisLiveText, run: UUID, words: list[str], offset: int = 0) -> None:
    for word in words:
        await live.say(run, "a", 1, offset, word)
        offset += len(word)


async def heard(live: RedisLiveText, run: UUID, count: int) -> list[Said]:
    """The first so many pieces that a new listener gets."""
    said: list[Said] = []
    listening = live.listen(run)
    async with asyncio.timeout(20):
        async for piece in listening:
            if piece is not None:
                said.append(piece)
            if len(said) == count:
                break
    await listening.aclose()
    return said


async def test_a_listener_who_comes_late_gets_everything_in_order(live: RedisLiveText) -> None:
    run = uuid4()
    await speak(live, run, WORDS)
    said = await heard(live, run, len(WORDS))
    assert [piece.text for piece in said] == WORDS
    assert [piece.offset for piece in said] == [0, 4, 9, 15, 24]
    assert {(piece.step, piece.attempt) for piece in said} == {("a", 1)}


async def test_one_who_comes_in_the_middle_gets_the_past_and_then_what_is_said(live: RedisLiveText) -> None:
    run = uuid4()
    await speak(live, run, WORDS[:2])
    listening = asyncio.create_task(heard(live, run, len(WORDS)))
    await asyncio.sleep(0)
    await speak(live, run, WORDS[2:], offset=9)
    assert [piece.text for piece in await listening] == WORDS


async def test_one_who_comes_again_gets_everything_again_and_knows_it_by_the_offsets(live: RedisLiveText) -> None:
    run = uuid4()
    await speak(live, run, WORDS)
    first, second = await heard(live, run, 2), await heard(live, run, len(WORDS))
    assert second[:2] == first


async def test_many_listen_to_the_same(live: RedisLiveText) -> None:
    run = uuid4()
    listeners = [asyncio.create_task(heard(live, run, len(WORDS))) for _ in range(3)]
    await speak(live, run, WORDS)
    assert [[piece.text for piece in await listener] for listener in listeners] == [WORDS] * 3


async def test_runs_do_not_hear_each_other(live: RedisLiveText) -> None:
    one, two = uuid4(), uuid4()
    await speak(live, one, WORDS)
    await speak(live, two, ["Other."])
    assert [piece.text for piece in await heard(live, two, 1)] == ["Other."]


async def test_silence_is_told_too_so_that_one_can_see_whether_it_is_over(live: RedisLiveText) -> None:
    listening = live.listen(uuid4())
    assert await anext(listening) is None
    await listening.aclose()


async def test_it_is_kept_for_minutes_only(redis: Redis, live: RedisLiveText) -> None:
    run = uuid4()
    await speak(live, run, WORDS)
    assert 0 < await redis.ttl(f"z2:live:{run}") <= KEPT_SECONDS


async def test_where_redis_is_away_the_work_goes_on_unseen_and_a_listener_is_told() -> None:
    redis = Redis.from_url("unix:///nowhere/valkey.sock")
    live = RedisLiveText(redis)
    with capture_logs() as logs:
        await live.say(uuid4(), "a", 1, 0, "unheard")
    assert [entry["event"] for entry in logs] == ["live_text.unavailable"]
    with pytest.raises(RedisError):
        await heard(live, uuid4(), 1)
    await redis.aclose()
