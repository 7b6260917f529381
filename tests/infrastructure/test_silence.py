"""A server that hangs, or a network that swallows what is sent, costs a bounded time and no acknowledged command."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psutil
import pytest

from application.errors import Unavailable
from application.ports import IdempotencyKey, Outcome
from infrastructure.database import Database, migrate
from infrastructure.embedded import account, places
from infrastructure.embedded.postgres import SOCKET, Postgres
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from projections import leader
from tests.support import lives, servers
from tests.support.fault_proxy import FaultProxy, Way, faulty_network
from tests.support.until import until
from tests.support.writer import write

ANSWER_SECONDS = 1.0
BOUND_SECONDS = 60.0
"""Far more than any wait that ends by itself, far less than one without end."""

SAME_KEY = "send the request again with the same Idempotency-Key"
SOCKETS = "SELECT current_setting('unix_socket_directories')"


@pytest.fixture
async def network(database: Database) -> AsyncIterator[FaultProxy]:
    async with database.connection() as connection:
        row = await (await connection.execute(SOCKETS)).fetchone()
    assert row
    async with faulty_network(Path(row[0]) / SOCKET) as proxy:
        yield proxy


@pytest.fixture
async def far(database: Database, network: FaultProxy) -> AsyncIterator[Database]:
    """The same database at the other end of that network."""
    name = urlsplit(database.url).path
    opened = Database(f"postgresql://z2@127.0.0.1:{network.port}{name}", patience=2, answer_seconds=ANSWER_SECONDS)
    await opened.open()
    yield opened
    network.heal()
    await opened.close()


def key(name: str) -> IdempotencyKey:
    return IdempotencyKey(UUID(int=1), name, hashlib.sha256(name.encode()).digest())


async def appended(store: PostgresEventStore, stream: UUID, name: str) -> Outcome:
    """The outcome of the command under this key, asked for until it is told."""

    async def ask() -> Outcome | None:
        with contextlib.suppress(Unavailable):
            return await store.append([write(stream)], key(name))
        return None

    outcome = await until(ask, BOUND_SECONDS)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("ways", [("requests",), ("answers",), ("requests", "answers")], ids="+".join)
async def test_a_command_that_vanishes_in_the_network_is_in_doubt_and_its_key_tells_what_came_of_it(
    store: PostgresEventStore, far: Database, network: FaultProxy, ways: tuple[Way, ...]
) -> None:
    distant, stream = PostgresEventStore(far), uuid4()
    await distant.append([write(uuid4())], key("the first one, which teaches the server the statement"))
    network.hold(*ways)
    async with asyncio.timeout(BOUND_SECONDS):
        with pytest.raises(Unavailable, match=f"whether this was done is not known; {SAME_KEY}"):
            await distant.append([write(stream)], key("a"))
    if "requests" not in ways:
        assert await until(lambda: _has(store, 2))
    network.heal()
    assert await appended(distant, stream, "a") == Outcome(stream, 2)
    assert await appended(distant, stream, "a") == Outcome(stream, 2)
    assert await store.head() == 2


async def test_all_who_wait_are_told_within_a_bounded_time_and_each_is_done_once(
    store: PostgresEventStore, far: Database, network: FaultProxy
) -> None:
    distant, streams = PostgresEventStore(far), [uuid4() for _ in range(40)]
    await distant.append([write(uuid4())])
    network.hold("requests")
    asked = [asyncio.create_task(distant.append([write(stream)], key(str(stream)))) for stream in streams]
    async with asyncio.timeout(BOUND_SECONDS):
        told = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(each) for each in told} == {Unavailable}
    assert all(str(each).endswith(SAME_KEY) for each in told)
    network.heal()
    positions = {(await appended(distant, stream, str(stream))).position for stream in streams}
    assert positions == set(range(2, 42))
    assert await store.head() == 41


async def test_a_read_from_a_silent_server_is_unavailable_and_so_is_one_that_finds_no_connection(
    far: Database, network: FaultProxy
) -> None:
    distant = PostgresEventStore(far)
    assert await distant.head() == 0
    network.hold("answers")
    async with asyncio.timeout(BOUND_SECONDS):
        for _ in range(3):
            with pytest.raises(Unavailable, match=SAME_KEY):
                await distant.head()
    network.heal()
    assert await until(lambda: _answers(distant), BOUND_SECONDS)


async def _has(store: PostgresEventStore, head: int) -> bool:
    return await store.head() == head


async def _answers(store: PostgresEventStore) -> bool:
    with contextlib.suppress(Unavailable):
        return await store.head() >= 0
    return False


async def test_a_cut_network_is_told_at_once_and_found_again(far: Database, network: FaultProxy) -> None:
    distant = PostgresEventStore(far)
    await distant.append([write(uuid4())])
    network.refusing = True
    network.cut()
    with pytest.raises(Unavailable, match=f"this attempt did nothing; {SAME_KEY}"):
        await until(lambda: _refused(distant), BOUND_SECONDS)
    network.refusing = False
    assert (await appended(distant, uuid4(), "a")).position == 2


async def _refused(store: PostgresEventStore) -> None:
    """One attempt; one in doubt is none that counts here."""
    try:
        await store.append([write(uuid4())])
    except Unavailable as error:
        if "not known" not in str(error):
            raise


async def followed(tail: Tail, seen: list[int]) -> None:
    """What comes, from behind what has come; as every follower does, it goes on after a loss."""
    while True:
        with contextlib.suppress(Unavailable):
            async with tail.follow(len(seen)) as batches:
                async for batch in batches:
                    seen.extend(recorded.position for recorded in batch)


@pytest.mark.parametrize("ways", [("requests",), ("answers",)], ids="+".join)
async def test_a_follower_goes_on_without_gap_or_repeat_after_the_silence(
    store: PostgresEventStore, far: Database, network: FaultProxy, ways: tuple[Way, ...]
) -> None:
    tail, seen = Tail(far, PostgresEventStore(far)), list[int]()
    async with background(tail.run(), followed(tail, seen)):
        await store.append([write(uuid4())])
        await until(lambda: seen == [1])
        before = network.connections
        network.hold(*ways)
        await store.append([write(uuid4())])
        await until(lambda: network.connections > before, BOUND_SECONDS)
        await store.append([write(uuid4())])
        network.heal()
        await until(lambda: len(seen) >= 3, BOUND_SECONDS)
        await store.append([write(uuid4())])
        await until(lambda: len(seen) >= 4, BOUND_SECONDS)
    assert seen == [1, 2, 3, 4]


async def test_a_leader_that_hears_nothing_resigns_and_leads_again_later(far: Database, network: FaultProxy) -> None:
    working = 0

    async def work() -> None:
        nonlocal working
        working += 1
        try:
            await asyncio.Event().wait()
        finally:
            working -= 1

    async with background(leader.lead(far.url, "w", work)):
        await until(lambda: working == 1)
        network.hold("answers")
        await until(lambda: working == 0, BOUND_SECONDS)
        network.heal()
        await until(lambda: working == 1, BOUND_SECONDS)


async def test_patient_work_outlasts_the_limit_but_not_a_server_that_answers_nobody(
    far: Database, network: FaultProxy
) -> None:
    longer = f"SELECT pg_sleep({3 * ANSWER_SECONDS})"
    with pytest.raises(Unavailable):
        async with far.connection() as connection:
            await connection.execute(longer)
    async with far.connection(patient=True) as connection:
        await connection.execute(longer)
    with pytest.raises(Unavailable):
        async with asyncio.timeout(BOUND_SECONDS), far.connection(patient=True) as connection:
            network.hold("answers")
            await connection.execute("SELECT 1")
    network.heal()
    async with far.connection() as connection:
        assert await (await connection.execute("SHOW statement_timeout")).fetchone() == ("1s",)


async def test_a_statement_that_nobody_waits_for_any_more_ends_on_the_server_too(far: Database) -> None:
    async with far.transaction() as holding:
        await holding.execute("SELECT pg_advisory_xact_lock(8243500162024)")
        distant = PostgresEventStore(far)
        with pytest.raises(Unavailable, match=SAME_KEY):
            await distant.append([write(uuid4())], key("a"))

        async def waiting() -> int:
            query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            row = await (await holding.execute(query)).fetchone()
            return int(row[0]) if row else 0

        await until(lambda: _none(waiting), BOUND_SECONDS)
    assert (await appended(distant, uuid4(), "b")).position == 1


async def _none(count: Callable[[], Awaitable[int]]) -> bool:
    return await count() == 0


@pytest.fixture
def own() -> Iterator[Postgres]:
    """A Postgres that a test may stop for a while."""
    with servers.scratch() as folder:
        sockets = places.socket_folder(folder, account.for_postgres(folder / "postgres"))
        yield Postgres(data=folder / "postgres", sockets=sockets, settings={"fsync": "off"})
        shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
async def fragile(own: Postgres) -> AsyncIterator[Database]:
    database = Database(own.url, patience=2, answer_seconds=ANSWER_SECONDS)
    yield database
    await database.close()


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """The server and all its processes stand still while the block runs; nobody is refused, nobody answered."""
    whole = [process.pid for process in (psutil.Process(pid), *psutil.Process(pid).children())]
    for each in whole:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in whole:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)


async def test_a_server_that_stands_still_is_unavailable_and_goes_on_with_all_that_it_acknowledged(
    own: Postgres, fragile: Database
) -> None:
    store, streams = PostgresEventStore(fragile), [uuid4() for _ in range(3)]
    with lives.started(own) as process:
        await fragile.open()
        await migrate(fragile)
        await store.append([write(streams[0])], key(str(streams[0])))
        with stopped(process.pid):
            begun = time.monotonic()
            for stream in streams:
                with pytest.raises(Unavailable, match=SAME_KEY):
                    await store.append([write(stream)], key(f"{stream}"))
            with pytest.raises(Unavailable, match=SAME_KEY):
                await store.head()
            assert time.monotonic() - begun < len(streams) * BOUND_SECONDS
        positions = [(await appended(store, stream, str(stream))).position for stream in streams]
        assert sorted(positions) == list(range(1, 4))
        assert await until(lambda: _head(store), BOUND_SECONDS) == 3


async def _head(store: PostgresEventStore) -> int:
    with contextlib.suppress(Unavailable):
        return await store.head()
    return 0
