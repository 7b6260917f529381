"""Runs a read model or a policy: each batch and the position behind it are one transaction."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import structlog
from eventsourcing.persistence import MapperDeserialisationError

from application.access import Actor
from application.errors import TooMuchContention, Unavailable
from application.execute import Executor, Order
from application.ledger.treasury import KEEPER_ID
from application.policies import ledger_upkeep, run_jobs, step_jobs, urgency
from application.ports import EventStore, JobQueue, Log, Recorded
from domain.kernel import Record
from projections import poison, positions
from projections.poison import Poisoned
from projections.table import Connection, Database, Projection

Apply: TypeAlias = Callable[[Connection, Sequence[Recorded]], Awaitable[None]]

PAGE = 5_000
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0
LINGER = 0.25

log = structlog.get_logger()


class Moved(Exception):
    """Somebody set the position while it ran; it begins again from there."""


class Consumer(Record):
    """What follows the log under a name. Events of other nouns never stop it.

    `concerns` tells whether an event is its business at all. After each batch it lingers, in seconds, as long as nobody
    waits for it: many small batches cost far more than a few large ones.
    """

    name: str
    nouns: frozenset[str]
    apply: Apply
    concerns: Callable[[Recorded], bool] = lambda _: True
    linger: float = LINGER


def keeping(projection: Projection[Any]) -> Consumer:
    """What keeps a read model."""
    return Consumer(projection.name, projection.nouns, projection.apply, projection.concerns)


def enqueuing(queue: JobQueue) -> Consumer:
    """The policies that make jobs of what happens to runs: enqueue first, then move on, so that none is missed.

    Whoever appends does so at once; this is for what was missed there, so it may linger as read models do.
    """

    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        await queue.enqueue(*run_jobs.needed(batch))

    return Consumer(step_jobs.NAME, frozenset({"run"}), apply, lambda recorded: bool(run_jobs.react(recorded)))


def commanding(executor: Executor) -> Consumer:
    """The policy that keeps the ledger: give its orders first, then move on, so that none is missed."""

    async def apply(connection: Connection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            for order in ledger_upkeep.react(recorded):
                await _give(executor, order, recorded)

    return Consumer(ledger_upkeep.NAME, ledger_upkeep.NOUNS, apply)


async def _give(executor: Executor, order: Order, recorded: Recorded) -> None:
    context = recorded.context
    actor, causation = Actor(KEEPER_ID, context.workspace_id, "system"), f"{ledger_upkeep.NAME}:{recorded.position}"
    try:
        await executor.execute(
            order.stream, order.command, actor, correlation_id=context.correlation_id, causation=causation
        )
    except TooMuchContention as error:
        raise Unavailable(str(error)) from error


async def run(consumer: Consumer, source: Log, store: EventStore, database: Database) -> None:
    """Follow the log for ever. What fails is tried again, ever more slowly, and stops nobody else."""
    pause, said = FIRST_PAUSE, ""
    follower = Follower(consumer, source, store, database)
    while True:
        try:
            async for _ in follower.progress():
                pause, said = FIRST_PAUSE, ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on and this one tries again
            stopped = f"{type(error).__name__}: {error}"
            if stopped != said:
                log.warning("projection.stopped", projection=consumer.name, error=stopped)
            said = stopped
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)


class Follower:
    """Any number may follow under one name: the lock on the position lets each event be applied once."""

    def __init__(self, consumer: Consumer, source: Log, store: EventStore, database: Database) -> None:
        self._consumer = consumer
        self._name = consumer.name
        self._source = source
        self._store = store
        self._database = database
        self._skipped: frozenset[int] = frozenset()

    async def progress(self) -> AsyncGenerator[int, None]:
        """Each position that is reached, for ever. Raises Poisoned where an event cannot be taken."""
        try:
            async with contextlib.aclosing(self._steps()) as steps:
                async for position in steps:
                    yield position
        except Poisoned as stop:
            async with self._database.transaction() as connection:
                await positions.stop(connection, self._name, stop.position, stop.event_type, stop.error)
            raise

    async def _steps(self) -> AsyncGenerator[int, None]:
        async with self._database.transaction() as connection:
            await positions.enlist(connection, self._name)
            position = await positions.locked(connection, self._name)
        self._skipped = await poison.skipped(self._store, self._name)
        try:
            async with contextlib.aclosing(self._batches(position)) as batches:
                async for batch in batches:
                    await self._take(batch)
                    yield (position := batch[-1].position)
                    if self._consumer.linger and any(urgency.frequent(type(each.event)) for each in batch):
                        await self._source.linger(self._name, position, self._consumer.linger)
        except MapperDeserialisationError as error:
            yield await self._pass_over(error)

    async def _batches(self, position: int) -> AsyncGenerator[Sequence[Recorded], None]:
        """Large pages while it is far behind, and then what comes."""
        while len(page := await self._store.read(position, PAGE)) == PAGE:
            yield page
            position = page[-1].position
        async with self._source.follow(position) as batches:
            async for batch in batches:
                yield batch

    async def _take(self, batch: Sequence[Recorded]) -> None:
        """Apply the batch; where it fails, apply what stands before the event that is to blame."""
        try:
            await self._apply(batch)
        except (Unavailable, Moved):
            raise
        except Exception as error:
            if len(batch) == 1:
                raise Poisoned.by(self._name, batch[0], error) from error
            half = len(batch) // 2
            await self._take(batch[:half])
            await self._take(batch[half:])

    async def _apply(self, batch: Sequence[Recorded]) -> None:
        if not any(self._consumer.concerns(recorded) for recorded in batch) and await self._pass(batch):
            return
        async with self._database.transaction() as connection:
            seen = await positions.locked(connection, self._name)
            fresh = [recorded for recorded in batch if recorded.position > seen]
            if not fresh:
                return
            if fresh[0].position != seen + 1:
                raise Moved(f"the position was moved back to {seen}")
            await self._consumer.apply(connection, poison.without(self._skipped, fresh))
            await positions.advance(connection, self._name, fresh[-1].position)

    async def _pass(self, batch: Sequence[Recorded]) -> bool:
        """Whether nothing had to be done but to go on."""
        async with self._database.connection() as connection:
            return await positions.passed(connection, self._name, batch[0].position - 1, batch[-1].position)

    async def _pass_over(self, error: Exception) -> int:
        """Go on behind a row that cannot be decoded and is no concern of ours. Raises Poisoned where it is one."""
        async with self._database.transaction() as connection:
            position = await positions.locked(connection, self._name) + 1
            if position not in self._skipped:
                await poison.passable(connection, self._name, self._consumer.nouns, position, error)
            await positions.advance(connection, self._name, position)
        return position
