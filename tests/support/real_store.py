"""The real event store for tests that are not asynchronous, and a hand that cuts its connection."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Coroutine
from typing import Any, TypeVar

import psycopg

from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore

Result = TypeVar("Result")


class Real:
    """The store on a loop of its own. `steps` counts what was done with it."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._database = Database(url)
        self.run(self._database.open())
        self.run(migrate(self._database))
        self.store = PostgresEventStore(self._database)
        self._other = psycopg.connect(url, autocommit=True)
        self.steps = 0

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self._database.close())
        self._other.close()
        self._runner.close()

    def _end(self, backend: int) -> None:
        """End a backend, and wait until it has gone; Postgres' own waiting looks every tenth of a second only."""
        self._other.execute("SELECT pg_terminate_backend(%s)", (backend,))
        while self._other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (backend,)).fetchone():
            pass

    async def cut_off(self, work: Coroutine[Any, Any, Result], turns: int, *, by_server: bool) -> Result:
        """The work, whose connection is lost after so many turns of the loop."""
        task = asyncio.ensure_future(work)
        for _ in range(turns):
            await asyncio.sleep(0)
        connection = self.store._writer._connection
        if connection is not None and not connection.closed:
            if by_server:
                self._end(connection.info.backend_pid)
            else:
                with socket.socket(fileno=os.dup(connection.fileno())) as wire, contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RDWR)
        try:
            return await task
        finally:
            await self.store._writer._drop_connection()
