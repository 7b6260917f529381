"""Commands a second: Z2's executor, the library's Application.save(), and pgbench's plain insert, in one run.

Each command carries an event of about a kilobyte. The three take turns on one Postgres, `fsync` on.
"""

import argparse
import asyncio
import gc
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import uvloop

from application.access import Actor
from application.execute import Executor
from bench import library, report, servers
from domain import agent
from infrastructure.database import Database, migrate
from infrastructure.embedded import binaries
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from interfaces import composition

SECONDS = 2.0
TEXT = "x" * 900
ACTOR = Actor(uuid4(), uuid4(), "admin")
STREAMS = 256

PLAIN = """
CREATE TABLE plain (id bigserial PRIMARY KEY, stream uuid, version bigint, topic text, state bytea)
"""
PLAIN_INSERT = (
    f"INSERT INTO plain (stream, version, topic, state) VALUES (gen_random_uuid(), 1, 'agent.revised.v1', '{TEXT}');\n"
)


class Measured:
    """Commands a second and latencies in milliseconds of one turn."""

    def __init__(self, latencies: list[float], seconds: float) -> None:
        self.rate = len(latencies) / seconds
        cuts = statistics.quantiles(latencies, n=100)
        self.p50, self.p99 = cuts[49] * 1000, cuts[98] * 1000


async def ours(url: str, at_once: int, ready: Callable[[], object] = lambda: None) -> Measured:
    """`at_once` callers, each on agents of its own, waiting for each command, once `ready` has returned."""
    database = Database(url)
    await database.open()
    store = PostgresEventStore(database)
    executor = Executor(store, now)
    streams = [uuid4() for _ in range(max(STREAMS, at_once))]
    await asyncio.gather(*(_create(executor, stream) for stream in streams))
    gc.collect()
    ready()
    latencies: list[float] = []
    begun = time.perf_counter()
    end = begun + SECONDS
    await asyncio.gather(*(_revise(executor, streams[n::at_once], end, latencies) for n in range(at_once)))
    seconds = time.perf_counter() - begun
    await database.close()
    return Measured(latencies, seconds)


async def _create(executor: Executor, stream: UUID) -> None:
    command = agent.CreateAgent(str(stream), "Role", TEXT, "summarise")
    await executor.execute(stream, command, ACTOR, correlation_id=stream)


async def _revise(executor: Executor, streams: list[UUID], end: float, latencies: list[float]) -> None:
    number = 0
    while (begun := time.perf_counter()) < end:
        number += 1
        stream = streams[number % len(streams)]
        command = agent.ReviseAgent("Role", f"{number} {TEXT}", "summarise")
        await executor.execute(stream, command, ACTOR, correlation_id=stream)
        latencies.append(time.perf_counter() - begun)


def theirs(url: str, at_once: int) -> Measured:
    """The library in threads, each with its own aggregates in memory."""
    application = library.application(url, at_once)
    latencies: list[float] = []
    end = time.perf_counter() + SECONDS

    def save() -> None:
        docs = [library.Doc() for _ in range(4)]
        for doc in docs:
            application.save(doc)
        number = 0
        while (begun := time.perf_counter()) < end:
            number += 1
            doc = docs[number % len(docs)]
            doc.revise(f"{number} {TEXT}")
            application.save(doc)
            latencies.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    _in_threads(save, at_once)
    seconds = time.perf_counter() - begun
    application.close()
    return Measured(latencies, seconds)


def _in_threads(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def plain(url: str, at_once: int) -> float:
    """Commits a second of a single-row insert by pgbench: the limit of one commit for each command."""
    command = [str(binaries.postgres() / "pgbench"), "--no-vacuum", "--protocol=prepared", "--file=/dev/stdin"]
    command += [f"--client={at_once}", "--jobs=2", f"--time={SECONDS:.0f}", url]
    done = subprocess.run(command, input=PLAIN_INSERT, capture_output=True, text=True, check=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 16, 64])
    asked = parser.parse_args()
    composition.collect_seldom()
    with servers.postgres() as url:
        servers.execute(url, PLAIN)
        uvloop.run(prepare(url))
        rows: dict[str, list[float]] = {}
        for _ in range(asked.repeats):
            for at_once in asked.at_once:
                turn = uvloop.run(ours(url, at_once))
                other = theirs(url, at_once)
                for name, value in (
                    ("Z2, commands/s", turn.rate),
                    ("Z2, p50 ms", turn.p50),
                    ("Z2, p99 ms", turn.p99),
                    ("library, saves/s", other.rate),
                    ("library, p50 ms", other.p50),
                    ("library, p99 ms", other.p99),
                    ("pgbench insert, commits/s", plain(url, at_once)),
                ):
                    rows.setdefault(f"{at_once:3} at once: {name}", []).append(value)
    figures: dict[str, float] = {}
    for at_once in asked.at_once:
        those = f"{at_once:3} at once: "
        commands = f"{those}Z2, commands/s"
        figures[f"commands_s_{at_once}"] = statistics.median(rows[commands])
        figures[f"times_library_{at_once}"] = report.ratio(rows, commands, f"{those}library, saves/s")
        figures[f"share_of_pgbench_{at_once}"] = report.ratio(rows, commands, f"{those}pgbench insert, commits/s")
        for side, prefix in (("Z2", ""), ("library", "library_")):
            for percentile in ("p50", "p99"):
                median = statistics.median(rows[f"{those}{side}, {percentile} ms"])
                figures[f"{prefix}{percentile}_ms_{at_once}"] = median
    report.show("append", rows, "", figures)


async def prepare(url: str) -> None:
    database = Database(url)
    await database.open()
    await migrate(database)
    await database.close()


if __name__ == "__main__":
    main()
