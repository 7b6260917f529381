"""From append to arrival: in the same process, and at a client of the API's event stream, at a steady rate."""

import argparse
import asyncio
import statistics
import time
from uuid import uuid4

import uvloop

from application.ports import Write
from application.tasks import ended
from bench import report
from bench.api import PRODUCT, WORKSPACE, Api, running
from domain import agent
from domain.kernel import Context
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from infrastructure.tail import Tail
from interfaces import composition

SECONDS = 5.0
FIGURES = {
    "same process, 1,000 events/s: p50 ms": "same_process_p50_ms",
    "same process, 1,000 events/s: p99 ms": "same_process_p99_ms",
    "one client, 1,000 events/s: p50 ms": "client_p50_ms",
    "one client, 1,000 events/s: p99 ms": "client_p99_ms",
    "many clients, 100 events/s: p50 ms": "many_clients_p50_ms",
    "many clients, 100 events/s: p99 ms": "many_clients_p99_ms",
    "memory of each of many clients, kB": "client_memory_kb",
}
CONTEXT = Context(WORKSPACE, uuid4(), now(), uuid4())


async def write(store: PostgresEventStore, rate: float, seconds: float) -> dict[int, float]:
    """When each position was told to have been appended, at so many appends a second."""
    told: dict[int, float] = {}

    async def one(number: int) -> None:
        event = agent.Revised("Role", f"{number} {'x' * 400}", "summarise", "default")
        outcome = await store.append([Write(uuid4(), 0, [event], CONTEXT)])
        told[outcome.position] = time.perf_counter()

    begun = time.perf_counter()
    pending = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        pending.append(asyncio.create_task(one(number)))
    await asyncio.gather(*pending)
    return told


def spread(latencies: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(latencies, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


async def same_process(url: str, rate: float) -> tuple[float, float]:
    """p50 and p99 in milliseconds from the answer of the append to a follower of the tail."""
    database = Database(url)
    await database.open()
    store = PostgresEventStore(database)
    tail = Tail(database, store)
    running = asyncio.create_task(tail.run())
    seen: dict[int, float] = {}

    async def follow() -> None:
        async with tail.follow(await store.head()) as batches:
            async for batch in batches:
                at = time.perf_counter()
                seen.update((each.position, at) for each in batch)

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.2)
    told = await write(store, rate, SECONDS)
    while len(seen) < len(told):
        await asyncio.sleep(0.01)
    await ended(running, following)
    await database.close()
    return spread([max(0.0, seen[position] - at) for position, at in told.items()])


async def by_stream(url: str, api: Api, clients: int, rate: float) -> tuple[float, float]:
    """p50 and p99 in milliseconds to clients of the API's event stream, measured in this process."""
    database = Database(url)
    await database.open()
    store = PostgresEventStore(database)
    after = await store.head()
    seen: list[dict[int, float]] = [{} for _ in range(clients)]
    watching = [asyncio.create_task(watch(api, after, each)) for each in seen]
    await asyncio.sleep(1 + clients / 200)
    told = await write(store, rate, SECONDS)
    deadline = time.perf_counter() + 30
    while any(len(each) < len(told) for each in seen) and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    await ended(*watching)
    await database.close()
    missing = sum(len(told) - len(each) for each in seen)
    assert missing == 0, f"{missing} events did not arrive"
    return spread([max(0.0, each[position] - at) for each in seen for position, at in told.items()])


async def watch(api: Api, after: int, seen: dict[int, float]) -> None:
    """A client that reads raw bytes, so that it costs this process as little as can be."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    head = f"GET /api/events?after={after} HTTP/1.1\r\nHost: z2\r\nAuthorization: Bearer {api.token}\r\n\r\n"
    writer.write(head.encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"id: "):
                seen[int(line[4:])] = time.perf_counter()
    finally:
        writer.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--clients", type=int, default=1_000)
    asked = parser.parse_args()
    composition.collect_seldom()
    rows: dict[str, list[float]] = {}
    for _ in range(asked.repeats):
        # a process keeps the memory that it once had, so each turn has one of its own
        with running(PRODUCT) as (url, (api,)):
            _turn(url, api, asked.clients, rows)
    report.show("tail", rows, "", {FIGURES[label]: statistics.median(values) for label, values in rows.items()})


def _turn(url: str, api: Api, clients: int, rows: dict[str, list[float]]) -> None:
    same = uvloop.run(same_process(url, 1_000))
    one = uvloop.run(by_stream(url, api, 1, 1_000))
    before = api.memory()
    many = uvloop.run(by_stream(url, api, clients, 100))
    memory = (api.memory() - before) / clients / 1000
    for label, value in zip(FIGURES, (*same, *one, *many, memory), strict=True):
        rows.setdefault(label, []).append(value)


if __name__ == "__main__":
    main()
