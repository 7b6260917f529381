"""The pool of Postgres connections, and the schema."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import resources
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from application.errors import Unavailable
from application.tasks import ended
from infrastructure import row_security, schema_state
from infrastructure.postgres_connection import ANSWER_SECONDS, AWAY, REFUSED, Connection, connect, parameters, told

SCHEMA = resources.files("infrastructure").joinpath("schema.sql").read_text()

UNLIMITED = "SET statement_timeout = 0"
LIMITED = "RESET statement_timeout"
LOOK = "SELECT 1"

log = structlog.get_logger()


class Database:
    """Connections in autocommit mode; a lost server is an Unavailable, and a later call finds it again."""

    def __init__(
        self, url: str, *, size: int = 8, patience: float = 5.0, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        """`size` connections at the most; a call waits for one for so many seconds of patience.

        A server that takes longer than `answer_seconds` for one statement is lost, however silently.
        """
        self.url = url
        self.answer_seconds = answer_seconds
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            connection_class=Connection,
            min_size=1,
            max_size=size,
            open=False,
            timeout=patience,
            kwargs=parameters(url, answer_seconds),
            configure=self._configure,
            reconnect_timeout=30,
        )
        self._losses = 0
        self._reader = ""
        self._at_close: list[Callable[[], Awaitable[None]]] = []

    async def open(self) -> None:
        await self._pool.open()

    async def lost(self, losses: int | None = None) -> None:
        """Leave the connections that a lost server has left behind, so that a later call does not meet one.

        Of all who lose theirs at a time, the first one does so; `losses` is what it counted when it took it.
        """
        if losses is None or losses == self._losses:
            self._losses += 1
            await self._pool.drain()

    def at_close(self, work: Callable[[], Awaitable[None]]) -> None:
        """What must be done before the connections are closed."""
        self._at_close.append(work)

    async def close(self) -> None:
        for work in self._at_close:
            await work()
        await self._pool.close()

    async def connect(self) -> Connection:
        """A connection outside the pool, for who listens or writes all the time. Raises psycopg's errors."""
        return await connect(self.url, self.answer_seconds)

    @asynccontextmanager
    async def connection(self, *, patient: bool = False) -> AsyncIterator[Connection]:
        """A connection for one piece of work. Raises Unavailable where Postgres cannot be reached.

        A statement of patient work may take as long as it takes, while the server answers others.
        """
        losses, connection = self._losses, None
        try:
            async with self._pool.connection() as connection:
                if patient:
                    async with self._unlimited(connection):
                        yield connection
                else:
                    yield connection
        except REFUSED:
            raise
        except (*AWAY, PoolTimeout) as error:
            if connection is not None and connection.closed:
                await self.lost(losses)
            log.warning("postgres.unavailable", error=type(error).__name__)
            raise Unavailable(f"{told(error)}; send the request again with the same Idempotency-Key") from error

    @asynccontextmanager
    async def transaction(self, *, patient: bool = False) -> AsyncIterator[Connection]:
        """A connection whose work is committed at the end, or not at all."""
        async with self.connection(patient=patient) as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def reading(self, workspace_id: UUID) -> AsyncIterator[Connection]:
        """A transaction that sees the rows of one workspace, whatever is asked, and may change none."""
        async with self.connection() as connection:
            self._reader = self._reader or await row_security.reader(connection)
            await connection.execute(row_security.begun(self._reader, workspace_id))
            # the pool ends the transaction, and with it the role, before anybody else gets the connection
            yield connection

    async def _configure(self, connection: Connection) -> None:
        connection.answer_seconds = self.answer_seconds

    @asynccontextmanager
    async def _unlimited(self, connection: Connection) -> AsyncIterator[None]:
        await connection.execute(UNLIMITED)
        connection.answer_seconds = None
        watching = asyncio.create_task(self._watch(connection))
        try:
            yield
        finally:
            await ended(watching)
            connection.answer_seconds = self.answer_seconds
            with contextlib.suppress(psycopg.Error):
                await connection.execute(LIMITED)

    async def _watch(self, connection: Connection) -> None:
        """Hang up on a server that does not answer others either."""
        while True:
            await asyncio.sleep(self.answer_seconds)
            try:
                async with await self.connect() as other:
                    await other.execute(LOOK)
            except AWAY:
                return connection.hang_up()


async def migrate(database: Database, *more: str) -> None:
    """Create what is missing, and lock nothing where nothing is. Any number of processes may do so at the same time.

    Raises Invalid where requests cannot be given a role of their own.
    """
    statements = (SCHEMA, *more, row_security.GUARDS)
    async with database.connection() as connection:
        if await schema_state.fits(connection, statements):
            return
    async with database.connection(patient=True) as connection:
        await schema_state.make(connection, statements)
