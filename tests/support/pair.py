"""Two Postgres servers, of which the second one has everything that the first one has acknowledged."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from infrastructure.embedded import account, child, places, server
from infrastructure.embedded.postgres import SOCKET, Postgres
from tests.support.servers import scratch
from tests.support.system import until

PRIMARY = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on", "max_connections": "60"}
SYNCHRONOUS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
RELOAD = "SELECT pg_reload_conf()"
IN_SYNC = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
PROMOTE = "SELECT pg_promote(wait := false)"
RECOVERING = "SELECT pg_is_in_recovery()"


class Pair:
    """A primary that waits with each commit for its standby."""

    def __init__(self, primary: Postgres, standby: Postgres, life: contextlib.ExitStack) -> None:
        self.primary = primary
        self.standby = standby
        self._life = life

    def start(self) -> None:
        self._life.enter_context(server.running(self.primary))
        self._copy()
        self._life.enter_context(server.running(self.standby))
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            connection.execute(SYNCHRONOUS)
            connection.execute(RELOAD)
            until(lambda: (connection.execute(IN_SYNC).fetchone() or (0,))[0] == 1)

    def _copy(self) -> None:
        program = self.primary.programs / "pg_basebackup"
        if not program.exists():
            pytest.skip("this Postgres comes without pg_basebackup")
        where = ["-h", str(self.primary.sockets), "-U", "z2", "-D", str(self.standby.data)]
        argv = [str(program), *where, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        done = child.run(argv, account=self.primary.account, env=self.primary.env())
        assert done.returncode == 0, done.stderr

    def kill_primary(self) -> None:
        """As suddenly as a machine that burns."""
        pid = int((self.primary.data / "postmaster.pid").read_text().split()[0])
        for process in (psutil.Process(pid), *psutil.Process(pid).children()):
            with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
                os.kill(process.pid, signal.SIGKILL)

    def promote(self) -> None:
        """Make the standby the one that takes writes."""
        with psycopg.connect(self.standby.url, autocommit=True) as connection:
            connection.execute(PROMOTE)
            until(lambda: connection.execute(RECOVERING).fetchone() == (False,))

    @property
    def socket_of_primary(self) -> Path:
        return self.primary.sockets / SOCKET

    @property
    def socket_of_standby(self) -> Path:
        return self.standby.sockets / SOCKET


@contextlib.contextmanager
def replicated_postgres() -> Iterator[Pair]:
    """Both run as long as the block, but for a primary that was killed."""
    with scratch() as folder, contextlib.ExitStack() as life:
        whole = []
        for name in ("primary", "standby"):
            home = folder / name
            home.mkdir()
            data = home / "postgres"
            owner = account.for_postgres(data)
            owner.own(home)
            sockets = places.socket_folder(home, owner)
            life.callback(shutil.rmtree, sockets, ignore_errors=True)
            whole.append(Postgres(data=data, sockets=sockets, settings=PRIMARY))
        pair = Pair(whole[0], whole[1], life)
        pair.start()
        yield pair
