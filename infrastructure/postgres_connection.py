"""Connections to Postgres that never wait without end: not for a machine that is gone, nor for a server that hangs."""

import asyncio
from typing import Any

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict

from application.wires import hang_up

CONNECT_SECONDS = 5
"""A server that does not even refuse a connection may have been replaced by another one meanwhile."""

ANSWER_SECONDS = 10.0
"""So long a statement may take before its server counts as lost."""

KEEPALIVES = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""A machine that has gone without a word is noticed within some ten seconds, even while nothing is asked of it."""

AWAY = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.InternalError_,
)
"""What is the matter with the server, and not with what it was asked: a quota that is used up is an internal error."""

REFUSED = (psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex)
"""Operational errors to psycopg, and yet about what was asked: it would be too large the next time as well."""

log = structlog.get_logger()


class Connection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """A server that does not answer within `answer_seconds` (None: ever) is hung up on, an OperationalError.

    Cancelling the wait instead would ask the server to cancel, which a server that hangs does not hear either.
    """

    answer_seconds: float | None = None

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ASYNC109 -- psycopg's own name
        if self.answer_seconds is None or timeout is not None:
            return await super().wait(gen, interval, timeout)
        silent = asyncio.get_running_loop().call_later(self.answer_seconds, self.hang_up)
        try:
            return await super().wait(gen, interval)
        finally:
            silent.cancel()

    def hang_up(self) -> None:
        """End the connection; whoever waits for an answer hears of it."""
        log.warning("postgres.silent", seconds=self.answer_seconds)
        if not self.closed:
            hang_up(self.fileno())


async def connect(url: str, answer_seconds: float) -> Connection:
    """A connection in autocommit mode. Raises OperationalError."""
    connection = await Connection.connect(url, **parameters(url, answer_seconds))
    connection.answer_seconds = answer_seconds
    return connection


def parameters(url: str, answer_seconds: float) -> dict[str, Any]:
    """How to connect, as far as the address does not say otherwise.

    A statement ends on the server as well when nobody waits for it any more, or it would keep its locks.
    """
    said = conninfo_to_dict(url)
    milliseconds = max(1, round(answer_seconds * 1_000))
    ours = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": milliseconds, **KEEPALIVES}
    options = f"-c statement_timeout={milliseconds} {said.get('options') or ''}".strip()
    return {"autocommit": True, "options": options} | {name: said.get(name, value) for name, value in ours.items()}


def told(error: BaseException) -> str:
    """What is the matter, for those who sent a request."""
    match error:
        case psycopg.errors.DiskFull():
            return "The disk of Postgres is full"
        case psycopg.errors.ReadOnlySqlTransaction():
            return "Postgres takes no writes just now"
        case psycopg.errors.InternalError_():
            return "Postgres failed"
        case _:
            return "Postgres cannot be reached just now"
