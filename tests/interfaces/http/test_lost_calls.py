"""A call whose process is gone is given up by others: nothing of it stays open, and what is in doubt is told."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from tests.interfaces.http.conftest import ClientOf
from tests.support.spender import MICRO_USD, MODEL, Spender
from tests.support.system import System
from tests.support.until import until


@pytest.fixture
async def database(system: System) -> AsyncIterator[Database]:
    """The database of the running Z2."""
    opened = Database(system.environment["DATABASE_URL"])
    await opened.open()
    yield opened
    await opened.close()


async def test_the_calls_of_a_process_that_is_gone_are_in_doubt_within_seconds(
    database: Database, client_of: ClientOf
) -> None:
    workspace_id, call_id = uuid4(), uuid4()
    held = await Spender(database, workspace_id).begin(call_id)
    client = client_of("admin", workspace_id)
    (doubt,) = await until(lambda: _doubts(client), 60)
    assert (doubt["id"], doubt["call_id"], doubt["code"]) == (str(held.entry), str(call_id), "process_lost")
    assert (doubt["model"], doubt["reserved_micro_usd"]) == (MODEL, MICRO_USD)
    store = PostgresEventStore(database)
    await until(lambda: _kinds(store, held.ledger, ["Reserved", "Doubted"]), 60)
    assert await _kinds(store, call_id, ["Begun", "TryBegun", "TryInDoubt", "Failed"])
    total = client.get("/api/costs").json()["total"]
    assert (total["open"], total["in_doubt"], total["in_doubt_micro_usd"]) == (0, 1, MICRO_USD)


def _doubts(client: httpx2.Client) -> list[dict[str, Any]]:
    return list(client.get("/api/costs/doubts").json()["items"])


async def _kinds(store: PostgresEventStore, stream: UUID, wanted: list[str]) -> bool:
    return [type(recorded.event).__name__ for recorded in await store.load(stream)] == wanted
