"""When those who follow the log are told of an append: as it is made, or a little later where nobody waits for it.

Postgres wakes all who listen before it answers whoever appends, which costs more than a small append itself.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from application.errors import Unavailable
from infrastructure.database import Database
from infrastructure.postgres_connection import AWAY

LATER_SECONDS = 0.025
"""So much later at the most, where the process lives on; whoever follows the log looks by itself once a second."""

TELL = "SELECT pg_notify('events', '')"


class Announcements:
    """A quiet append is told of with the next one that is not, or by itself where none comes soon."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._told_at = -LATER_SECONDS
        self._later: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None

    def with_it(self, *, quiet: bool) -> bool:
        """Whether an append that is about to be made tells of itself."""
        return not quiet or self._clock() - self._told_at >= LATER_SECONDS

    def made(self, *, told: bool) -> None:
        """An append is on the record; if it was told of, so were those before it."""
        if told:
            self._told_at = self._clock()
            self._forget()
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(LATER_SECONDS, self._tell)

    async def close(self) -> None:
        self._forget()
        if self._telling is not None:
            await asyncio.wait([self._telling])

    def _forget(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _tell(self) -> None:
        self._later, self._told_at = None, self._clock()
        self._telling = asyncio.create_task(self._told())

    async def _told(self) -> None:
        with contextlib.suppress(*AWAY, Unavailable):
            async with self._database.connection() as connection:
                await connection.execute(TELL)
