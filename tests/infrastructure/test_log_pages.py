"""Pages of the log read what was asked for, and are bounded however little of the log matches."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError

from application import upcasting
from application.ports import Recorded
from application.upcasting import Upcast
from domain import agent, run_events
from domain.kernel import replace
from infrastructure import log_pages
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.log_pages import LogPages
from tests.support.given import CONTEXT
from tests.support.writer import write

HOME = CONTEXT.workspace_id
ELSEWHERE = replace(CONTEXT, workspace_id=uuid4())


@pytest.fixture
def pages(database: Database) -> LogPages:
    return LogPages(database)


def positions(events: Sequence[Recorded]) -> list[int]:
    return [event.position for event in events]


async def revised(store: PostgresEventStore, stream: UUID, *versions: int) -> None:
    """Events of a stream, each with one of another stream behind it."""
    for version in versions:
        await store.append([replace(write(stream), expected=version - 1)])
        await store.append([replace(write(uuid4()), context=ELSEWHERE)])


async def test_a_stream_is_read_in_pages_from_any_position(pages: LogPages, store: PostgresEventStore) -> None:
    stream = uuid4()
    await revised(store, stream, 1, 2, 3, 4, 5)
    first = await pages.of_stream(stream, 0, 2)
    assert (positions(first.events), first.next) == ([1, 3], 3)
    second = await pages.of_stream(stream, 3, 2)
    assert (positions(second.events), second.next) == ([5, 7], 7)
    for between in (4, 2, 9, 10):
        page = await pages.of_stream(stream, between, 5)
        assert (positions(page.events), page.next) == ([at for at in (1, 3, 5, 7, 9) if at > between], None)
    ends = await pages.ends(stream)
    assert ends is not None
    assert (ends.first.position, ends.last) == (1, 9)
    assert await pages.ends(uuid4()) is None


async def test_a_page_of_a_stream_costs_as_much_as_it_holds(
    pages: LogPages, store: PostgresEventStore, database: Database
) -> None:
    stream = uuid4()
    await store.append([write(stream, *[agent.Retired()] * 3_000)])
    async with database.connection() as connection:
        await connection.execute("ANALYZE events")
        explain = f"EXPLAIN (ANALYZE, TIMING off, SUMMARY off, FORMAT TEXT) {log_pages.OF_STREAM}"
        cursor = await connection.execute(explain, {"stream": stream, "after": 2_900, "limit": 10})
        plan = "\n".join(line for (line,) in await cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "Rows Removed by Filter" not in plan


async def test_what_matches_is_found_by_type_stream_correlation_and_workspace(
    pages: LogPages, store: PostgresEventStore
) -> None:
    stream, led_to = uuid4(), uuid4()
    await store.append([write(stream, run_events.Cancelled(""))])
    caused = replace(CONTEXT, correlation_id=stream)
    await store.append([replace(write(led_to, agent.Retired()), context=caused)])
    await store.append([write(uuid4(), agent.Retired())])
    await store.append([replace(write(uuid4(), agent.Retired()), context=ELSEWHERE)])

    async def found(type_prefix: str | None, named: UUID | None, workspace_id: UUID = HOME) -> list[int]:
        page = await pages.matching(workspace_id, 0, 4, 10, type_prefix=type_prefix, named=named)
        assert page.next is None
        return positions(page.events)

    assert await found(None, None) == [1, 2, 3]
    assert await found(None, None, ELSEWHERE.workspace_id) == [4]
    assert await found("agent.", None) == [2, 3]
    assert await found(None, stream) == [1, 2]
    assert await found("run.", stream) == [1]
    assert await found("webhook.", None) == []


async def test_one_page_looks_at_so_much_of_the_log_and_no_more(
    pages: LogPages, store: PostgresEventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_pages, "SCANNED", 4)
    await store.append([replace(write(uuid4(), *[agent.Retired()] * 9), context=ELSEWHERE)])
    await store.append([write(uuid4())])
    seen, found = list[int | None](), list[int]()
    after: int | None = 0
    while after is not None:
        page = await pages.matching(HOME, after, 10, 5, type_prefix=None, named=None)
        found += positions(page.events)
        after = page.next
        seen.append(after)
    assert (seen, found) == ([4, 8, None], [10])
    whole = await pages.matching(ELSEWHERE.workspace_id, 0, 10, 3, type_prefix=None, named=None)
    assert (positions(whole.events), whole.next) == ([1, 2, 3], 3)


async def test_an_event_that_nobody_can_read_is_named_once_it_stands_first(
    pages: LogPages, store: PostgresEventStore, database: Database
) -> None:
    stream = uuid4()
    await store.append([write(stream, *[agent.Retired()] * 3)])
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'novelty.seen.v1' WHERE notification_id = 2")
    for page in (
        await pages.of_stream(stream, 0, 10),
        await pages.matching(HOME, 0, 3, 10, type_prefix=None, named=None),
    ):
        assert (positions(page.events), page.next) == ([1], 1)
    with pytest.raises(MapperDeserialisationError, match=r"novelty\.seen\.v1' at position 2"):
        await pages.of_stream(stream, 1, 10)
    with pytest.raises(MapperDeserialisationError, match=r"novelty\.seen\.v1' at position 2"):
        await pages.matching(HOME, 1, 3, 10, type_prefix=None, named=None)
    assert positions((await pages.of_stream(stream, 2, 10)).events) == [3]


async def test_events_of_an_earlier_form_are_found_by_the_type_they_have_today(
    pages: LogPages, store: PostgresEventStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(upcasting.RETIRED, "agent.gone.v0", Upcast("agent.retired.v1", lambda data: data))
    await store.append([write(uuid4(), agent.Retired())])
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'agent.gone.v0'")
    page = await pages.matching(HOME, 0, 1, 10, type_prefix="agent.retired", named=None)
    assert positions(page.events) == [1]
