"""Streams are read together: who asks while others are being answered is answered with all who asked meanwhile."""

import asyncio
from collections import deque
from collections.abc import Mapping
from itertools import groupby
from uuid import UUID

from application.errors import Unavailable
from application.ports import Recorded
from infrastructure import mapper
from infrastructure.database import Database

STREAM = """
SELECT originator_id, originator_version, topic, state, notification_id
FROM events WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version
"""

STREAMS = """
SELECT originator_id, originator_version, topic, state, notification_id
FROM unnest(%s::uuid[], %s::bigint[]) AS asked (stream, seen) CROSS JOIN LATERAL (
    SELECT * FROM events WHERE originator_id = asked.stream AND originator_version > asked.seen
    ORDER BY originator_version
) AS found
ORDER BY originator_id, originator_version
"""

AT_ONCE = 2
"""So many questions are asked at a time: a long stream keeps nobody waiting for whom it is none."""

MOST_STREAMS = 100
"""In one question."""


class Asked:
    """A stream, the version behind which it is wanted, and who waits for it."""

    __slots__ = ("after", "answer", "stream")

    def __init__(self, stream: UUID, after: int) -> None:
        self.stream = stream
        self.after = after
        self.answer: asyncio.Future[list[Recorded]] = asyncio.get_running_loop().create_future()


class GroupReader:
    """Everybody is told what was there after they asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: deque[Asked] = deque()
        self._reading: set[asyncio.Task[None]] = set()

    async def load(self, stream: UUID, after: int) -> list[Recorded]:
        asked = Asked(stream, after)
        self._asked.append(asked)
        # one that has ended looks no more for who asks, and leaves the set a little later
        if sum(not task.done() for task in self._reading) < AT_ONCE:
            task = asyncio.create_task(self._read())
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return await asked.answer

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        async with self._database.connection() as connection:
            cursor = await connection.execute(STREAMS, (list(after), list(after.values())), binary=True)
            return [mapper.decode(*row) for row in await cursor.fetchall()]

    async def _read(self) -> None:
        while self._asked:
            batch = [self._asked.popleft() for _ in range(min(len(self._asked), MOST_STREAMS))]
            await self._settle([asked for asked in batch if not asked.answer.done()])

    async def _settle(self, waiting: list[Asked]) -> None:
        """Give each an answer, whatever it is."""
        try:
            await self._answer(waiting)
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it, whatever it is
            if len(waiting) > 1 and not isinstance(error, Unavailable):
                for asked in waiting:  # one of the streams is to blame, and the others are not
                    await self._settle([asked])
                return
            for asked in waiting:
                if not asked.answer.done():
                    asked.answer.set_exception(error)

    async def _answer(self, waiting: list[Asked]) -> None:
        if len(waiting) == 1:
            found = {waiting[0].stream: await self._one(waiting[0])}
        else:
            lowest: dict[UUID, int] = {}
            for asked in waiting:
                lowest[asked.stream] = min(lowest.get(asked.stream, asked.after), asked.after)
            events = await self.load_all(lowest)
            found = {stream: list(each) for stream, each in groupby(events, key=lambda recorded: recorded.stream)}
        for asked in waiting:
            if not asked.answer.done():
                events = found.get(asked.stream, [])
                asked.answer.set_result([recorded for recorded in events if recorded.version > asked.after])

    async def _one(self, asked: Asked) -> list[Recorded]:
        async with self._database.connection() as connection:
            cursor = await connection.execute(STREAM, (asked.stream, asked.after), binary=True)
            return [mapper.decode(*row) for row in await cursor.fetchall()]
