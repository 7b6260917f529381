"""The latest questions are found by how near they are, each workspace's apart, and no word of them is kept."""

import math
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from application.models.answers import Same
from application.models.similar import Neighbour, Vector
from infrastructure.redis.neighbours import LARGEST, MOST, RedisNeighbours

HERE, THERE = Same(UUID(int=1), "d" * 64), Same(UUID(int=2), "d" * 64)
UP: Vector = (0.0, 1.0)


def name(number: int) -> str:
    return f"{number:064x}"


def at(degrees: float) -> Vector:
    """So far away from UP."""
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))


async def kept(neighbours: RedisNeighbours, *vectors: Vector) -> None:
    for number, vector in enumerate(vectors):
        await neighbours.keep(HERE, vector, name(number), 60)


def names(found: Sequence[Neighbour]) -> list[str]:
    return [each.digest for each in found]


async def test_those_that_are_near_enough_are_found_the_nearest_first(redis: Redis) -> None:
    await kept(RedisNeighbours(redis), at(20), at(5), at(90), at(-10))
    found = await RedisNeighbours(redis).near(HERE, UP, 0.95)
    assert names(found) == [name(1), name(3)]
    assert [each.similarity for each in found] == pytest.approx(
        [math.cos(math.radians(5)), math.cos(math.radians(10))], abs=1e-6
    )


async def test_another_workspace_and_another_beginning_have_questions_of_their_own(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    await kept(neighbours, UP)
    assert await neighbours.near(THERE, UP, 0.9) == []
    assert await neighbours.near(Same(HERE.workspace_id, "e" * 64), UP, 0.9) == []


async def test_a_question_that_was_answered_again_is_found_once(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    for _ in range(3):
        await neighbours.keep(HERE, UP, name(7), 60)
    assert await neighbours.near(HERE, UP, 0.9) == [Neighbour(name(7), 1.0)]
    (key,) = await redis.keys("z2:alike:*")
    there: Any = redis.llen(key)
    assert await there == 1
    await neighbours.keep(HERE, at(5), name(7), 60)
    assert await neighbours.near(HERE, UP, 0.9) == [Neighbour(name(7), 1.0)]


async def test_of_equals_the_latest_comes_first(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    await kept(neighbours, UP, UP, UP)
    assert names(await neighbours.near(HERE, UP, 0.9)) == [name(2), name(1), name(0)]


async def test_only_the_latest_are_kept(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    await kept(neighbours, *[UP] * (MOST + 10))
    found = names(await neighbours.near(HERE, UP, 0.9))
    assert (len(found), found[0], found[-1]) == (MOST, name(MOST + 9), name(10))


async def test_long_vectors_are_fewer_and_what_is_too_long_is_not_kept(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    long, endless = (1.0, *[0.0] * 8_191), (1.0, *[0.0] * LARGEST)
    for number in range(40):
        await neighbours.keep(HERE, long, name(number), 60)
    (key,) = await redis.keys("z2:alike:*")
    assert await redis.memory_usage(key, samples=0) < 1.2 * LARGEST
    assert 20 < len(await neighbours.near(HERE, long, 0.9)) < 40
    await neighbours.keep(THERE, endless, name(1), 60)
    assert await neighbours.near(THERE, endless, 0.9) == []


async def test_vectors_of_another_length_are_not_compared(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    await neighbours.keep(HERE, (1.0, 0.0, 0.0), name(1), 60)
    await kept(neighbours, UP)
    assert names(await neighbours.near(HERE, UP, 0.9)) == [name(0)]


async def test_they_are_kept_for_the_longest_time_that_anybody_wants(redis: Redis) -> None:
    neighbours = RedisNeighbours(redis)
    for seconds, least, most in ((60, 1, 60), (600, 61, 600), (30, 61, 600)):
        await neighbours.keep(HERE, UP, name(seconds), seconds)
        (key,) = await redis.keys("z2:alike:*")
        assert least <= await redis.ttl(key) <= most


async def test_where_redis_is_away_nothing_is_near_and_nothing_raises() -> None:
    neighbours = RedisNeighbours(Redis.from_url("redis://127.0.0.1:1"))
    await neighbours.keep(HERE, UP, name(1), 60)
    assert await neighbours.near(HERE, UP, 0.9) == []


async def test_the_nearest_of_as_many_as_there_can_be_are_those_that_exact_arithmetic_finds(redis: Redis) -> None:
    neighbours, chance = RedisNeighbours(redis), random.Random(7)

    def unit() -> Vector:
        given = [chance.gauss(0, 1) + (1.0 if place < 400 else 0.0) for place in range(768)]
        length = math.hypot(*given)
        return tuple(each / length for each in given)

    vectors, asked = [unit() for _ in range(60)], unit()
    await kept(neighbours, *vectors)
    exact = {name(at): math.fsum(a * b for a, b in zip(each, asked, strict=True)) for at, each in enumerate(vectors)}
    found = await neighbours.near(HERE, asked, 0.3)
    assert {each.digest for each in found} == {digest for digest, cosine in exact.items() if cosine >= 0.3}
    assert [each.similarity for each in found] == pytest.approx([exact[each.digest] for each in found], abs=1e-5)
