"""Appends of other shapes: many events a command, many processes, a slow disk, a cold load, a long log.

Each figure stands beside its reference of the same run.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from uuid import UUID, uuid4

import uvloop

from application.execute import Executor
from application.ports import Write
from bench import append, fill, library, report, servers
from domain import agent, run
from domain.kernel import Context, PayloadRef
from domain.run_events import PlannedStep
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now

SECONDS = 2.0
STEPS = 9
REFERENCE = 64


def ten_events(url: str) -> float:
    """Events a second of commands that carry ten: runs of nine steps that may all begin at once."""

    async def measure() -> float:
        database = Database(url)
        await database.open()
        executor = Executor(PostgresEventStore(database), now)
        plan = tuple(PlannedStep(f"s{n}", uuid4(), 1, "A", "R", "m/m", "Do.", (), 3, True) for n in range(STEPS))
        started = run.StartRun("T", uuid4(), 1, "W", plan, PayloadRef("0" * 64, 1))
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


def processes(url: str, count: int) -> float:
    """Commands a second of several processes together, 64 at once over all of them."""
    command = [sys.executable, "-m", "bench.shapes", "--worker", url, str(REFERENCE // count)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return sum(float(process.communicate()[0]) for process in running)


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
    for number in range(events - 1):
        doc.revise(f"{number} {append.TEXT}")
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
    parser.add_argument("--grow", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--worker", nargs=2)
    asked = parser.parse_args()
    if asked.worker:
        url, at_once = asked.worker
        print(uvloop.run(append.ours(url, int(at_once))).rate)
        return
    rows: dict[str, list[float]] = {}
    _shapes(rows, asked.repeats)
    _slow_disk(rows, asked.repeats)
    _growth(rows, asked.repeats, asked.grow)
    medians = {label: statistics.median(values) for label, values in rows.items()}
    report.show("shapes", rows, "", {**medians, **_ratios(medians)})


def _ratios(medians: dict[str, float]) -> dict[str, float]:
    return {
        "four_of_one_process": medians["4 processes, commands/s"] / medians["1 process, commands/s"],
        "slow_disk_times_library": medians["slow disk, commands/s"] / medians["slow disk, library, saves/s"],
        "cold_load_times_library": medians["cold load, library, ms"] / medians["cold load, ms"],
    }


def _shapes(rows: dict[str, list[float]], repeats: int) -> None:
    with servers.postgres() as url:
        uvloop.run(append.prepare(url))
        for _ in range(repeats):
            rows.setdefault("ten events a command, events/s", []).append(ten_events(url))
            for count, label in ((1, "1 process"), (2, "2 processes"), (4, "4 processes")):
                rows.setdefault(f"{label}, commands/s", []).append(processes(url, count))
            own, other = cold_load(url)
            rows.setdefault("cold load, ms", []).append(own)
            rows.setdefault("cold load, library, ms", []).append(other)


def _slow_disk(rows: dict[str, list[float]], repeats: int) -> None:
    with servers.postgres({"commit_delay": "3000", "commit_siblings": "0"}) as url:
        uvloop.run(append.prepare(url))
        for _ in range(repeats):
            rows.setdefault("slow disk, commands/s", []).append(uvloop.run(append.ours(url, REFERENCE)).rate)
            rows.setdefault("slow disk, library, saves/s", []).append(append.theirs(url, REFERENCE).rate)


def _growth(rows: dict[str, list[float]], repeats: int, sizes: list[int]) -> None:
    with servers.postgres() as url:
        uvloop.run(append.prepare(url))
        for size in sizes:
            head = uvloop.run(_head(url))
            if size > head:
                fill.fill(url, size - head, max(100, (size - head) // 50), first=head + 1)
            for _ in range(repeats):
                rate = uvloop.run(append.ours(url, REFERENCE)).rate
                rows.setdefault(f"log of {size:,}, commands/s", []).append(rate)


async def _head(url: str) -> int:
    database = Database(url)
    await database.open()
    head = await PostgresEventStore(database).head()
    await database.close()
    return head


if __name__ == "__main__":
    main()
