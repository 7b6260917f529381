"""Work done beside a running Z2, in its own log, on a loop that goes on in a thread of its own."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from application.execute import Executor
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support.people import People

Result = TypeVar("Result")


class Beside:
    """One database, opened once; `do` has something done and waits for it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._runner = self._thread.submit(asyncio.Runner).result()
        self.database = Database(environment["DATABASE_URL"], size=2)
        self.people = People(Executor(PostgresEventStore(self.database), now), now)
        self.do(self.database.open())
        self.do(migrate(self.database))

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._thread.submit(self._runner.run, work).result()

    def close(self) -> None:
        self.do(self.database.close())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


@contextmanager
def beside(environment: Mapping[str, str]) -> Iterator[Beside]:
    """It is closed with the block."""
    opened = Beside(environment)
    try:
        yield opened
    finally:
        opened.close()
