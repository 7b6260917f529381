"""The ports in memory: they keep the promises of the real ones, and fail when a test tells them to."""

import asyncio
import contextlib
import hashlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from application.errors import KeyReused, NotFound, Unavailable
from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.port import Provider
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished, TextDelta, Usage
from application.ports import Conflict, IdempotencyKey, Job, Outcome, Recorded, Write
from domain.kernel import PayloadRef
from tests.support.given import AT

USAGE = Usage(input_tokens=100, output_tokens=20)


class FakeClock:
    """It stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now: datetime = AT

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Away:
    """A part that can be away: for the next so many calls, or until it is back."""

    def __init__(self) -> None:
        self.gone = False
        self.failures = 0
        self.refused = asyncio.Event()

    def answer(self) -> None:
        if self.gone or self.failures:
            self.failures = max(0, self.failures - 1)
            self.refused.set()
            raise Unavailable


class FakeStore:
    """A log with dense positions. Others may do something just before a load or an append, as they do in life."""

    def __init__(self) -> None:
        self.log: list[Recorded] = []
        self.keys: dict[tuple[UUID, str], tuple[bytes, Outcome]] = {}
        self.before_load: list[Callable[[], Awaitable[object]]] = []
        self.before_append: list[Callable[[], Awaitable[object]]] = []
        self.conflicts = 0
        self.away = Away()
        self.lost_answers = 0
        self.turns: dict[UUID, asyncio.Lock] = {}
        self.texts: dict[tuple[UUID, str], str] = {}
        self._grown = asyncio.Condition()

    async def load(self, stream: UUID, after: int = 0) -> list[Recorded]:
        await asyncio.sleep(0)  # others have their turn, as during any round trip
        self.away.answer()
        if self.before_load:
            await self.before_load.pop(0)()
        return [recorded for recorded in self.log if recorded.stream == stream and recorded.version > after]

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        return [recorded for stream, seen in after.items() for recorded in await self.load(stream, seen)]

    async def append(self, writes: Sequence[Write], key: IdempotencyKey | None = None) -> Outcome:
        await asyncio.sleep(0)
        self.away.answer()
        if self.before_append:
            await self.before_append.pop(0)()
        if key and (earlier := await self.outcome(key)):
            return earlier
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict
        outcome = self._append(writes)
        if key:
            self.keys[key.workspace_id, key.key] = (key.digest, outcome)
        async with self._grown:
            self._grown.notify_all()
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unavailable
        return outcome

    def _append(self, writes: Sequence[Write]) -> Outcome:
        versions = Counter(recorded.stream for recorded in self.log)
        for write in writes:
            if versions[write.stream] != write.expected:
                raise Conflict
            versions[write.stream] += len(write.events)
        for write in writes:
            for kept in write.texts:
                self.texts[write.context.workspace_id, kept.ref.sha256] = kept.text
            for version, event in enumerate(write.events, start=write.expected + 1):
                self.log.append(Recorded(len(self.log) + 1, write.stream, version, event, write.context))
        return Outcome(writes[0].stream, len(self.log))

    @contextlib.asynccontextmanager
    async def turn(self, stream: UUID) -> AsyncIterator[None]:
        self.away.answer()
        async with self.turns.setdefault(stream, asyncio.Lock()):
            yield

    async def outcome(self, key: IdempotencyKey) -> Outcome | None:
        digest, outcome = self.keys.get((key.workspace_id, key.key), (key.digest, None))
        if digest != key.digest:
            raise KeyReused
        return outcome

    async def remember(self, key: IdempotencyKey, outcome: Outcome) -> Outcome:
        self.keys.setdefault((key.workspace_id, key.key), (key.digest, outcome))
        return await self.outcome(key) or outcome

    async def read(self, after: int, limit: int) -> list[Recorded]:
        self.away.answer()
        return self.log[after : after + limit]

    async def head(self) -> int:
        self.away.answer()
        return len(self.log)

    def events(self, stream: UUID) -> list[object]:
        return [recorded.event for recorded in self.log if recorded.stream == stream]

    @contextlib.asynccontextmanager
    async def follow(self, after: int) -> AsyncIterator[AsyncIterator[Sequence[Recorded]]]:
        async with contextlib.aclosing(self._batches(after)) as batches:
            yield batches

    async def _batches(self, position: int) -> AsyncGenerator[Sequence[Recorded], None]:
        while True:
            async with self._grown:
                while len(self.log) <= position:
                    await self._grown.wait()
            batch = await self.read(position, 100)
            position = batch[-1].position
            yield batch

    async def linger(self, name: str, position: int, seconds: float) -> None:
        """Nothing more comes by waiting."""


class FakePayloads:
    def __init__(self) -> None:
        self.texts: dict[tuple[UUID, str], str] = {}
        self.away = Away()

    async def put(self, workspace_id: UUID, text: str, media_type: str = "text/plain") -> PayloadRef:
        self.away.answer()
        body = text.encode()
        ref = PayloadRef(hashlib.sha256(body).hexdigest(), len(body), media_type)
        self.texts[workspace_id, ref.sha256] = text
        return ref

    async def get(self, workspace_id: UUID, ref: PayloadRef) -> str:
        self.away.answer()
        try:
            return self.texts[workspace_id, ref.sha256]
        except KeyError:
            raise NotFound("the text behind this reference is not stored") from None


class FakeQueue:
    """Jobs by id: a second one with the same id is the same job."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.away = Away()

    async def enqueue(self, *jobs: Job) -> None:
        self.away.answer()
        for job in jobs:
            self.jobs.setdefault(job.id, job)


class FakeLeases:
    """Nothing lapses here unless the test forgets it."""

    def __init__(self) -> None:
        self.holders: dict[str, str] = {}
        self.taken = asyncio.Event()
        self.away = Away()

    async def take(self, name: str, holder: str) -> bool:
        self.away.answer()
        mine = self.holders.setdefault(name, holder) == holder
        if mine:
            self.taken.set()
        return mine

    async def give_back(self, name: str, holder: str) -> None:
        self.away.answer()
        if self.holders.get(name) == holder:
            del self.holders[name]

    async def held(self, names: Sequence[str]) -> frozenset[str]:
        self.away.answer()
        return frozenset(name for name in names if name in self.holders)


class FakeLiveText:
    def __init__(self) -> None:
        self.said: list[tuple[UUID, str, int, int, str, int]] = []

    async def say(self, run: UUID, step: str, attempt: int, offset: int, text: str, *, tried: int = 0) -> None:
        self.said.append((run, step, attempt, offset, text, tried))


class FakeProvider:
    """Says what it is told to. `silent` makes it wait in mid-answer until it is closed or let go."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.own = False
        self.region = ""
        self.script: list[Delta | Exception] = [TextDelta("An "), TextDelta("answer."), Finished("end", USAGE, "m")]
        self.missing: str | None = None
        self.requests: list[ModelRequest] = []
        self.given: list[ModelCard | None] = []
        self.silent = False
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.closed = 0

    def unavailable(self) -> str | None:
        return self.missing

    def cards(self) -> Sequence[ModelCard]:
        return ()

    async def discover(self) -> Sequence[str]:
        return ()

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        self.requests.append(request)
        self.given.append(card)
        self.asked.set()
        try:
            for line in list(self.script):
                if self.silent and not isinstance(line, TextDelta):
                    await self.go.wait()
                if isinstance(line, Exception):
                    raise line
                yield line
        finally:
            self.closed += 1


class FakeProviders:
    def __init__(self, *providers: Provider) -> None:
        self._by_name = {provider.name: provider for provider in providers}

    async def of(self, workspace_id: UUID, *, anew: bool = False) -> "FakeProviders":
        return self

    def get(self, model: str) -> Provider:
        provider = self._by_name.get(model.partition("/")[0])
        if provider is None:
            raise ModelError("model_unknown", f'there is no model "{model}"')
        if (why := provider.unavailable()) is not None:
            raise ModelError("model_key_missing", why)
        return provider

    def all(self) -> Sequence[Provider]:
        return tuple(self._by_name.values())
