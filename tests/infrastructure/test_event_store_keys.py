"""An idempotency key stands for one request, which is done once."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.errors import KeyReused
from application.ports import Conflict, EventStore, IdempotencyKey, Outcome
from infrastructure.database import Database
from infrastructure.event_store import KEYS_KEPT, PostgresEventStore
from tests.support.writer import write

HOME, ELSEWHERE = UUID(int=1), UUID(int=2)


def key(name: str = "k", digest: bytes = b"\x00digest", workspace_id: UUID = HOME) -> IdempotencyKey:
    return IdempotencyKey(workspace_id, name, digest)


async def test_an_append_under_a_key_is_found_again(either_store: EventStore) -> None:
    assert await either_store.outcome(key()) is None
    outcome = await either_store.append([write(uuid4()), write(uuid4())], key())
    assert outcome.position == 2
    assert await either_store.outcome(key()) == outcome


async def test_a_second_append_under_it_appends_nothing_and_gives_the_first_outcome(either_store: EventStore) -> None:
    first = await either_store.append([write(uuid4())], key())
    await either_store.append([write(uuid4())])
    assert await either_store.append([write(uuid4())], key()) == first
    assert await either_store.head() == 2


async def test_even_where_it_would_conflict(either_store: EventStore) -> None:
    stream = uuid4()
    first = await either_store.append([write(stream)], key())
    assert await either_store.append([write(stream)], key()) == first


async def test_another_request_under_it_is_refused_however_it_is_asked(either_store: EventStore) -> None:
    await either_store.append([write(uuid4())], key())
    with pytest.raises(KeyReused):
        await either_store.append([write(uuid4())], key(digest=b"other"))
    with pytest.raises(KeyReused):
        await either_store.outcome(key(digest=b"other"))
    with pytest.raises(KeyReused):
        await either_store.remember(key(digest=b"other"), Outcome(uuid4(), 1))
    assert await either_store.head() == 1


async def test_of_many_appends_at_once_under_one_key_one_is_done(either_store: EventStore) -> None:
    outcomes = await asyncio.gather(*(either_store.append([write(uuid4())], key()) for _ in range(20)))
    assert len(set(outcomes)) == 1
    assert await either_store.head() == 1


async def test_of_many_different_requests_at_once_under_one_key_one_is_done(either_store: EventStore) -> None:
    appends = (either_store.append([write(uuid4())], key(digest=bytes([number]))) for number in range(20))
    ends = await asyncio.gather(*appends, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["KeyReused"] * 19 + ["Outcome"]
    assert await either_store.head() == 1


async def test_an_append_that_conflicts_leaves_its_key_free(either_store: EventStore) -> None:
    stream = uuid4()
    await either_store.append([write(stream)])
    with pytest.raises(Conflict):
        await either_store.append([write(stream)], key())
    assert await either_store.outcome(key()) is None
    outcome = await either_store.append([write(stream, expected=1)], key())
    assert outcome.position == 2


async def test_workspaces_have_keys_of_their_own(either_store: EventStore) -> None:
    here = await either_store.append([write(uuid4())], key())
    there = await either_store.append([write(uuid4())], key(digest=b"other", workspace_id=ELSEWHERE))
    assert (here.position, there.position) == (1, 2)


class TestRemembered:
    """A request that changed nothing keeps its outcome too."""

    async def test_its_outcome_is_found_again_and_nothing_is_appended_under_its_key(
        self, either_store: EventStore
    ) -> None:
        unchanged = Outcome(uuid4(), 7)
        assert await either_store.remember(key(), unchanged) == unchanged
        assert await either_store.outcome(key()) == unchanged
        assert await either_store.append([write(uuid4())], key()) == unchanged
        assert await either_store.head() == 0

    async def test_an_outcome_that_is_known_already_stays(self, either_store: EventStore) -> None:
        first = await either_store.append([write(uuid4())], key())
        assert await either_store.remember(key(), Outcome(uuid4(), 99)) == first

    async def test_beside_appends_under_the_same_key_there_is_one_outcome(self, either_store: EventStore) -> None:
        appends = [either_store.append([write(uuid4())], key()) for _ in range(8)]
        memories = [either_store.remember(key(), Outcome(uuid4(), 0)) for _ in range(8)]
        outcomes = await asyncio.gather(*(each for pair in zip(memories, appends, strict=True) for each in pair))
        assert len(set(outcomes)) == 1
        assert await either_store.head() == (0 if outcomes[0].position == 0 else 1)


async def test_keys_are_forgotten_after_their_time_and_not_before(
    database: Database, store: PostgresEventStore
) -> None:
    old, young = key("old"), key("young")
    for each in (old, young):
        await store.append([write(uuid4())], each)
    async with database.connection() as connection:
        ages = ((KEYS_KEPT + timedelta(minutes=1), "old"), (KEYS_KEPT - timedelta(minutes=1), "young"))
        for age, name in ages:
            await connection.execute("UPDATE idempotency_keys SET at = now() - %s WHERE key = %s", (age, name))
    await store.forget_keys()
    assert await store.outcome(old) is None
    assert await store.outcome(young) is not None
