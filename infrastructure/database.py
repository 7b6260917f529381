"""The pool of Postgres connections, and the schema."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from application.errors import Unavailable

SCHEMA = resources.files("infrastructure").joinpath("schema.sql").read_text()

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

CONNECT_SECONDS = 5
"""A server that does not even refuse a connection may have been replaced by another one meanwhile."""

log = structlog.get_logger()


class Database:
    """Connections in autocommit mode; a lost server is an Unavailable, and a later call finds it again."""

    def __init__(self, url: str, *, size: int = 8, patience: float = 5.0) -> None:
        """`size` connections at the most; a call waits for one for so many seconds of patience."""
        self.url = url
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            open=False,
            timeout=patience,
            kwargs={"autocommit": True, "connect_timeout": CONNECT_SECONDS},
            reconnect_timeout=30,
        )
        self._at_close: list[Callable[[], Awaitable[None]]] = []

    async def open(self) -> None:
        await self._pool.open()

    async def check(self) -> None:
        """Replace the connections that a lost server has left behind, so that a later call does not meet one."""
        await self._pool.check()

    def at_close(self, work: Callable[[], Awaitable[None]]) -> None:
        """What must be done before the connections are closed."""
        self._at_close.append(work)

    async def close(self) -> None:
        for work in self._at_close:
            await work()
        await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for one piece of work. Raises Unavailable where Postgres cannot be reached."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            await self.check()
            log.warning("postgres.unavailable", error=type(error).__name__)
            raise Unavailable("Postgres cannot be reached just now; send the request again") from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection whose work is committed at the end, or not at all."""
        async with self.connection() as connection, connection.transaction():
            yield connection


async def migrate(database: Database, *more: str) -> None:
    """Create what is missing. Any number of processes may do so at the same time."""
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(8243500162025)")
        for statements in (SCHEMA, *more):
            await connection.execute(statements)
