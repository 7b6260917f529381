"""References of events to payloads are counted from the log, each exactly once."""

import asyncio
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest

from domain import agent, memory, run_events, run_tool_events, run_values, run_wait_events
from domain.kernel import PayloadRef
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.payload_sweep import PayloadSweep
from infrastructure.payloads import CHUNK, PostgresPayloads
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import payload_references, positions, runner
from projections.poison import Poisoned
from tests.support.given import CONTEXT
from tests.support.until import until
from tests.support.writer import write

HOME = CONTEXT.workspace_id


def ref(name: int) -> PayloadRef:
    return PayloadRef(f"{name:064x}", 1)


def call(output: PayloadRef) -> run_events.CallRecorded:
    return run_events.CallRecorded("a", 1, 1, "m", output, run_values.Tokens(1, 1), None, "end")


async def counts(database: Database) -> dict[str, int]:
    async with database.connection() as connection:
        cursor = await connection.execute("SELECT encode(sha256, 'hex'), count FROM payload_references")
        return {str(sha256): int(count) for sha256, count in await cursor.fetchall()}


async def stored(database: Database) -> int:
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM payloads")).fetchone()
    assert row
    return int(row[0])


async def aged(database: Database, interval: str) -> None:
    async with database.connection() as connection:
        await connection.execute(f"UPDATE payloads SET touched_at = now() - interval '{interval}'")
        await connection.execute(f"UPDATE payload_chunks SET at = now() - interval '{interval}'")


def counting(tail: Tail, store: PostgresEventStore, database: Database) -> Any:
    return background(runner.run(payload_references.consumer, tail, store, database))


def sweep_of(database: Database, tail: Tail, **options: Any) -> PayloadSweep:
    return PayloadSweep(database, tail, timedelta(hours=2), uptime=timedelta(0), **options)


async def test_every_event_that_carries_a_reference_is_seen() -> None:
    bearing = {kind for kind in get_args(run_events.Events) if payload_references._bears(kind)}
    assert bearing == {
        run_events.Started,
        run_events.CallBegun,
        run_events.CallRecorded,
        run_events.CallServed,
        run_events.StepOpened,
        run_events.StepCompleted,
        run_events.StepSkipped,
        run_events.Completed,
        run_wait_events.StepSuspended,
        run_wait_events.ApprovalDecided,
        run_wait_events.InputGiven,
        run_wait_events.Signalled,
        run_tool_events.ToolBegun,
        run_tool_events.ToolEnded,
        run_tool_events.ContextCompacted,
    }
    assert [*payload_references.references(call(ref(1)))] == [ref(1)]
    assert [*payload_references.references(agent.Retired())] == []


async def altered(database: Database) -> None:
    """The counts are not what the log tells."""
    async with database.connection() as connection:
        await connection.execute("DELETE FROM payload_references WHERE count = 1")
        await connection.execute("UPDATE payload_references SET count = 9")
        await connection.execute("INSERT INTO payload_references VALUES (gen_random_uuid(), decode('ff', 'hex'), 1)")


async def test_references_are_counted_once_and_again_in_a_recount(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    wanted = {ref(1).sha256: 3, ref(2).sha256: 1}
    async with counting(tail, store, database):
        await store.append([write(uuid4(), call(ref(1)), run_events.StepCompleted("a", 1, ref(1)))])
        await store.append([write(uuid4(), run_events.Completed(ref(1)), run_events.Completed(ref(2)))])
        await tail.wait_for(payload_references.NAME, 4)
        assert await counts(database) == wanted
        await altered(database)
        assert await payload_references.recount(store, database) == (2, 4)
        assert await counts(database) == wanted
        last = await store.append([write(uuid4(), call(ref(2)))])
        await tail.wait_for(payload_references.NAME, last.position)
        assert await counts(database) == wanted | {ref(2).sha256: 2}


async def test_a_recount_beside_those_who_append_counts_everything_once(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    async with counting(tail, store, database):
        for _ in range(20):
            appending = asyncio.gather(*(store.append([write(uuid4(), call(ref(1)))]) for _ in range(10)))
            recounts = asyncio.gather(*(payload_references.recount(store, database) for _ in range(2)))
            await asyncio.gather(appending, recounts)
        await tail.wait_for(payload_references.NAME, 200)
        assert await counts(database) == {ref(1).sha256: 200}


async def test_a_recount_that_nobody_follows_counts_for_them(database: Database, store: PostgresEventStore) -> None:
    assert await payload_references.recount(store, database) == (0, 0)
    await store.append([write(uuid4(), *[call(ref(number)) for number in range(3)])])
    assert await payload_references.recount(store, database) == (3, 3)
    async with database.connection() as connection:
        assert (await positions.progress(connection))[payload_references.NAME].position == 3


async def test_a_recount_ends_at_an_event_that_nobody_can_read_and_leaves_the_counts(
    database: Database, store: PostgresEventStore
) -> None:
    await store.append([write(uuid4(), call(ref(1)))])
    await payload_references.recount(store, database)
    await store.append([write(uuid4())])
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'novelty.seen.v1' WHERE notification_id = 2")
    with pytest.raises(Poisoned, match=r"novelty\.seen\.v1 at position 2"):
        await payload_references.recount(store, database)
    assert await counts(database) == {ref(1).sha256: 1}


async def test_what_nothing_refers_to_is_collected_after_the_grace_time(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    payloads = PostgresPayloads(database)
    kept = await payloads.put(HOME, "kept")
    await payloads.put(UUID(int=99), "kept")  # the same text in another workspace is another payload
    lost = await payloads.put(HOME, "lost")
    await payloads.put(HOME, "tide " * CHUNK)
    async with counting(tail, store, database):
        await store.append([write(uuid4(), call(kept))])
        assert await sweep_of(database, tail).once() == 0
        await aged(database, "119 minutes")
        assert await sweep_of(database, tail).once() == 0
        await aged(database, "121 minutes")
        assert await payloads.put(HOME, "lost") == lost  # said again, so somebody is about to refer to it
        assert await sweep_of(database, tail).once() == 2
        assert (await payloads.get(HOME, kept), await payloads.get(HOME, lost)) == ("kept", "lost")
    assert await stored(database) == 2
    async with database.connection() as connection:
        assert await (await connection.execute("SELECT upload FROM payload_chunks")).fetchall() == []


async def test_the_text_of_a_forgotten_fact_is_collected_unless_something_else_refers_to_it(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    payloads, owner = PostgresPayloads(database), memory.Owner("workspace", HOME)
    gone, shared = await payloads.put(HOME, "forgotten"), await payloads.put(HOME, "said elsewhere too")
    for text in (gone, shared):
        fact = memory.Remembered(uuid4(), owner, text, "fact", memory.PERSON, "trusted")
        await store.append([write(uuid4(), fact, memory.Forgotten(fact.fact_id, text))])
    await store.append([write(uuid4(), call(shared))])
    await aged(database, "3 hours")
    async with counting(tail, store, database):
        assert await sweep_of(database, tail).once() == 1
    assert await payloads.get(HOME, shared) == "said elsewhere too"
    assert await counts(database) == {gone.sha256: 0, shared.sha256: 1}
    await payload_references.recount(store, database)
    assert await counts(database) == {gone.sha256: 0, shared.sha256: 1}


async def test_nothing_is_collected_while_references_are_uncounted(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    kept = await PostgresPayloads(database).put(HOME, "kept")
    await aged(database, "3 days")
    await store.append([write(uuid4(), call(kept))])
    assert await sweep_of(database, tail, wait=0.05).once() == 0
    tail.projected[payload_references.NAME] = 1  # what the tail saw before a recount
    assert await sweep_of(database, tail).once() == 0
    assert await stored(database) == 1


async def test_an_event_that_nobody_can_read_stops_the_counting(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await store.append([write(uuid4())])
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'novelty.seen.v1'")

    async def stopped() -> bool:
        async with database.connection() as connection:
            known = (await positions.progress(connection)).get(payload_references.NAME)
            return bool(known and known.stopped and known.stopped.event_type == "novelty.seen.v1")

    async with counting(tail, store, database):
        assert await until(stopped)


async def test_nothing_is_collected_soon_after_postgres_came_up(database: Database, tail: Tail) -> None:
    await PostgresPayloads(database).put(HOME, "lost")
    await aged(database, "3 days")
    assert await PayloadSweep(database, tail, timedelta(hours=2), wait=0.05).once() == 0


async def test_the_grace_time_is_an_hour_at_the_least(
    database: Database, store: PostgresEventStore, tail: Tail
) -> None:
    await PostgresPayloads(database).put(HOME, "lost")
    await aged(database, "59 minutes")
    async with counting(tail, store, database):
        last = await store.append([write(uuid4())])
        await tail.wait_for(payload_references.NAME, last.position)
        assert await PayloadSweep(database, tail, timedelta(0), uptime=timedelta(0)).once() == 0


@pytest.mark.parametrize(("age", "left"), [("3 hours", 0), ("1 minute", 1)])
async def test_an_upload_that_never_ended_is_collected(
    database: Database, store: PostgresEventStore, tail: Tail, age: str, left: int
) -> None:
    async with database.connection() as connection:
        put = "INSERT INTO payload_chunks (upload, number, encoding, body) VALUES (%s, 0, 'plain', 'x')"
        await connection.execute(put, (uuid4(),))
    await aged(database, age)
    async with counting(tail, store, database):
        last = await store.append([write(uuid4())])
        await tail.wait_for(payload_references.NAME, last.position)
        await sweep_of(database, tail).once()
    async with database.connection() as connection:
        row = await (await connection.execute("SELECT count(*) FROM payload_chunks")).fetchone()
    assert row == (left,)
