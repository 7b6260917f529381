"""One process at a time does a work; when it dies, another takes over within seconds."""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg
import structlog

from application.tasks import ended
from application.wires import hang_up
from projections.positions import LEADERS
from projections.table import Connection

TRY = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
LOOK = "SELECT 1"

SECONDS = 1.0
"""So often a waiting process tries to lead, and a leading one makes sure that it still does."""

CONNECT_SECONDS = 5

ANSWER_SECONDS = 5.0
"""A server that takes longer to answer has perhaps given the lead away already."""

DEAD_PEERS = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"
"""The server lets go of the lock of a machine that has vanished without a word."""

log = structlog.get_logger()


async def lead(url: str, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work for ever, while nobody else does; the lock ends with the connection that holds it."""
    while True:
        try:
            async with await _connect(url) as connection:
                await _elected(connection, name)
                log.info("leader.elected", work=name)
                await _while_leading(connection, work)
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("leader.resigned", work=name, error=type(error).__name__)
        await asyncio.sleep(SECONDS)


async def _connect(url: str) -> Connection:
    who = f"{socket.gethostname()[:40]}:{os.getpid()}"
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name=who, options=DEAD_PEERS
    )


async def _elected(connection: Connection, name: str) -> None:
    while True:
        if await _answer(connection, TRY, LEADERS, name):
            return
        await asyncio.sleep(SECONDS)


async def _answer(connection: Connection, question: str, *values: object) -> object:
    """What the server answers. Raises OperationalError where it does not, at least not in time."""
    silent = asyncio.get_running_loop().call_later(ANSWER_SECONDS, hang_up, connection.fileno())
    try:
        row = await (await connection.execute(question, values)).fetchone()
    finally:
        silent.cancel()
    return row and row[0]


async def _while_leading(connection: Connection, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do the work until the connection fails, which is raised; or until the work ends, as it should not."""
    working = asyncio.create_task(work())
    try:
        while not working.done():
            await asyncio.wait([working], timeout=SECONDS)
            await _answer(connection, LOOK)
        await working
    finally:
        await ended(working)
