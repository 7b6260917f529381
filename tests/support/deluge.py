"""Several processes that flood one log at once while two projectors keep the read models."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from domain.kernel import Record
from infrastructure.database import Database, migrate
from interfaces.composition import PROJECTIONS
from tests.support import flood, servers
from tests.support.system import ROOT, until

WRITERS = 3
PROJECTORS = 2
POSITION = "SELECT coalesce(min(position), 0) FROM projection_positions WHERE name = ANY(%s)"
ROWS = "SELECT id, position, body::jsonb ->> 'version' FROM agents ORDER BY id"
FOLDED = """
SELECT originator_id, max(notification_id), count(*)::text FROM events
WHERE topic LIKE 'agent.%' GROUP BY originator_id ORDER BY originator_id
"""


class Deluge(Record):
    """How many events there were, what each listener told, and whether the read model is what the log comes to."""

    events: int
    heard: list[tuple[int, int]]
    projected: bool
    seconds: float


def deluge(database_url: str, redis_url: str, events: int) -> Deluge:
    """At least so many events; every writer and this process listen to all of them."""
    begun = time.monotonic()
    asyncio.run(_prepare(database_url))
    commands = -(-events // WRITERS)
    last = flood.events(commands) * WRITERS
    with servers.scratch() as data:
        environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": redis_url, "Z2_DATA_DIR": str(data)}
        environment["Z2_LOG_LEVEL"] = "warning"
        projector = ["interfaces.cli", "projector"]
        writer = ["tests.support.flood", database_url, str(commands), str(last)]
        with _running(environment, *[projector] * PROJECTORS), _running(environment, *[writer] * WRITERS) as writers:
            heard = [tuple(map(int, each.communicate()[0].split())) for each in writers]
            with psycopg.connect(database_url, autocommit=True) as connection:
                until(lambda: _projected(connection) >= last, 120)
                same = connection.execute(ROWS).fetchall() == connection.execute(FOLDED).fetchall()
    return Deluge(last, [(seen, strays) for seen, strays in heard], same, time.monotonic() - begun)


def _projected(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(POSITION, (list(PROJECTIONS),)).fetchone()
    return int(row[0]) if row else 0


async def _prepare(url: str) -> None:
    database = Database(url)
    await database.open()
    await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))
    await database.close()


@contextlib.contextmanager
def _running(environment: dict[str, str], *modules: list[str]) -> Iterator[list["subprocess.Popen[bytes]"]]:
    started = [
        subprocess.Popen([sys.executable, "-m", *words], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
        for words in modules
    ]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.communicate(timeout=30)
