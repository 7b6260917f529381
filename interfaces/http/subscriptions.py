"""Subscriptions to the log: which events, from where, and for whom; what SSE and WebSocket have in common."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias, get_args
from uuid import UUID

import msgspec
import structlog
from eventsourcing.persistence import MapperDeserialisationError
from litestar.params import QueryParameter

from application.errors import Invalid
from application.ports import Recorded
from application.registry import EVENT_TYPES, tag_of
from domain.kernel import Record
from infrastructure import metrics
from interfaces.composition import Core
from interfaces.http import live
from interfaces.http.edge import REQUEST
from interfaces.http.events import head_from, shown

Types = Annotated[
    str | None,
    QueryParameter(
        name="type",
        max_length=80,
        description="Only events whose type begins so, such as `run.` or `agent.created`.",
    ),
]
Stream = Annotated[UUID | None, QueryParameter(description="Only events of this stream.")]
Run = Annotated[UUID | None, QueryParameter(description="Only events of this run, and what they led to.")]
Correlation = Annotated[UUID | None, QueryParameter(description="Only events with this correlation id.")]

STALLED_SECONDS = 15.0
"""Who takes so long to accept what was sent is dropped; it can come back to where it was."""

UNREADABLE = '{"position":%d,"unreadable":"no code of this Z2 reads the event at this position"}'

LOOK_SECONDS = 1.0
KEPT_FRAMES = 5_000

Transport: TypeAlias = Literal["sse", "websocket"]

log = structlog.get_logger()


class Filter(Record):
    """What a subscriber wants to see; nothing named means everything."""

    type: str | None = None
    stream: UUID | None = None
    run: UUID | None = None
    correlation: UUID | None = None

    def wants(self, recorded: Recorded) -> bool:
        context = recorded.context
        return (
            (self.stream is None or recorded.stream == self.stream)
            and (self.correlation is None or context.correlation_id == self.correlation)
            and (self.run is None or self.run in (recorded.stream, context.correlation_id))
            and (self.type is None or tag_of(type(recorded.event)).startswith(self.type))
        )


class Batch(Record):
    """Events that a subscriber wants, and the position up to which it has seen the log.

    An unreadable one is of an event that this Z2 cannot read; nobody can tell who may want it.
    """

    position: int
    events: Sequence[Recorded]
    unreadable: bool = False


async def begin(core: Core, workspace_id: UUID, wanted: Filter, after: int | None) -> int:
    """Where a subscription begins: behind `after`, or with what comes now.

    Raises Invalid for a position in the future and for a type that no event has, and NotFound for a stream or a run
    that the workspace does not have.
    """
    for stream in (wanted.stream, wanted.run):
        if stream is not None:
            await core.executor.state(stream, workspace_id)
    head = await checked(core, wanted, after)
    return head if after is None else after


async def checked(core: Core, wanted: Filter, after: int | None) -> int:
    """The head of the log. Raises Invalid for a position in the future and for a type that no event has."""
    if wanted.type is not None and not any(tag.startswith(wanted.type) for tag in EVENT_TYPES):
        raise Invalid(f"no event has a type that begins with {wanted.type!r}", field="type")
    return await head_from(core, after)


async def batches(
    core: Core, workspace_id: UUID, wanted: Filter, subscriber: "Subscriber", keep_alive: float
) -> AsyncIterator[Batch]:
    """What comes, until the API stops; an empty batch when nothing wanted has come for `keep_alive` seconds."""
    position, told = subscriber.position, time.monotonic()
    while not live.is_ending():
        try:
            page = await core.tail.batch(position, max(0.0, min(LOOK_SECONDS, told + keep_alive - time.monotonic())))
        except MapperDeserialisationError:
            position += 1
            yield Batch(position, (), unreadable=True)
            continue
        if page:
            position = page[-1].position
        events = [each for each in page if each.context.workspace_id == workspace_id and wanted.wants(each)]
        if events or time.monotonic() >= told + keep_alive:
            yield Batch(position, events)
            told = time.monotonic()
        else:
            subscriber.passed(position)


class Subscriber:
    """Somebody who is being sent something; one who does not take it is dropped.

    `position` is that of what is being sent, `reached` that of what was sent or passed over.
    """

    def __init__(self, position: int, request: "asyncio.Task[Any] | None", transport: Transport) -> None:
        self.position = self.reached = position
        self.transport = transport
        self.sending_since: float | None = None
        self._request = request

    def sending(self, position: int) -> None:
        self.position = position
        self.sending_since = time.monotonic()

    def sent(self) -> None:
        self.sending_since = None
        self.reached = self.position

    def passed(self, position: int) -> None:
        """It wants nothing of what stands up to here."""
        self.reached = position

    def drop(self) -> None:
        """End the subscription in the middle of what it is being sent."""
        log.warning("subscriber.dropped", position=self.position)
        if self._request is not None:
            self._request.cancel()


class Subscribers:
    """All subscribers of this process."""

    def __init__(self, stalled_seconds: float = STALLED_SECONDS) -> None:
        self._stalled_seconds = stalled_seconds
        self._all: set[Subscriber] = set()
        self.frames = Frames()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._all)

    @contextlib.contextmanager
    def subscribed(self, position: int, transport: Transport = "sse") -> Iterator[Subscriber]:
        """A subscriber for as long as the block lasts, in whose request it runs."""
        subscriber = Subscriber(position, REQUEST.get(), transport)
        self._all.add(subscriber)
        metrics.SUBSCRIBERS.inc()
        try:
            yield subscriber
        finally:
            self._all.discard(subscriber)
            metrics.SUBSCRIBERS.dec()

    def measure(self, head: int) -> None:
        """Tell how far behind the slowest of each kind is."""
        for transport in get_args(Transport):
            behind = [head - each.reached for each in self._all if each.transport == transport]
            metrics.SUBSCRIBER_LAG.labels(transport).set(max(0, *behind) if behind else 0)

    async def drop_the_stalled(self) -> None:
        """Look for ever after those who do not take what they are sent."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for subscriber in list(self._all):
                since = subscriber.sending_since
                if since is not None and time.monotonic() - since > self._stalled_seconds:
                    self.dropped += 1
                    metrics.SUBSCRIBERS_DROPPED.inc()
                    subscriber.drop()


class Frames:
    """Events as their subscribers get them, each made once for all of them."""

    def __init__(self, kept: int = KEPT_FRAMES) -> None:
        self._kept = kept
        self._made: dict[int, bytes] = {}

    def json(self, recorded: Recorded) -> bytes:
        made = self._made.get(recorded.position)
        if made is None:
            if len(self._made) >= self._kept:
                self._made.clear()
            made = self._made[recorded.position] = msgspec.json.encode(shown(recorded))
        return made

    def messages(self, batch: Batch) -> list[str]:
        """The same for a WebSocket."""
        if batch.unreadable:
            return [UNREADABLE % batch.position]
        if not batch.events:
            return [f'{{"position":{batch.position}}}']
        return [self.json(each).decode() for each in batch.events]

    def sse(self, batch: Batch) -> bytes:
        """Server-sent events; an empty batch moves the position of the client on and shows that we live."""
        if batch.unreadable:
            data = UNREADABLE % batch.position
            return f"id: {batch.position}\nevent: unreadable\ndata: {data}\n\n".encode()
        if not batch.events:
            return b": keep-alive\nid: %d\n\n" % batch.position
        return b"".join(
            b"id: %d\nevent: event\ndata: %b\n\n" % (each.position, self.json(each)) for each in batch.events
        )
