"""Events a second: reading the log with decoding, a live projection catching up, and a rebuild."""

import argparse
import asyncio
import statistics
import time

import uvloop

from application.tasks import ended
from bench import fill, report, servers
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces import composition
from projections import agents, rebuilding, runner


async def measure(url: str, events: int) -> dict[str, float]:
    """Seconds of each kind of work over the whole log."""
    database = Database(url)
    await database.open()
    store = PostgresEventStore(database)
    seconds = {
        "read": await _read(store),
        "catch up": await _catch_up(database, store, events),
        "rebuild": await _rebuild(database, store),
    }
    await database.close()
    return seconds


async def _read(store: PostgresEventStore) -> float:
    begun = time.perf_counter()
    position = 0
    while page := await store.read(position, 5_000):
        position = page[-1].position
    return time.perf_counter() - begun


async def _catch_up(database: Database, store: PostgresEventStore, events: int) -> float:
    async with database.connection() as connection:
        await connection.execute("DELETE FROM projection_positions")
        await connection.execute("TRUNCATE agents")
    tail = Tail(database, store)
    begun = time.perf_counter()
    projection = agents.projection
    work = [
        asyncio.create_task(tail.run()),
        asyncio.create_task(runner.run(runner.keeping(projection), tail, store, database)),
    ]
    await tail.wait_for(projection.name, events, seconds=600)
    seconds = time.perf_counter() - begun
    await ended(*work)
    return seconds


async def _rebuild(database: Database, store: PostgresEventStore) -> float:
    begun = time.perf_counter()
    await rebuilding.rebuild(agents.projection, store, database)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--streams", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    composition.collect_seldom()
    with servers.postgres() as url:
        uvloop.run(_prepare(url))
        fill.fill(url, asked.events, asked.streams)
        rows: dict[str, list[float]] = {}
        for _ in range(asked.repeats):
            for name, seconds in uvloop.run(measure(url, asked.events)).items():
                rows.setdefault(f"{name}, events/s", []).append(asked.events / seconds)
    figures = {
        name.replace(", events/s", "_events_s").replace(" ", "_"): statistics.median(v) for name, v in rows.items()
    }
    figures["rebuild_s"] = asked.events / figures["rebuild_events_s"]
    report.show("project", rows, "", figures)


async def _prepare(url: str) -> None:
    database = Database(url)
    await database.open()
    await migrate(database, agents.projection.schema)
    await database.close()


if __name__ == "__main__":
    main()
