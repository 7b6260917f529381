"""A row in an earlier form is read as one of today: by the mapper, the fold, the read models and the library."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError
from eventsourcing.postgres import PostgresApplicationRecorder

from application.access import Actor
from application.execute import Executor
from application.upcasting import RETIRED, Data, Upcast
from domain import agent
from infrastructure import mapper
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from projections import agents
from tests.infrastructure.test_recorder import datastore_of
from tests.support.given import CONTEXT

OLD = "agent.hired.v1"
STORED = {"type": OLD, "label": "Reader", "does": "Research", "how": "Read closely."}
TODAY = agent.Created("Reader", "Research", "Read closely.", "summarise", "default")

APPEND = """
SELECT append_batch(ARRAY[%s]::uuid[], ARRAY[%s]::bigint[], ARRAY[%s]::text[], ARRAY[%s]::bytea[], ARRAY[0],
                    '{}', '{}', '{}', '{}')
"""


def _named(old: Data) -> Data:
    return {"name": old["label"], "role": old["does"], "instructions": old["how"]}


def _with_a_model(old: Data) -> Data:
    return {**old, "task": "summarise", "model": "default"}


@pytest.fixture(autouse=True)
def retired(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two earlier forms of an agent's first event, as there could have been."""
    monkeypatch.setitem(RETIRED, OLD, Upcast("agent.hired.v2", _named))
    monkeypatch.setitem(RETIRED, "agent.hired.v2", Upcast("agent.created.v1", _with_a_model))
    yield


def row(event: object = STORED) -> bytes:
    _, state = mapper.encode(agent.Retired(), CONTEXT)
    return json.dumps({**json.loads(state), "event": event}).encode()


async def stored(database: Database, stream: UUID, topic: str = OLD, state: bytes | None = None) -> None:
    """A row as an earlier Z2 has written it."""
    async with database.connection() as connection:
        await connection.execute(APPEND, (stream, 1, topic, row() if state is None else state))


def test_the_mapper_reads_a_retired_tag_as_the_fact_it_has_become() -> None:
    recorded = mapper.decode(UUID(int=9), 1, OLD, row(), 5)
    assert (recorded.event, recorded.context, recorded.position) == (TODAY, CONTEXT, 5)


@pytest.mark.parametrize(
    ("state", "what"),
    [
        (b"{", "truncated"),
        (b"{}", "KeyError"),
        (b"[]", "TypeError"),
        (row({"type": OLD}), "KeyError"),
        (row({**STORED, "does": 5}), "Expected `str`, got `int`"),
    ],
)
def test_a_row_that_an_upcast_stumbles_over_is_named(state: bytes, what: str) -> None:
    with pytest.raises(MapperDeserialisationError, match=rf"event 'agent\.hired\.v1' at position 7: .*{what}"):
        mapper.decode(UUID(int=9), 1, OLD, state, 7)


async def test_a_command_is_decided_on_the_state_that_an_old_row_folds_to(
    database: Database, store: PostgresEventStore
) -> None:
    stream = uuid4()
    await stored(database, stream)
    admin = Actor(CONTEXT.actor_id, CONTEXT.workspace_id, "admin")
    executor = Executor(store, now)
    await executor.execute(stream, agent.RetireAgent(), admin, correlation_id=stream)
    state = await executor.state(stream, CONTEXT.workspace_id)
    assert state == agent.decider.fold([TODAY, agent.Retired()])
    assert [each.event for each in await store.read(0, 10)] == [TODAY, agent.Retired()]


async def test_a_read_model_shows_an_old_row_like_any_other(database: Database, store: PostgresEventStore) -> None:
    stream = uuid4()
    await stored(database, stream)
    async with database.transaction() as connection:
        await agents.projection.apply(connection, await store.read(0, 10))
    async with database.connection() as connection:
        shown = await agents.projection.one(connection, CONTEXT.workspace_id, stream)
    assert shown is not None
    assert (shown.name, shown.role, shown.model) == ("Reader", "Research", "default")


async def test_a_stock_recorder_of_the_library_and_our_mapper_read_it_too(database: Database, log_url: str) -> None:
    stream = uuid4()
    await stored(database, stream)
    datastore = datastore_of(log_url)
    try:
        stock = PostgresApplicationRecorder(datastore, events_table_name="events")
        (selected,) = stock.select_events(stream)
        assert selected.topic == OLD
        assert mapper.EventMapper().to_domain_event(selected).event == TODAY
    finally:
        datastore.close()
