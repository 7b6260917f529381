"""A full disk: a command is durable or answered with an error that says to retry; with room again all of it goes on."""

import asyncio
import contextlib
import hashlib
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import psutil
import pytest

from application.errors import Unavailable
from application.ports import IdempotencyKey, Outcome
from domain import agent
from infrastructure.database import Database, migrate
from infrastructure.embedded import account, child, places
from infrastructure.embedded.postgres import Postgres
from infrastructure.event_store import PostgresEventStore
from tests.support import lives, servers, small_disk
from tests.support.system import ROOT
from tests.support.until import until
from tests.support.writer import write

MEGABYTE = 1_000_000
DISK, BALLAST = 130 * MEGABYTE, 40 * MEGABYTE
LARGE = secrets.token_hex(10_000)
"""Postgres finds nothing in it to compress."""
SECONDS = 120.0
REFUSED_IN_A_ROW = 5

SETTINGS = {"min_wal_size": "32MB", "max_wal_size": "32MB", "autovacuum": "off"}


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with servers.scratch() as folder:
        data = folder / "postgres"
        sockets = places.socket_folder(folder, account.for_postgres(data))
        yield Postgres(data=data, sockets=sockets, settings=SETTINGS)
        shutil.rmtree(sockets, ignore_errors=True)


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    opened = Database(postgres.url, patience=1, answer_seconds=10)
    yield opened
    await opened.close()


def key(name: str) -> IdempotencyKey:
    return IdempotencyKey(UUID(int=1), name, hashlib.sha256(name.encode()).digest())


class Filler:
    """It appends large events until the disk is full, and keeps what was acknowledged and what was refused."""

    def __init__(self, store: PostgresEventStore) -> None:
        self._store = store
        self.acknowledged: dict[UUID, Outcome] = {}
        self.refused: dict[UUID, str] = {}

    async def send(self, stream: UUID) -> bool:
        try:
            outcome = await self._store.append(
                [write(stream, agent.Revised(str(stream), LARGE, "answer", "default"))], key(str(stream))
            )
        except Unavailable as error:
            self.refused[stream] = str(error)
            return False
        self.acknowledged[stream] = outcome
        self.refused.pop(stream, None)
        return True

    async def fill(self) -> None:
        """Until nothing is taken any more."""
        refused = 0
        while refused < REFUSED_IN_A_ROW:
            taken = await self.send(uuid4())
            refused = 0 if taken else refused + 1

    async def all_taken(self) -> bool:
        """Send what was refused again, under the same keys."""
        return all([await self.send(stream) for stream in list(self.refused)])

    async def check(self) -> None:
        """Each command stands in the log once, at the position that was told."""
        for stream, outcome in self.acknowledged.items():
            assert [recorded.position for recorded in await self._store.load(stream)] == [outcome.position]
        assert sorted(outcome.position for outcome in self.acknowledged.values()) == list(
            range(1, await self._store.head() + 1)
        )


async def overfilled(database: Database, make_room: Callable[[], object]) -> None:
    """What became of the commands when the disk was full, and when there was room again."""
    filler = Filler(PostgresEventStore(database))
    async with asyncio.timeout(SECONDS):
        await filler.fill()
    assert all("the same Idempotency-Key" in why for why in filler.refused.values())
    full = len(filler.acknowledged)
    assert full > 0
    make_room()
    await until(filler.all_taken, SECONDS)
    assert len(filler.acknowledged) >= full + REFUSED_IN_A_ROW
    await filler.check()


@contextlib.contextmanager
def on_a_small_disk(postgres: Postgres) -> Iterator["subprocess.Popen[bytes]"]:
    """Skips the test where this machine allows no such disk."""
    postgres.prepare()
    disk = postgres.data.parent / "disk"
    disk.mkdir()
    argv = replace(postgres, data=disk / small_disk.COPY).argv()
    asked = [str(disk), str(DISK), str(postgres.data.resolve()), str(BALLAST), *argv]
    command = [sys.executable, "-m", "tests.support.small_disk", *asked]
    with subprocess.Popen(command, cwd=ROOT, env=postgres.env()) as process:
        try:
            lives.until(lambda: postgres.ready() or process.poll() is not None, seconds=SECONDS)
            if process.poll() == small_disk.REFUSED:
                pytest.skip("nobody may mount a disk here")
            yield process
        finally:
            process.terminate()


async def test_a_disk_that_is_full_to_the_last_byte(postgres: Postgres, database: Database) -> None:
    """Whatever cannot be written first, a table or the log of Postgres itself, which then ends and starts again."""
    with on_a_small_disk(postgres) as process:
        await database.open()
        await until(lambda: migrated(database), SECONDS)
        await overfilled(database, lambda: process.send_signal(signal.SIGUSR1))


async def migrated(database: Database) -> bool:
    with contextlib.suppress(Unavailable):
        await migrate(database)
        return True
    return False


async def test_a_server_whose_files_may_not_grow(postgres: Postgres, database: Database) -> None:
    """As with a quota that is used up, Postgres calls it an internal error; nobody need be root to see that."""
    grown = 20 * MEGABYTE
    with lives.started(postgres) as process:
        await database.open()
        await migrate(database)
        limit(postgres, process.pid, str(grown))
        await overfilled(database, lambda: limit(postgres, process.pid, "unlimited"))


def limit(postgres: Postgres, pid: int, size: str) -> None:
    """How large a file may be that the server and all its processes write; its own account may say so."""
    for process in (psutil.Process(pid), *psutil.Process(pid).children()):
        argv = ["prlimit", "--pid", str(process.pid), f"--fsize={size}:"]
        done = child.run(argv, account=postgres.account, env=postgres.env())
        assert done.returncode == 0 or not process.is_running(), done.stderr
