"""One process leads; when it dies, or only its connection does, another takes over within five seconds."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from interfaces.composition import background
from projections import leader, positions
from tests.projections.agents_log import fill, rows, seen_by, told
from tests.support.until import until

ROOT = Path(__file__).parents[2]
TAKE_OVER_SECONDS = 5.0


@contextmanager
def follower(database: Database) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "tests.projections.following", database.url]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


async def leading(database: Database, name: str = "agents") -> str | None:
    """The process that leads, as everybody is told."""
    async with database.connection() as connection:
        progress = await positions.progress(connection)
    return progress[name].leader if name in progress else None


async def led_by(database: Database, pid: int) -> bool:
    return (await leading(database) or "").endswith(f":{pid}")


async def test_when_the_leader_is_killed_the_next_one_takes_over_in_time(
    database: Database, store: PostgresEventStore
) -> None:
    with follower(database) as first:
        await until(lambda: led_by(database, first.pid))
        with follower(database) as second:
            await fill(store, 20)
            await until(lambda: _has_seen(database, 20))
            await until(lambda: _asks_to_lead(database, second.pid))
            first.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            await fill(store, 20)
            await until(lambda: led_by(database, second.pid))
            await until(lambda: _has_seen(database, 40))
            assert time.monotonic() - killed < TAKE_OVER_SECONDS
    assert await rows(database) == await told(store)


async def _asks_to_lead(database: Database, pid: int) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%%:' || %s::text"
    async with database.connection() as connection:
        row = await (await connection.execute(query, [pid])).fetchone()
    return row is not None and row[0] > 0


async def _has_seen(database: Database, position: int) -> bool:
    return await seen_by("agents", database) == position


class Witness:
    """Work that counts how many do it."""

    def __init__(self) -> None:
        self.working = 0
        self.most = 0
        self.begun = 0

    async def work(self) -> None:
        self.working += 1
        self.begun += 1
        self.most = max(self.most, self.working)
        try:
            await asyncio.Event().wait()
        finally:
            self.working -= 1


async def test_of_many_only_one_works_and_who_loses_the_connection_stops(
    database: Database, store: PostgresEventStore
) -> None:
    witness = Witness()
    async with database.transaction() as connection:
        await positions.enlist(connection, "w")
    async with background(*(leader.lead(database.url, "w", witness.work) for _ in range(3))):
        await until(lambda: witness.working)
        assert await leading(database, "w") == f"{os.uname().nodename[:40]}:{os.getpid()}"
        async with database.connection() as connection:
            end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            await connection.execute(end, (positions.LEADERS,))
        await until(lambda: witness.begun == 2, TAKE_OVER_SECONDS)
        await until(lambda: witness.working == 1)
    assert witness.working == 0
