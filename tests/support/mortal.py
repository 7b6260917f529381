"""A Postgres as durable as in production that is killed, whole or in part, and started again in the same place."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from infrastructure.embedded import account, places, server
from infrastructure.embedded.postgres import Postgres
from tests.support.servers import scratch
from tests.support.system import until

HOLD = """
CREATE OR REPLACE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_commit();
"""
"""After everything is inserted and before it is committed, an append waits for whoever holds this lock."""

WAITING = """
SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND classid = 0 AND objid = 1 AND NOT granted
"""


class MortalPostgres:
    def __init__(self, whole: Postgres) -> None:
        self._whole = whole
        self._life = contextlib.ExitStack()

    @property
    def url(self) -> str:
        return self._whole.url

    def start(self) -> None:
        self._life.enter_context(server.running(self._whole))

    def kill(self) -> None:
        """kill -9 of the postmaster and of everybody it has started, and another start."""
        pid = int((self._whole.data / "postmaster.pid").read_text().split()[0])
        found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
        for each in (pid, *map(int, found.stdout.split())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.close()
        self.start()

    def close(self) -> None:
        self._life.close()

    def hold_commits(self) -> None:
        """Make `held` possible; the log must be there."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(HOLD)

    @contextlib.contextmanager
    def held(self, meanwhile: Callable[[], object]) -> Iterator[tuple[int, str]]:
        """While the block runs, an append has inserted and cannot commit: its backend, and its client."""
        with until(self._connected) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")
            while not (found := connection.execute(WAITING).fetchone()):
                meanwhile()
            yield found

    def _connected(self) -> psycopg.Connection[Any] | None:
        """A connection, if Postgres has recovered from whatever befell it."""
        try:
            return psycopg.connect(self.url, autocommit=True)
        except psycopg.OperationalError:
            return None

    def kill_backend(self, meanwhile: Callable[[], object]) -> None:
        """kill -9 of a backend between its insert and its commit; Postgres then restarts itself."""
        with contextlib.suppress(psycopg.OperationalError), self.held(meanwhile) as (pid, _):
            os.kill(pid, signal.SIGKILL)
        until(self._whole.ready)


@contextlib.contextmanager
def mortal_postgres() -> Iterator[MortalPostgres]:
    """It lives as long as the block, but for the times when it is killed."""
    with scratch() as folder:
        data = folder / "postgres"
        sockets = places.socket_folder(folder, account.for_postgres(data))
        postgres = MortalPostgres(Postgres(data=data, sockets=sockets))
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.close()
            shutil.rmtree(sockets, ignore_errors=True)
