"""A failover in mid-commit: what was acknowledged is on the other server, once; a key tells what was in doubt."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from application.errors import Unavailable
from application.ports import IdempotencyKey, Outcome, Recorded
from domain import agent
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import background
from tests.support.fault_proxy import FaultProxy, faulty_network
from tests.support.mortal import HOLD, WAITING
from tests.support.pair import Pair, replicated_postgres
from tests.support.until import until
from tests.support.writer import write

CLIENTS = 12
BEFORE, AFTER = 20, 10
"""Commands of each client before the failover, and at least so many after it."""

SECONDS = 120.0


@pytest.fixture
def pair() -> Iterator[Pair]:
    with replicated_postgres() as running:
        yield running


@pytest.fixture
async def network(pair: Pair) -> AsyncIterator[FaultProxy]:
    async with faulty_network(pair.socket_of_primary) as proxy:
        yield proxy


@pytest.fixture
async def database(network: FaultProxy) -> AsyncIterator[Database]:
    """The database at an address that leads to whichever server is in charge."""
    opened = Database(f"postgresql://z2@127.0.0.1:{network.port}/z2", patience=1, answer_seconds=5)
    await opened.open()
    await migrate(opened)
    yield opened
    await opened.close()


async def fail_over(pair: Pair, network: FaultProxy) -> None:
    await asyncio.to_thread(pair.kill_primary)
    network.target = pair.socket_of_standby
    network.cut()


def key(name: str) -> IdempotencyKey:
    return IdempotencyKey(UUID(int=1), name, hashlib.sha256(name.encode()).digest())


class Client:
    """It sends one command after the other, each until it is acknowledged, and keeps what it was told."""

    def __init__(self, store: PostgresEventStore) -> None:
        self._store = store
        self.stream = uuid4()
        self.acknowledged: dict[str, Outcome] = {}
        self.refusals: list[str] = []

    async def work(self) -> None:
        while True:
            number = len(self.acknowledged)
            name = f"{self.stream}:{number}"
            event = agent.Revised(name, "Read.", "answer", "default")
            try:
                self.acknowledged[name] = await self._store.append(
                    [write(self.stream, event, expected=number)], key(name)
                )
            except Unavailable as error:
                self.refusals.append(str(error))
                await asyncio.sleep(0.02)


async def everything(store: PostgresEventStore) -> list[Recorded]:
    found: list[Recorded] = []
    while page := await store.read(len(found), 1_000):
        found += page
    return found


async def test_what_was_acknowledged_before_and_after_a_failover_is_there_once_and_in_order(
    pair: Pair, network: FaultProxy, database: Database
) -> None:
    store, seen = PostgresEventStore(database), list[int]()
    clients = [Client(store) for _ in range(CLIENTS)]
    tail = Tail(database, store)
    async with background(tail.run(), followed(tail, seen), *(client.work() for client in clients)):
        await until(lambda: all(len(client.acknowledged) >= BEFORE for client in clients), SECONDS)
        await fail_over(pair, network)
        await until(lambda: any("takes no writes" in why for each in clients for why in each.refusals), SECONDS)
        counts = [len(client.acknowledged) for client in clients]
        await asyncio.to_thread(pair.promote)
        await until(
            lambda: all(len(c.acknowledged) >= n + AFTER for c, n in zip(clients, counts, strict=True)), SECONDS
        )
        await until(lambda: len(seen) >= CLIENTS * (BEFORE + AFTER), SECONDS)
    log = await everything(store)
    assert [recorded.position for recorded in log] == list(range(1, len(log) + 1))
    places = {recorded.event.role: recorded for recorded in log if isinstance(recorded.event, agent.Revised)}
    assert len(places) == len(log), "no command stands twice in the log"
    for client in clients:
        assert client.refusals, "each has met the failover"
        assert all("Idempotency-Key" in why for why in client.refusals)
        for number, (name, outcome) in enumerate(client.acknowledged.items(), start=1):
            assert (places[name].position, places[name].version) == (outcome.position, number)
    assert seen == list(range(1, len(seen) + 1))


async def followed(tail: Tail, seen: list[int]) -> None:
    while True:
        with contextlib.suppress(Unavailable):
            async with tail.follow(len(seen)) as batches:
                async for batch in batches:
                    seen.extend(recorded.position for recorded in batch)


async def test_a_process_whose_server_is_a_standby_waits_until_it_is_in_charge(
    pair: Pair, network: FaultProxy, database: Database
) -> None:
    await PostgresEventStore(database).append([write(uuid4())])
    standby, seen = Database(pair.standby.url), list[int]()
    await standby.open()
    try:
        store = PostgresEventStore(standby)
        tail = Tail(standby, store)
        with capture_logs() as logs:
            async with background(tail.run(), followed(tail, seen)):
                await until(lambda: {"ReadOnlySqlTransaction"} & {str(entry.get("error")) for entry in logs}, SECONDS)
                await fail_over(pair, network)
                await asyncio.to_thread(pair.promote)
                assert (await again(store, uuid4())).position == 2
                await until(lambda: seen == [1, 2], SECONDS)
    finally:
        await standby.close()


async def in_doubt(sending: "asyncio.Task[Outcome]") -> None:
    with pytest.raises(Unavailable, match=r"whether this was done is not known; .* the same Idempotency-Key"):
        await sending


async def again(store: PostgresEventStore, stream: UUID) -> Outcome:
    """The same command under the same key, until somebody is in charge."""

    async def ask() -> Outcome | None:
        with contextlib.suppress(Unavailable):
            return await store.append([write(stream)], key("a"))
        return None

    outcome = await until(ask, SECONDS)
    assert outcome is not None
    return outcome


async def test_a_commit_that_the_failover_interrupts_was_not_done_and_is_done_by_the_second_attempt(
    pair: Pair, network: FaultProxy, database: Database
) -> None:
    store, stream = PostgresEventStore(database), uuid4()
    await store.append([write(uuid4())])
    async with await psycopg.AsyncConnection.connect(pair.primary.url, autocommit=True) as holding:
        await holding.execute(HOLD)
        await holding.execute("SELECT pg_advisory_lock(1)")
        sending = asyncio.create_task(store.append([write(stream)], key("a")))

        async def waits() -> bool:
            return await (await holding.execute(WAITING)).fetchone() is not None

        await until(waits)
        await fail_over(pair, network)
        await in_doubt(sending)
    await asyncio.to_thread(pair.promote)
    assert await again(store, stream) == Outcome(stream, 2)
    assert [recorded.position for recorded in await everything(store)] == [1, 2]


async def test_a_commit_whose_answer_the_failover_swallows_was_done_and_is_not_done_twice(
    pair: Pair, network: FaultProxy, database: Database
) -> None:
    store, stream = PostgresEventStore(database), uuid4()
    await store.append([write(uuid4())], key("first"))
    network.hold("answers")
    sending = asyncio.create_task(store.append([write(stream)], key("a")))
    async with await psycopg.AsyncConnection.connect(pair.standby.url, autocommit=True) as standby:

        async def replicated() -> bool:
            cursor = await standby.execute("SELECT max(notification_id) FROM events")
            return await cursor.fetchone() == (2,)

        await until(replicated)
    await fail_over(pair, network)
    await in_doubt(sending)
    network.heal()
    await asyncio.to_thread(pair.promote)
    assert await again(store, stream) == Outcome(stream, 2)
    assert [recorded.position for recorded in await everything(store)] == [1, 2]
