"""What the application needs of the outside world, in its own words."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from uuid import UUID

from domain.kernel import Context, Event, Instant, PayloadRef, Record


class Recorded(Record):
    """A stored event. `position` is its dense place in the log, `version` its place in its stream, both from 1."""

    position: int
    stream: UUID
    version: int
    event: Event
    context: Context


class Write(Record):
    """Events to append to a stream whose last version is `expected` (0: the stream is new)."""

    stream: UUID
    expected: int
    events: Sequence[Event]
    context: Context


class IdempotencyKey(Record):
    """A caller's name for a command, and the digest of what it asked for."""

    workspace_id: UUID
    key: str
    digest: bytes


class Outcome(Record):
    """What a command came to: its stream, and the position to wait for when reading."""

    stream: UUID
    position: int


class Conflict(Exception):
    """Somebody else appended to one of the streams first."""


class EventStore(Protocol):
    async def load(self, stream: UUID, after: int = 0) -> list[Recorded]:
        """The events of a stream behind a version, in order; empty where it does not exist."""
        ...

    async def append(self, writes: Sequence[Write], key: IdempotencyKey | None = None) -> Outcome:
        """Append all or nothing; the outcome is the first write's. Raises Conflict or KeyReused.

        A key that is known already appends nothing and gives the first outcome again.
        """
        ...

    async def outcome(self, key: IdempotencyKey) -> Outcome | None:
        """What the command under this key came to, if it was done. Raises KeyReused."""
        ...

    async def remember(self, key: IdempotencyKey, outcome: Outcome) -> Outcome:
        """Keep the outcome of a command that changed nothing; a known key gives its own. Raises KeyReused."""
        ...

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """Events of all streams by position."""
        ...

    async def head(self) -> int:
        """The position of the last event; 0 for an empty log."""
        ...


class Log(Protocol):
    def follow(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Recorded]]]:
        """Batches of events behind a position, without gap or repeat, for ever."""
        ...


class Payloads(Protocol):
    async def put(self, workspace_id: UUID, text: str, media_type: str = "text/plain") -> PayloadRef:
        """Store a text once under its hash."""
        ...

    async def get(self, workspace_id: UUID, ref: PayloadRef) -> str:
        """The text behind a reference. Raises NotFound."""
        ...


class Job(Record):
    """Slow work for a worker. A second job with the same id is the same job."""

    id: str
    name: str
    arguments: dict[str, Any]
    due_at: Instant | None = None


class JobQueue(Protocol):
    async def enqueue(self, job: Job) -> None: ...


class Leases(Protocol):
    """Who works on what; a lease that is not renewed lapses."""

    async def take(self, name: str, holder: str) -> bool:
        """Take or renew the lease; False where another holds it."""
        ...

    async def give_back(self, name: str, holder: str) -> None: ...

    async def held(self, names: Sequence[str]) -> frozenset[str]:
        """Those of the leases that somebody holds."""
        ...


class LiveText(Protocol):
    """What models say while they say it; kept for minutes, never in the log."""

    async def say(self, run: UUID, step: str, attempt: int, offset: int, text: str) -> None: ...


class Clock(Protocol):
    def __call__(self) -> Instant: ...


class PendingStep(Record):
    """A step that waits for a worker or has one, as the read model knows it."""

    workspace_id: UUID
    run_id: UUID
    step: str
    attempt: int
    status: str
    scheduled_position: int
    due_at: Instant | None


class PendingSteps(Protocol):
    async def __call__(self) -> Sequence[PendingStep]:
        """Steps that are scheduled or running."""
        ...
