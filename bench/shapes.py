"""Appends of other shapes: many events a command, many processes, a slow disk, a cold load.

Each figure stands beside its reference of the same run.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from uuid import UUID, uuid4

import psycopg
import uvloop

from application.execute import Executor
from application.ports import Write
from bench import append, library, report, servers
from domain import agent, run_commands
from domain.kernel import Context, PayloadRef
from domain.run_events import PlannedStep
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from interfaces import composition

SECONDS = 2.0
STEPS = 9
REFERENCE = 64
PROCESSES = (
    (1, 64, "1 process"),
    (2, 64, "2 processes"),
    (4, 64, "4 processes"),
    (2, 32, "2 processes sharing 64"),
    (4, 16, "4 processes sharing 64"),
)
GAPS = "SELECT coalesce(max(notification_id), 0) - count(*) FROM events"
SAVED_AT_ONCE = 100
"""The library hangs where it saves a thousand events of a kilobyte at once."""


def ten_events(url: str) -> float:
    """Events a second of commands that carry ten: runs of nine steps that may all begin at once."""

    async def measure() -> float:
        database = Database(url)
        await database.open()
        executor = Executor(PostgresEventStore(database), now)
        plan = tuple(PlannedStep(f"s{n}", uuid4(), 1, "A", "R", "m/m", "Do.", (), 3, True) for n in range(STEPS))
        started = run_commands.StartRun("T", uuid4(), 1, "W", plan, PayloadRef("0" * 64, 1))
        done = 0
        end = time.perf_counter() + SECONDS

        async def start() -> None:
            nonlocal done
            while time.perf_counter() < end:
                stream = uuid4()
                await executor.execute(stream, started, append.ACTOR, correlation_id=stream)
                done += STEPS + 1

        await asyncio.gather(*(start() for _ in range(REFERENCE)))
        await database.close()
        return done / SECONDS

    return uvloop.run(measure())


def processes(url: str, count: int, at_once: int) -> float:
    """Commands a second of several processes together, each with so many at once; the log must be dense after."""
    command = [sys.executable, "-m", "bench.shapes", "--worker", url, str(at_once)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # it says that it is ready
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    rate = sum(float(process.communicate()[0]) for process in running)
    with psycopg.connect(url) as connection:
        row = connection.execute(GAPS).fetchone()
        assert row == (0,), "ids are not dense"
    return rate


def _work(url: str, at_once: int) -> None:
    """One of several processes: it begins when it is told to."""

    def ready() -> None:
        print("ready", flush=True)
        sys.stdin.readline()

    print(uvloop.run(append.ours(url, at_once, ready)).rate)


def cold_load(url: str, events: int = 1_000) -> tuple[float, float]:
    """Milliseconds to load a stream of a thousand events: ours, and the library's."""

    async def measure() -> float:
        database = Database(url)
        await database.open()
        store = PostgresEventStore(database)
        stream = await _long_stream(store, events)
        times = []
        for _ in range(7):
            executor = Executor(store, now)
            begun = time.perf_counter()
            await executor.state(stream, append.ACTOR.workspace_id)
            times.append(time.perf_counter() - begun)
        await database.close()
        return statistics.median(times) * 1000

    return uvloop.run(measure()), _library_load(url, events)


async def _long_stream(store: PostgresEventStore, events: int) -> UUID:
    stream = uuid4()
    context = Context(append.ACTOR.workspace_id, append.ACTOR.user_id, now(), stream)
    revisions = [agent.Revised("Role", f"{n} {append.TEXT}", "summarise", "default") for n in range(events - 1)]
    created = agent.Created(str(stream), "Role", append.TEXT, "summarise", "default")
    await store.append([Write(stream, 0, [created, *revisions], context)])
    return stream


def _library_load(url: str, events: int) -> float:
    application = library.application(url, 1)
    doc = library.Doc()
    for number in range(1, events):
        doc.revise(f"{number} {append.TEXT}")
        if number % SAVED_AT_ONCE == 0:
            application.save(doc)
    application.save(doc)
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        application.repository.get(doc.id)
        times.append(time.perf_counter() - begun)
    application.close()
    return statistics.median(times) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--worker", nargs=2)
    asked = parser.parse_args()
    composition.collect_seldom()
    if asked.worker:
        _work(asked.worker[0], int(asked.worker[1]))
        return
    rows: dict[str, list[float]] = {}
    _shapes(rows, asked.repeats)
    _slow_disk(rows, asked.repeats)
    report.show("shapes", rows, "", _figures(rows))


def _figures(rows: dict[str, list[float]]) -> dict[str, float]:
    one = "1 process, commands/s"
    return {
        "ten_events_events_s": statistics.median(rows["ten events a command, events/s"]),
        "two_of_one_process": report.ratio(rows, "2 processes, commands/s", one),
        "four_of_one_process": report.ratio(rows, "4 processes, commands/s", one),
        "two_sharing_of_one_process": report.ratio(rows, "2 processes sharing 64, commands/s", one),
        "four_sharing_of_one_process": report.ratio(rows, "4 processes sharing 64, commands/s", one),
        "slow_disk_commands_s": statistics.median(rows["slow disk, commands/s"]),
        "slow_disk_times_library": report.ratio(rows, "slow disk, commands/s", "slow disk, library, saves/s"),
        "cold_load_ms": statistics.median(rows["cold load, ms"]),
        "cold_load_library_ms": statistics.median(rows["cold load, library, ms"]),
    }


def _shapes(rows: dict[str, list[float]], repeats: int) -> None:
    with servers.postgres() as url:
        uvloop.run(append.prepare(url))
        for _ in range(repeats):
            rows.setdefault("ten events a command, events/s", []).append(ten_events(url))
            for count, at_once, label in PROCESSES:
                rows.setdefault(f"{label}, commands/s", []).append(processes(url, count, at_once))
            own, other = cold_load(url)
            rows.setdefault("cold load, ms", []).append(own)
            rows.setdefault("cold load, library, ms", []).append(other)


def _slow_disk(rows: dict[str, list[float]], repeats: int) -> None:
    with servers.postgres({"commit_delay": "3000", "commit_siblings": "0"}) as url:
        uvloop.run(append.prepare(url))
        for _ in range(repeats):
            rows.setdefault("slow disk, commands/s", []).append(uvloop.run(append.ours(url, REFERENCE)).rate)
            rows.setdefault("slow disk, library, saves/s", []).append(append.theirs(url, REFERENCE).rate)


if __name__ == "__main__":
    main()
