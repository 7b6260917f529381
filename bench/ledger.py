"""Calls a second on one workspace's budget, each reserved and settled, beside the same calls without a ledger.

A call is begun and recorded on a stream of its own, which is two appends. With the ledger each append also reserves or
settles on the one stream that all share, under a limit. Both take turns on one Postgres, `fsync` on. Before that, days
of made-up models and doubts are read by processes that are new to them.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import time
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID, uuid4

import uvloop

from application.access import Actor
from application.execute import Executor, Order
from application.ledger import entries
from application.ledger.payer import Payer
from application.ledger.treasury import Treasury, budgets_of
from bench import ledger_day, report, servers
from domain import budget, call
from domain.kernel import PayloadRef
from domain.run_values import Tokens
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from interfaces import composition

SECONDS = 2.0
MODEL = "offline/brief"
TEXT = PayloadRef("0" * 64, 1_000)
OPENING = call.Opening("chat", MODEL, TEXT, uuid4())

SPAWN = multiprocessing.get_context("spawn")


class Caller:
    """One process's way of making calls in a workspace."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self._executor = Executor(PostgresEventStore(database), now)
        self._treasury = Treasury(self._executor, now)
        self._payer = Payer(workspace_id, uuid4())
        self._actor = Actor(uuid4(), workspace_id, "system")

    async def allow(self) -> None:
        """A limit that is never reached, so that each reservation is checked."""
        stream = budgets_of(self._actor.workspace_id)
        limit = budget.SetLimit("workspace", "day", "micro_usd", 10**15)
        await self._executor.execute(stream, limit, self._actor, correlation_id=stream)

    async def with_ledger(self) -> None:
        call_id = uuid4()
        entry = entries.of_call(call_id, 0)
        reservation, reserve = await self._treasury.reserve(self._payer, MODEL, entry, 100, 1_000)
        begin = Order(call_id, call.BeginTry(0, MODEL, reservation, opening=OPENING))
        await self._executor.execute_together([begin, reserve], self._actor, correlation_id=call_id)
        record, settle = Order(call_id, _answer()), self._treasury.settle(reservation, 90, 900)
        await self._executor.execute_together([record, settle], self._actor, correlation_id=call_id)

    async def without(self) -> None:
        call_id = uuid4()
        entry = entries.of_call(call_id, 0)
        reservation, _ = await self._treasury.reserve(self._payer, MODEL, entry, 100, 1_000)
        begin = call.BeginTry(0, MODEL, reservation, opening=OPENING)
        await self._executor.execute(call_id, begin, self._actor, correlation_id=call_id)
        await self._executor.execute(call_id, _answer(), self._actor, correlation_id=call_id)


def _answer() -> call.RecordTry:
    return call.RecordTry(0, MODEL, TEXT, Tokens(600, 300), 90, "end")


async def spend(url: str, workspace_id: UUID, callers: int, ready: Barrier, *, ledger: bool) -> list[float]:
    """So many callers, each waiting for each of its calls; the seconds that each call took."""
    database = Database(url)
    await database.open()
    caller = Caller(database, workspace_id)
    await caller.allow()
    await caller.with_ledger()
    await asyncio.to_thread(ready.wait)
    latencies: list[float] = []
    end = time.perf_counter() + SECONDS

    async def go() -> None:
        while (begun := time.perf_counter()) < end:
            await (caller.with_ledger() if ledger else caller.without())
            latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*(go() for _ in range(callers)))
    await database.close()
    return latencies


def process(url: str, workspace_id: UUID, callers: int, ready: Barrier, found: Any, ledger: bool) -> None:  # noqa: FBT001 -- what a process is given has no names
    composition.collect_seldom()
    found.put(uvloop.run(spend(url, workspace_id, callers, ready, ledger=ledger)))


def turn(url: str, processes: int, callers: int, *, ledger: bool) -> tuple[float, float, float]:
    """Calls a second of all processes together, and their p50 and p99 in milliseconds."""
    workspace_id, ready, found = uuid4(), SPAWN.Barrier(processes), SPAWN.Queue()
    each = callers // processes
    started = [
        SPAWN.Process(target=process, args=(url, workspace_id, each, ready, found, ledger)) for _ in range(processes)
    ]
    for one in started:
        one.start()
    latencies = [latency for _ in started for latency in found.get()]
    for one in started:
        one.join()
    cuts = statistics.quantiles(latencies, n=100)
    return len(latencies) / SECONDS, cuts[49] * 1000, cuts[98] * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    places = [
        (processes, callers) for processes in asked.processes for callers in asked.callers if callers >= processes
    ]
    rows: dict[str, list[float]] = {}
    with servers.postgres() as url:
        uvloop.run(prepare(url))
        days = uvloop.run(ledger_day.measure(url, asked.repeats))
        for _ in range(asked.repeats):
            for processes, callers in places:
                for name, ledger in (("ledger", True), ("none", False)):
                    rate, p50, p99 = turn(url, processes, callers, ledger=ledger)
                    for what, value in (("calls/s", rate), ("p50 ms", p50), ("p99 ms", p99)):
                        rows.setdefault(_label(processes, callers, name, what), []).append(value)
    report.show("ledger", days | rows, "", _figures(rows, places) | _days(days))


def _label(processes: int, callers: int, name: str, what: str) -> str:
    return f"{processes} processes, {callers:2} callers, {name:6}: {what}"


def _figures(rows: dict[str, list[float]], places: list[tuple[int, int]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for processes, callers in places:
        here = f"{processes}x{callers}"
        rate = _label(processes, callers, "ledger", "calls/s")
        figures[f"calls_s_{here}"] = statistics.median(rows[rate])
        figures[f"p99_ms_{here}"] = statistics.median(rows[_label(processes, callers, "ledger", "p99 ms")])
        figures[f"share_{here}"] = report.ratio(rows, rate, _label(processes, callers, "none", "calls/s"))
    return figures


def _days(days: dict[str, list[float]]) -> dict[str, float]:
    """Milliseconds, and how many times as long four times as many calls take: 4 where the time is that of each call."""
    what = ((size, name) for size in ledger_day.SIZES for name in ("folded", "read and folded"))
    median = {each: statistics.median(days[ledger_day.label(*each)]) for each in what}
    small, large = ledger_day.SIZES
    figures = {f"{name.replace(' ', '_')}_ms_{size}": value for (size, name), value in median.items()}
    return figures | {"folded_growth": median[large, "folded"] / median[small, "folded"]}


async def prepare(url: str) -> None:
    database = Database(url)
    await database.open()
    await migrate(database)
    await database.close()


if __name__ == "__main__":
    main()
