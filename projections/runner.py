"""Runs a projection or a policy: each batch and the position behind it are one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import structlog

from application.errors import Unavailable
from application.policies import step_jobs
from application.ports import EventStore, JobQueue, Log, Recorded
from projections.table import Connection, Projection

ENLIST = "INSERT INTO projection_positions (name) VALUES (%s) ON CONFLICT DO NOTHING"
LOCK = "SELECT position FROM projection_positions WHERE name = %s FOR UPDATE"
ADVANCE = "UPDATE projection_positions SET position = %s WHERE name = %s"
TELL = "SELECT pg_notify('projections', %s)"

Transaction: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
Apply: TypeAlias = Callable[[Connection, Sequence[Recorded]], Awaitable[None]]

PAGE = 1_000
MAX_PAUSE = 30.0
SHORT_PAUSE = 2.0

log = structlog.get_logger()


class Moved(Exception):
    """Somebody set the position of a projection while it ran; it begins again from there."""


async def run(name: str, apply: Apply, source: Log, transaction: Transaction) -> None:
    """Follow the log for ever. What fails is tried again, ever more slowly, and stops nobody else."""
    pause = 0.2
    while True:
        try:
            async with source.follow(await _position(name, transaction)) as batches:
                async for batch in batches:
                    await _advance(name, apply, batch, transaction)
                    pause = 0.2
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on and this one tries again
            log.warning("projection.stopped", projection=name, error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(pause)
            pause = min(SHORT_PAUSE if isinstance(error, Unavailable) else MAX_PAUSE, pause * 2)


async def _position(name: str, transaction: Transaction) -> int:
    async with transaction() as connection:
        await connection.execute(ENLIST, (name,))
        return await _locked(name, connection)


async def _locked(name: str, connection: Connection) -> int:
    row = await (await connection.execute(LOCK, (name,))).fetchone()
    assert row is not None, "a projection is enlisted before it runs"
    return int(row[0])


async def _advance(name: str, apply: Apply, batch: Sequence[Recorded], transaction: Transaction) -> None:
    """The lock on the position lets any number of projectors run: each event is applied once."""
    async with transaction() as connection:
        seen = await _locked(name, connection)
        fresh = [recorded for recorded in batch if recorded.position > seen]
        if not fresh:
            return
        if fresh[0].position != seen + 1:
            raise Moved(f"the position was moved back to {seen}")
        await apply(connection, fresh)
        await connection.execute(ADVANCE, (fresh[-1].position, name))
        await connection.execute(TELL, (name,))


def enqueuing(queue: JobQueue) -> Apply:
    """The policy that turns scheduled steps into jobs: enqueue first, then move on, so that none is missed."""

    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            for job in step_jobs.react(recorded):
                await queue.enqueue(job)

    return apply


async def rebuild(projection: Projection[Any], store: EventStore, transaction: Transaction) -> tuple[int, int]:
    """Fold the whole log anew and put the result in the table's place. Returns rows and position.

    Readers see the old rows until the new ones are committed.
    """
    async with transaction() as connection:
        await connection.execute(ENLIST, (projection.name,))
        end = await _locked(projection.name, connection)
        rows: dict[Any, Any] = {}
        position = 0
        while position < end:
            page = [recorded for recorded in await store.read(position, PAGE) if recorded.position <= end]
            rows = projection.fold(page, rows)
            position = page[-1].position
        await projection.clear(connection)
        await projection.save(connection, rows)
    return len(rows), end
