"""A desk where callers who want something of a stream that they share are served together, in one append."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeAlias
from uuid import UUID

from application.errors import NotFound, TooMuchContention, Unavailable
from application.identity.recent import Recent
from application.kept import Kept
from application.ports import Conflict, EventStore, Outcome, Write
from application.states import Known, States
from domain.kernel import Command, Context, Record, Rejected

ATTEMPTS = 60
MOST = 200
"""So many callers are served at once."""

FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.05
"""Seconds: so long at most a lost race with another process is waited out."""

RACED_SECONDS = 1.0
"""So long a process takes turns with others, after one of them was seen, instead of trying its luck."""

Decide: TypeAlias = Callable[[Command, Known, Context], list[Any]]


class Wish(Record):
    """Commands with their streams, done all together or not at all; `context` tells who wants it, and the time.

    So many of the first are `leading`: they may be so already, and the others are done all the same.
    """

    orders: Sequence[tuple[UUID, Command]]
    context: Callable[[], Context]
    texts: Sequence[Kept] = ()
    leading: int = 0


class Waiting:
    """Somebody who waits for the outcome of a wish."""

    __slots__ = ("outcome", "wish")

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    def tell(self, outcome: Outcome | Exception) -> None:
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class Sheet:
    """What a batch comes to: the states as each wish leaves them, and what is to be appended."""

    def __init__(self, states: States, decide: Decide) -> None:
        self.writes: list[tuple[Known, Write]] = []
        self.undone: list[tuple[Waiting, UUID | Exception]] = []
        self.done: list[Waiting] = []
        self._states = states
        self._decide = decide
        self._known: dict[UUID, Known] = {}

    def enter(self, waiting: Waiting) -> None:
        """Decide a wish on what those before it come to. What is refused, or so already, changes nothing."""
        context = waiting.wish.context()
        known, writes = dict[UUID, Known](), list[tuple[Known, Write]]()
        for place, (stream, command) in enumerate(waiting.wish.orders):
            before = known.get(stream) or self.known(stream)
            try:
                events = self._decide(command, before, context)
            except (Rejected, NotFound) as refusal:
                self.undone.append((waiting, refusal))
                return
            if not events and place == waiting.wish.leading:
                self.undone.append((waiting, stream))
                return
            if events:
                write = Write(stream, before.version, events, context, () if writes else waiting.wish.texts)
                known[stream] = self._states.with_own(before, write)
                writes.append((known[stream], write))
        self._known |= known
        self.writes += writes
        self.done.append(waiting)

    def known(self, stream: UUID) -> Known:
        return self._known.get(stream) or self._states.remembered(stream)


class Desk:
    """Serves one batch of callers for each shared stream at a time; whoever comes meanwhile is in the next."""

    def __init__(self, store: EventStore, states: States, decide: Decide) -> None:
        self._store = store
        self._states = states
        self._decide = decide
        self._queues: dict[UUID, deque[Waiting]] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._raced = Recent[UUID, float]()

    async def ask(self, wish: Wish) -> Outcome:
        """Have it done. The stream of the last command is the one that is shared.

        Raises Rejected, NotFound, TooMuchContention or Unavailable. Nobody can call back what is being appended.
        """
        shared, _ = wish.orders[-1]
        waiting = Waiting(wish)
        if shared in self._queues:
            self._queues[shared].append(waiting)
        else:
            self._queues[shared] = deque([waiting])
            task = asyncio.create_task(self._serve(shared))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        return await waiting.outcome

    async def _serve(self, shared: UUID) -> None:
        queue = self._queues[shared]
        try:
            while queue:
                await self._settle([queue.popleft() for _ in range(min(len(queue), MOST))])
        finally:
            del self._queues[shared]

    async def _settle(self, batch: Sequence[Waiting]) -> None:
        """Give each an outcome, whatever it is."""
        try:
            await self._together(batch)
        except (Unavailable, TooMuchContention) as error:
            _tell(batch, error)
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it, whatever it is
            if len(batch) == 1:
                _tell(batch, error)
            else:
                for waiting in batch:  # one of them is to blame, and the others are not
                    await self._settle([waiting])

    async def _together(self, batch: Sequence[Waiting]) -> None:
        shared, _ = batch[0].wish.orders[-1]
        streams = sorted({stream for waiting in batch for stream, _ in waiting.wish.orders})
        async with AsyncExitStack() as turns:
            # everybody waits for turns in the same order, so nobody waits in a circle
            for stream in streams:
                await turns.enter_async_context(self._states.turn(stream))
            if time.monotonic() < self._raced.get(shared, 0.0):
                await self._in_turn(shared, batch, streams)
            elif not await self._done(batch, streams):
                self._raced[shared] = time.monotonic() + RACED_SECONDS
                await self._states.contradicted(*streams)
                await self._in_turn(shared, batch, streams)

    async def _in_turn(self, shared: UUID, batch: Sequence[Waiting], streams: Sequence[UUID]) -> None:
        """Decide and append while the other processes that serve this stream wait, as far as they do."""
        async with self._store.turn(shared):
            before = self._states.remembered(shared)
            if (await self._states.refresh_all(*streams))[shared] is not before:
                self._raced[shared] = time.monotonic() + RACED_SECONDS
            for attempt in range(ATTEMPTS):
                if await self._done(batch, streams, fresh=True):
                    return
                await asyncio.sleep(_pause(attempt))
                await self._states.contradicted(*streams)
        raise TooMuchContention

    async def _done(self, batch: Sequence[Waiting], streams: Sequence[UUID], *, fresh: bool = False) -> bool:
        """Decide, append and answer; False where a race was lost. Nobody is refused on what may be out of date."""
        sheet = self._decided(batch)
        if sheet.undone and not fresh:
            await self._states.refresh_all(*streams)
            sheet = self._decided(batch)
        try:
            position = (await self._append(sheet)).position if sheet.writes else 0
        except Conflict:
            return False
        self._answer(sheet, position)
        return True

    def _decided(self, batch: Sequence[Waiting]) -> Sheet:
        sheet = Sheet(self._states, self._decide)
        for waiting in batch:
            if not waiting.outcome.done():  # who has gone wants nothing any more
                sheet.enter(waiting)
        return sheet

    async def _append(self, sheet: Sheet) -> Outcome:
        return await self._store.append([write for _, write in sheet.writes])

    def _answer(self, sheet: Sheet, position: int) -> None:
        """Remember what was appended, and tell everybody; `position` is that of the last event."""
        firsts: dict[UUID, int] = {}
        at = position - sum(len(write.events) for _, write in sheet.writes)
        for known, write in sheet.writes:
            first = firsts.setdefault(write.stream, known.first or at + 1)
            at += len(write.events)
            self._states.appended(write.stream, known, first, at)
        for waiting in sheet.done:
            waiting.tell(Outcome(waiting.wish.orders[0][0], position))
        for waiting, why in sheet.undone:
            waiting.tell(why if isinstance(why, Exception) else Outcome(why, self._states.remembered(why).position))


def _tell(batch: Sequence[Waiting], error: Exception) -> None:
    for waiting in batch:
        waiting.tell(error)


def _pause(attempt: int) -> float:
    """Longer with every lost race, and never the same as that of another process."""
    return random.random() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**attempt)  # noqa: S311 -- nothing secret depends on it
