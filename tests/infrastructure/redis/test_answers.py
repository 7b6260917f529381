"""Answers are kept for their time, each workspace's apart, and nobody waits for a Redis that is away."""

from uuid import UUID

import msgspec
from redis.asyncio import Redis

from application.models.answers import Same
from application.models.journal import Hit
from application.models.request import Reasoning
from application.models.stream import Finished, Usage
from infrastructure.redis.answers import LARGEST, RedisAnswers
from tests.support.given import AT

HERE, THERE = Same(UUID(int=1), "d" * 64), Same(UUID(int=2), "d" * 64)
HIT = Hit("a/model", "Because.", (Reasoning("Hm", "signed"),), Finished("end", Usage(10, 5), "m"), 40, AT)


async def test_an_answer_is_found_as_it_was_kept_and_only_in_its_workspace(redis: Redis) -> None:
    answers = RedisAnswers(redis)
    assert await answers.find(HERE) is None
    await answers.keep(HERE, HIT, 60)
    assert await RedisAnswers(redis).find(HERE) == HIT
    assert await answers.find(THERE) is None
    assert await answers.find(Same(HERE.workspace_id, "e" * 64)) is None


async def test_it_is_kept_for_its_time_only(redis: Redis) -> None:
    await RedisAnswers(redis).keep(HERE, HIT, 60)
    (key,) = await redis.keys("z2:answer:*")
    assert 0 < await redis.ttl(key) <= 60


async def test_an_entry_of_another_form_is_none(redis: Redis) -> None:
    answers = RedisAnswers(redis)
    await answers.keep(HERE, HIT, 60)
    (key,) = await redis.keys("z2:answer:*")
    await redis.set(key, b'{"of": "sheep"}')
    assert await answers.find(HERE) is None
    ageless = {name: value for name, value in msgspec.to_builtins(HIT).items() if name != "at"}
    await redis.set(key, msgspec.json.encode(ageless))
    assert await answers.find(HERE) is None


async def test_an_answer_that_is_too_long_is_not_kept(redis: Redis) -> None:
    answers = RedisAnswers(redis)
    await answers.keep(HERE, Hit("a/model", "x" * LARGEST, (), HIT.finished, None, AT), 60)
    assert await answers.find(HERE) is None


async def test_where_redis_is_away_nothing_is_known_and_nothing_raises() -> None:
    answers = RedisAnswers(Redis.from_url("redis://127.0.0.1:1"))
    await answers.keep(HERE, HIT, 60)
    assert await answers.find(HERE) is None
