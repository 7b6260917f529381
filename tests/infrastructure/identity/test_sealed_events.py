"""An event with a sealed value is stored and read like any other, and the log never holds the value."""

from uuid import uuid4

import pytest

from application.errors import EventTooLarge
from application.ports import Write
from domain import user_events
from domain.kernel import Sealed
from infrastructure import mapper
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.support.given import CONTEXT
from tests.support.vaults import vault


async def test_what_was_sealed_is_opened_from_the_log(database: Database, store: PostgresEventStore) -> None:
    ada = uuid4()
    renamed = user_events.Renamed(await vault(database).seal(ada, "name", "Ada Lovelace"))
    await store.append([Write(ada, 0, [renamed], CONTEXT)])
    (recorded,) = await store.load(ada)
    assert recorded.event == renamed
    assert await vault(database).open("name", renamed.name) == ["Ada Lovelace"]
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT state FROM events")).fetchone()
    assert row is not None
    assert b"Lovelace" not in row[0]


async def test_a_sealed_value_counts_towards_the_size_of_its_event(database: Database) -> None:
    ada = uuid4()
    short, long = [await vault(database).seal(ada, "name", "x" * size) for size in (1, 40_000)]
    assert len(mapper.encode(user_events.Renamed(long), CONTEXT)[1]) < 65_536
    grown = len(long.box) - len(short.box)
    assert grown == pytest.approx(39_999 * 4 / 3, abs=3)
    with pytest.raises(EventTooLarge):
        mapper.encode(user_events.Renamed(Sealed(ada, long.box * 2)), CONTEXT)
