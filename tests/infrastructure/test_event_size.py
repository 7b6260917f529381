"""No event takes more than 64 KiB in the log; the neighbours of one that would are appended all the same."""

import asyncio
from uuid import uuid4

import pytest

from application.errors import EventTooLarge
from domain import agent
from infrastructure import mapper
from infrastructure.event_store import PostgresEventStore
from tests.support.given import CONTEXT
from tests.support.writer import write


def of(size: int) -> agent.Revised:
    """An event that takes so many bytes in the log."""
    least = len(mapper.encode(agent.Revised("", "", "answer", ""), CONTEXT)[1])
    return agent.Revised("", "x" * (size - least), "answer", "")


async def test_the_largest_event_is_appended_and_a_larger_one_is_refused_alone(store: PostgresEventStore) -> None:
    large, small = of(65_536), [store.append([write(uuid4())]) for _ in range(5)]
    refused = store.append([write(uuid4(), large), write(uuid4(), of(65_537))])
    *done, error = await asyncio.gather(*small, store.append([write(uuid4(), large)]), refused, return_exceptions=True)
    assert not any(isinstance(each, BaseException) for each in done)
    assert isinstance(error, EventTooLarge)
    assert "agent.revised.v1 would take 65,537 bytes in the log, and an event takes at most 65,536" in str(error)
    assert "store them as payloads and refer to them" in str(error)
    assert await store.head() == 6
    assert max(len(mapper.encode(each.event, CONTEXT)[1]) for each in await store.read(0, 10)) == 65_536


async def test_what_stands_in_the_log_already_is_read_however_large(store: PostgresEventStore) -> None:
    stream = uuid4()
    await store.append([write(stream)])
    async with store._database.connection() as connection:
        longer = "replace(convert_from(state, 'UTF8'), 'closely', repeat('x', 99999))"
        await connection.execute(f"UPDATE events SET state = convert_to({longer}, 'UTF8')")
    (recorded,) = await store.load(stream)
    assert isinstance(recorded.event, agent.Revised)
    assert len(recorded.event.instructions) > 99_999


def test_the_reason_is_a_problem_of_the_request() -> None:
    with pytest.raises(EventTooLarge) as refusal:
        mapper.encode(of(65_537 + 10), CONTEXT)
    assert (refusal.value.status, refusal.value.code) == (422, "event_too_large")
