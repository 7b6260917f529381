"""One connection to Redis for all in this process who watch runs: it wakes, and what was said is read from the record.

Each run that is watched is read once, and its last pieces are shared; who is behind them reads for itself.
"""

import asyncio
import bisect
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import TypeAlias
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError

from application.tasks import ended
from domain.kernel import Record

KEPT = 500
"""Pieces of a run that are kept in memory, however many watch it and however slowly."""

PAGE = 500
LOOK_SECONDS = 1.0
"""Who was not woken looks all the same."""

MOST_AT_ONCE = 1_000

READERS = 2
"""So many connections serve all those who are behind."""

Entry: TypeAlias = tuple[int, int]
"""The id of an entry of a stream of Redis: they are ordered."""

BEGINNING: Entry = (0, 0)


class Said(Record):
    """A piece of an answer; `offset` counts its characters before it. A higher `tried` makes those below it void."""

    step: str
    attempt: int
    offset: int
    text: str
    tried: int = 0


Piece: TypeAlias = tuple[Entry, Said]


def key(run: UUID) -> str:
    """The stream of a run, and the channel that tells that there is something new in it."""
    return f"z2:live:{run}"


class Voice:
    """What one run has said last. All pieces behind `base` are in `recent`; None until somebody has looked."""

    def __init__(self) -> None:
        self.watchers = 0
        self.base: Entry | None = None
        self.recent: list[Piece] = []
        self.lost: Exception | None = None
        self.changed = asyncio.Condition()

    @property
    def last(self) -> Entry:
        return self.recent[-1][0] if self.recent else self.base or BEGINNING

    def has(self, seen: Entry) -> bool:
        """Whether what comes behind `seen` is in memory."""
        return self.base is not None and seen >= self.base

    def behind(self, seen: Entry) -> list[Piece]:
        return self.recent[bisect.bisect_right(self.recent, seen, key=lambda piece: piece[0]) :]

    def take(self, pieces: list[Piece]) -> None:
        self.recent += pieces
        if len(self.recent) > KEPT:
            self.base = self.recent[-KEPT - 1][0]
            del self.recent[:-KEPT]

    async def wake(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def more(self, seen: Entry) -> None:
        """Return when there is something behind `seen`, or after a while. Raises Lost."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS), self.changed:
                await self.changed.wait_for(lambda: self.lost or self.last > seen)
        if self.lost:
            raise Lost("the line to Redis is lost") from self.lost


class LiveLine:
    """Open while anybody watches. Once it is lost, those who watch are told, and begin again on another one."""

    def __init__(self, redis: Redis) -> None:
        self.lost = False
        self._redis = redis
        self._pubsub = redis.pubsub()
        self._voices: dict[UUID, Voice] = {}
        self._turn = asyncio.Lock()
        self._few = asyncio.Semaphore(READERS)
        self._task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def watching(self, run: UUID) -> AsyncIterator[Voice]:
        """The voice of a run for as long as the block lasts. Raises RedisError."""
        voice = self._voices.setdefault(run, Voice())
        voice.watchers += 1
        try:
            async with self._turn:
                await self._pubsub.subscribe(key(run))
                self._task = self._task or asyncio.create_task(self._follow())
            yield voice
        finally:
            voice.watchers -= 1
            if not voice.watchers:
                self._voices.pop(run, None)
            if not self._voices and self._task is not None:
                self.lost = True
                await ended(self._task)

    async def past(self, run: UUID, seen: Entry) -> list[Piece]:
        """A page of what is kept behind an entry, from Redis."""
        async with self._few:
            return _pieces(await self._redis.xrange(key(run), min=f"({_id(seen)}", count=PAGE))

    async def _follow(self) -> None:
        try:
            while True:
                await self._look(await self._woken())
                await self._forget()
        except (RedisError, OSError) as error:
            self.lost = True
            for voice in self._voices.values():
                voice.lost = error
                await voice.wake()
        finally:
            await self._pubsub.aclose()  # type: ignore[no-untyped-call] # the library leaves it so

    async def _woken(self) -> set[UUID]:
        """The runs that have something to say, or all of them after a while in which nobody said so."""
        message = await self._pubsub.get_message(timeout=LOOK_SECONDS)
        if message is None:
            return {*self._voices}
        runs = set()
        for _ in range(MOST_AT_ONCE):
            runs.add(UUID(message["channel"].decode().rpartition(":")[2]))
            message = await self._pubsub.get_message(timeout=0)
            if message is None:
                break
        return runs & self._voices.keys()

    async def _look(self, runs: Iterable[UUID]) -> None:
        """Read what is new of these runs."""
        voices = {run: self._voices[run] for run in runs}
        for run, voice in voices.items():
            if voice.base is None:
                newest = _pieces(await self._redis.xrevrange(key(run), count=1))
                voice.base = newest[0][0] if newest else BEGINNING
                await voice.wake()
        while voices:
            found = await self._redis.xread({key(run): _id(voice.last) for run, voice in voices.items()}, count=PAGE)
            entries = {UUID(name.decode().rpartition(":")[2]): pieces for name, pieces in found}
            for run, raw in entries.items():
                voices[run].take(_pieces(raw))
                await voices[run].wake()
            voices = {run: voices[run] for run, raw in entries.items() if len(raw) == PAGE}

    async def _forget(self) -> None:
        """Hear no more of runs that nobody watches."""
        async with self._turn:
            watched = {key(run).encode() for run in self._voices}
            if over := [*(self._pubsub.channels.keys() - watched - self._pubsub.pending_unsubscribe_channels)]:
                await self._pubsub.unsubscribe(*over)


def _id(entry: Entry) -> str:
    return f"{entry[0]}-{entry[1]}"


def _pieces(raw: Iterable[tuple[bytes, dict[bytes, bytes]]]) -> list[Piece]:
    return [(_entry(name), msgspec.json.decode(fields[b"said"], type=Said)) for name, fields in raw]


def _entry(name: bytes) -> Entry:
    milliseconds, _, number = name.decode().partition("-")
    return int(milliseconds), int(number)
