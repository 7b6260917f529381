"""kill -9 of API processes and of Postgres under load, a flood heard by everybody, and a rebuild beside writers.

storm: real API processes are asked over authenticated HTTP, each request under a key, and killed at random and at
named points; they are forked from one process that has imported them, as starting a Python a thousand times would take
most of the time. Clients ask again until they are answered, and a checker holds what they were told against the log.

deluge: three API processes are flooded while two projectors keep the read models and the one that leads is killed;
clients of each API process and a tail in another process must hear every position once and in order.

rebuild: a read model is built anew over HTTP while commands come at a steady rate and clients read all the time.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable

from bench import fill, report
from bench import servers as durable
from infrastructure.database import Database, migrate
from interfaces.read_models import PROJECTIONS
from tests.support import history, servers
from tests.support.aftermath import weathered
from tests.support.deluge import deluge
from tests.support.rebuilt import rebuilt
from tests.support.storm import Forecast

Rows = dict[str, list[float]]
Figures = dict[str, float]

STREAMS = 5_000
SHOWN = 20


def storm(asked: argparse.Namespace, rows: Rows, figures: Figures) -> bool:
    """Whether every promise was kept."""
    after = weathered(
        Forecast(process_kills=asked.processes, postgres_kills=asked.postgres, clients=asked.clients, seed=asked.seed)
    )
    for what, count in after.killed.items():
        print(f"{count:6} x {what}")
    print(f"\n{after.asked} commands, {after.answered} answers, {after.refused} refusals, {after.events} events")
    for finding in after.found[:SHOWN]:
        print(f"✗ {finding.fault}: {finding.what}")
    rows["storm, s"] = [after.seconds]
    figures |= {"process_kills": after.processes_killed, "postgres_kills": after.postgres_killed}
    figures |= {"commands": after.asked, "refusals": after.refused, **history.counts(after.found)}
    return not after.found and not after.refused


def flood(asked: argparse.Namespace, rows: Rows, figures: Figures) -> bool:
    """Whether everybody heard everything once and in order, and the read models are what the log says."""
    with durable.postgres() as url, servers.redis_server() as redis_url:
        after = deluge(url, redis_url, asked.events)
    returns = sum(each.returns for each in after.heard)
    print(f"\n{after.events} events of {after.commands} commands heard by {len(after.heard)}, {returns} returns")
    rows["deluge, s"] = [after.seconds]
    rows["deluge, s without a leader"] = [after.leaderless]
    figures |= {"deluge_events": after.events, "deluge_astray": after.astray, "deluge_differing": after.differing}
    figures["deluge_leaderless_seconds"] = after.leaderless
    return not (after.astray or after.differing or after.refused) and after.same


def rebuild(asked: argparse.Namespace, rows: Rows, figures: Figures) -> bool:
    """Whether the rebuilds ended with equal rows and no read failed."""
    with durable.postgres() as url, servers.redis_server() as redis_url:
        after = rebuilt(url, redis_url, rate=asked.rate, rebuilds=asked.rebuilds, history=_past(asked.log))
    print(f"\n{after.commands} commands at {after.rate:.0f}/s, {after.reads} reads, {len(after.failed)} failed")
    for failure in after.failed[:SHOWN]:
        print(f"✗ {failure}")
    rows["rebuild, s"] = after.rebuilds
    figures |= {"rebuild_rate": after.rate, "rebuild_reads": after.reads, "rebuild_failed_reads": len(after.failed)}
    figures["rebuild_differing"] = after.differing
    return not (after.failed or after.differing)


def _past(events: int) -> Callable[[str], None]:
    """Gives a new database a log of so many events."""

    async def prepare(url: str) -> None:
        database = Database(url)
        await database.open()
        try:
            await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))
        finally:
            await database.close()

    def put(url: str) -> None:
        asyncio.run(prepare(url))
        fill.fill(url, events, STREAMS)

    return put


PARTS: dict[str, Callable[[argparse.Namespace, Rows, Figures], bool]] = {
    "storm": storm,
    "deluge": flood,
    "rebuild": rebuild,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, help="one of the parts")
    parser.add_argument("--processes", type=int, default=1_000, help="how many API processes the storm kills")
    parser.add_argument("--postgres", type=int, default=100, help="how often the storm kills Postgres")
    parser.add_argument("--clients", type=int, default=16, help="of the storm")
    parser.add_argument("--seed", type=int, default=1, help="of the storm")
    parser.add_argument("--events", type=int, default=100_000, help="of the deluge")
    parser.add_argument("--rate", type=float, default=500, help="commands a second beside the rebuild")
    parser.add_argument("--rebuilds", type=int, default=3)
    parser.add_argument("--log", type=int, default=100_000, help="events that are there before the rebuild")
    asked = parser.parse_args()
    rows: Rows = {}
    figures: Figures = {}
    kept = [part(asked, rows, figures) for name, part in PARTS.items() if asked.only in (None, name)]
    report.show("crash", rows, "s", figures)
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
