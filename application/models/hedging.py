"""Hedging: where the first to be asked is silent for too long another is asked too, and the first to speak answers."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Generic, TypeVar

from application.models.failure import ModelError
from application.orchestration.patience import to_the_end
from application.tasks import ended

Piece = TypeVar("Piece")

CLOSING_SECONDS = 5.0
"""So long one who was not needed may take to be closed and put on the record."""


class Race(Generic[Piece]):
    """`opens` tells the pieces with which an answer begins; `failed` is told of one who fails while another may win."""

    def __init__(self, opens: Callable[[Piece], bool], failed: Callable[[ModelError], None]) -> None:
        self._opens = opens
        self._failed = failed
        self._running: dict[asyncio.Task[list[Piece]], AsyncGenerator[Piece, None]] = {}
        self._closing: list[asyncio.Task[None]] = []

    async def run(
        self,
        first: AsyncGenerator[Piece, None],
        late: Callable[[], Awaitable[None]],
        second: Callable[[], AsyncGenerator[Piece, None] | None],
    ) -> AsyncGenerator[Piece, None]:
        """The pieces of the one who speaks first; `second` is asked once it is `late`. Raises ModelError if none does.

        The other is closed, and what it was asked is over before the answer is.
        """
        alarm = asyncio.ensure_future(late())
        try:
            started = self._start(first)
            await asyncio.wait({started, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if not started.done() and (other := second()) is not None:
                self._start(other)
            opening, winner = await self._won()
            async with aclosing(winner):
                for piece in opening:
                    yield piece
                async for piece in winner:
                    yield piece
        finally:
            self._close_all()
            await to_the_end(self._over(alarm), CLOSING_SECONDS)

    def _start(self, answer: AsyncGenerator[Piece, None]) -> "asyncio.Task[list[Piece]]":
        task = asyncio.create_task(self._opening(answer))
        self._running[task] = answer
        return task

    async def _opening(self, answer: AsyncGenerator[Piece, None]) -> list[Piece]:
        """What comes up to the first piece of an answer."""
        heard: list[Piece] = []
        async for piece in answer:
            heard.append(piece)
            if self._opens(piece):
                break
        return heard

    async def _won(self) -> tuple[list[Piece], AsyncGenerator[Piece, None]]:
        while True:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            task = next(task for task in self._running if task.done())
            answer = self._running.pop(task)
            try:
                opening = task.result()
            except ModelError as error:
                if not self._running:
                    raise
                self._failed(error)
            else:
                self._close_all()
                return opening, answer

    async def _over(self, alarm: "asyncio.Future[None]") -> None:
        alarm.cancel()
        await asyncio.gather(alarm, *self._closing, return_exceptions=True)

    def _close_all(self) -> None:
        self._closing += [asyncio.create_task(_close(task, answer)) for task, answer in self._running.items()]
        self._running.clear()


async def _close(task: "asyncio.Task[list[Piece]]", answer: AsyncGenerator[Piece, None]) -> None:
    await ended(task)
    await answer.aclose()
