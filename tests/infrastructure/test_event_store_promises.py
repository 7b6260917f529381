"""What an event store promises, whether it is the real one or the one that other tests use in its place."""

from uuid import uuid4

import pytest

from application.ports import Conflict, EventStore, Recorded
from domain import agent, name
from tests.support.given import CONTEXT
from tests.support.writer import EVENT, write

CREATED = agent.Created("Ada", "Reader", "Read.", "answer", "default")


async def test_an_empty_log_has_no_head_no_events_and_no_streams(either_store: EventStore) -> None:
    assert (await either_store.head(), await either_store.read(0, 10), await either_store.load(uuid4())) == (0, [], [])


async def test_events_come_back_as_they_were_recorded(either_store: EventStore) -> None:
    stream = uuid4()
    outcome = await either_store.append([write(stream, CREATED, EVENT)])
    assert (outcome.stream, outcome.position) == (stream, 2)
    await either_store.append([write(stream, agent.Retired(), expected=2)])
    assert await either_store.load(stream) == [
        Recorded(1, stream, 1, CREATED, CONTEXT),
        Recorded(2, stream, 2, EVENT, CONTEXT),
        Recorded(3, stream, 3, agent.Retired(), CONTEXT),
    ]
    assert await either_store.head() == 3


async def test_pages_follow_each_other(either_store: EventStore) -> None:
    for _ in range(5):
        await either_store.append([write(uuid4())])
    assert [recorded.position for recorded in await either_store.read(0, 2)] == [1, 2]
    assert [recorded.position for recorded in await either_store.read(2, 2)] == [3, 4]
    assert [recorded.position for recorded in await either_store.read(4, 2)] == [5]
    assert await either_store.read(5, 2) == []


@pytest.mark.parametrize("expected", [0, 1])
async def test_who_expects_an_older_version_is_refused_and_leaves_no_trace(
    either_store: EventStore, expected: int
) -> None:
    stream = uuid4()
    await either_store.append([write(stream, CREATED, EVENT)])
    with pytest.raises(Conflict):
        await either_store.append([write(stream, EVENT, expected=expected)])
    assert await either_store.head() == 2


async def test_several_streams_are_appended_to_together_or_not_at_all(either_store: EventStore) -> None:
    one, two, three = uuid4(), uuid4(), uuid4()
    outcome = await either_store.append([write(one, CREATED, EVENT), write(two, name.Claimed(one))])
    assert (outcome.stream, outcome.position) == (one, 3)
    with pytest.raises(Conflict):
        await either_store.append([write(three, CREATED), write(two, name.Claimed(three))])
    assert await either_store.load(three) == []
    assert [recorded.stream for recorded in await either_store.read(0, 100)] == [one, one, two]
