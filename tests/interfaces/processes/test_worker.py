"""A worker process is shown everything that happens, whatever comes between it and the log."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid4

from application.orchestration.steps import StepWorker
from application.ports import Log, Recorded
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.tail import Tail
from interfaces.composition import Core, background
from interfaces.processes import worker
from tests.domain import runs
from tests.support.fakes import FakeStore
from tests.support.until import until
from tests.support.writer import write

RUN = UUID(int=1)


class Witness:
    """In the place of the steps: it remembers what it was shown."""

    def __init__(self) -> None:
        self.positions: list[int] = []

    def observe(self, events: Sequence[Recorded]) -> None:
        self.positions += [recorded.position for recorded in events]


def observing(log: Log, witness: Witness, position: int) -> AbstractAsyncContextManager[None]:
    parts = cast("Core", SimpleNamespace(tail=log))
    return background(worker._observe(parts, cast("StepWorker", witness), position))


async def test_what_happens_while_the_log_is_away_is_seen_when_it_is_back() -> None:
    log, witness = FakeStore(), Witness()

    async def the_reader_is_cut_off() -> None:
        log.away.failures = 1

    await log.append([write(RUN, runs.started("a"))])
    async with observing(log, witness, 1):
        await log.append([write(uuid4())])
        await until(lambda: witness.positions == [2])
        log.before_append.append(the_reader_is_cut_off)
        await log.append([write(RUN, runs.cancelled(), expected=1)])
        await until(lambda: witness.positions == [2, 3])


async def test_an_event_that_this_code_does_not_know_hides_none_behind_it(
    database: Database, store: PostgresEventStore
) -> None:
    tail, witness = Tail(database, store), Witness()
    for _ in range(4):
        await store.append([write(uuid4())])
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'run.paused.v9' WHERE notification_id IN (2, 3)")
    async with background(tail.run()), observing(tail, witness, 0):
        await until(lambda: witness.positions == [1, 4])
