"""From append to arrival: in the same process, and at a client of the API's event stream, at a steady rate."""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psutil
import uvloop

from application.access import Actor
from application.ports import Write
from bench import report, servers
from domain import agent
from domain.kernel import Context
from infrastructure.database import Database, migrate
from infrastructure.embedded import account, places, server
from infrastructure.embedded.valkey import Valkey
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import Tokens, now, signing_key
from infrastructure.tail import Tail
from interfaces.processes.network import free_port

SECONDS = 5.0
WORKSPACE = uuid4()
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
    for task in (running, following):
        task.cancel()
    await asyncio.gather(running, following, return_exceptions=True)
    await database.close()
    return spread([max(0.0, seen[position] - at) for position, at in told.items()])


async def by_stream(url: str, api: "Api", clients: int, rate: float) -> tuple[float, float]:
    """p50 and p99 in milliseconds to clients of the API's event stream, measured in this process."""
    database = Database(url)
    await database.open()
    store = PostgresEventStore(database)
    after = await store.head()
    seen: list[dict[int, float]] = [{} for _ in range(clients)]
    watching = [asyncio.create_task(api.watch(after, each)) for each in seen]
    await asyncio.sleep(1 + clients / 200)
    told = await write(store, rate, SECONDS)
    deadline = time.perf_counter() + 30
    while any(len(each) < len(told) for each in seen) and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    await database.close()
    missing = sum(len(told) - len(each) for each in seen)
    assert missing == 0, f"{missing} events did not arrive"
    return spread([max(0.0, each[position] - at) for each in seen for position, at in told.items()])


class Api:
    """One API process on servers of its own."""

    def __init__(self, url: str, redis: str, data: Path) -> None:
        self.port = free_port("127.0.0.1", 0)
        environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": redis, "Z2_DATA_DIR": str(data)}
        environment |= {"Z2_PORT": str(self.port), "Z2_LOG_LEVEL": "error"}
        self.process = subprocess.Popen([sys.executable, "-m", "interfaces.cli", "api"], env=environment)
        tokens = Tokens(signing_key("", data), timedelta(hours=1))
        self.token, _ = tokens.issue(Actor(uuid4(), WORKSPACE, "user"), now())

    async def watch(self, after: int, seen: dict[int, float]) -> None:
        """A client that reads raw bytes, so that it costs this process as little as can be."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = f"GET /api/events?after={after} HTTP/1.1\r\nHost: z2\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        writer.write(head.encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    seen[int(line[4:])] = time.perf_counter()
        finally:
            writer.close()

    def memory(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--clients", type=int, default=1_000)
    asked = parser.parse_args()
    rows: dict[str, list[float]] = {}
    with servers.postgres() as url, tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        sockets = places.socket_folder(folder, account.ourselves())
        uvloop.run(_prepare(url))
        with server.running(Valkey(data=folder / "valkey", sockets=sockets)) as redis:
            api = Api(url, redis.url, folder / "data")
            try:
                uvloop.run(_ready(api))
                for _ in range(asked.repeats):
                    _turn(url, api, asked.clients, rows)
            finally:
                api.process.terminate()
                api.process.wait()
    report.show("tail", rows, "ms", {label: statistics.median(values) for label, values in rows.items()})


def _turn(url: str, api: Api, clients: int, rows: dict[str, list[float]]) -> None:
    for label, (p50, p99) in (
        ("same process, 1,000/s", uvloop.run(same_process(url, 1_000))),
        ("one client, 1,000/s", uvloop.run(by_stream(url, api, 1, 1_000))),
    ):
        rows.setdefault(f"{label}: p50", []).append(p50)
        rows.setdefault(f"{label}: p99", []).append(p99)
    before = api.memory()
    p50, p99 = uvloop.run(by_stream(url, api, clients, 100))
    rows.setdefault(f"{clients:,} clients, 100/s: p50", []).append(p50)
    rows.setdefault(f"{clients:,} clients, 100/s: p99", []).append(p99)
    rows.setdefault("memory per client, kB", []).append(max(0, api.memory() - before) / clients / 1000)


async def _prepare(url: str) -> None:
    database = Database(url)
    await database.open()
    await migrate(database)
    await database.close()


async def _ready(api: Api) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise TimeoutError("the API did not start")


if __name__ == "__main__":
    main()
