"""What the application needs of the outside world, in its own words."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from application.kept import Kept
from domain.kernel import Context, Event, Instant, PayloadRef, Record, Sealed


class Recorded(Record):
    """A stored event. `position` is its dense place in the log, `version` its place in its stream, both from 1."""

    position: int
    stream: UUID
    version: int
    event: Event
    context: Context


class Write(Record):
    """Events to append to a stream whose last version is `expected` (0: the stream is new), and texts beside them."""

    stream: UUID
    expected: int
    events: Sequence[Event]
    context: Context
    texts: Sequence[Kept] = ()


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

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        """The events of several streams, each behind its version, stream by stream and in order."""
        ...

    async def append(self, writes: Sequence[Write], key: IdempotencyKey | None = None) -> Outcome:
        """Append all or nothing; the outcome is the first write's. Raises Conflict or KeyReused.

        A key that is known already appends nothing and gives the first outcome again.
        """
        ...

    def turn(self, stream: UUID) -> AbstractAsyncContextManager[None]:
        """Processes that change the same stream all the time take turns, first come first served, within reason.

        It spares them lost races and guards nothing: that is what the append does. Raises Unavailable.
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

    async def linger(self, name: str, position: int, seconds: float) -> None:
        """Rest so long, that more may come; not where somebody waits until `name` is further than the position."""
        ...


class Payloads(Protocol):
    async def put(self, workspace_id: UUID, text: str, media_type: str = "text/plain") -> PayloadRef:
        """Store a text once under its hash."""
        ...

    async def get(self, workspace_id: UUID, ref: PayloadRef) -> str:
        """The text behind a reference. Raises NotFound."""
        ...


class Job(Record):
    """Slow work for a worker. A second job with the same id is the same job.

    With a workspace, it takes its turn among that workspace's jobs and a slot of it; without one, it waits for nobody.
    """

    id: str
    name: str
    arguments: dict[str, Any]
    due_at: Instant | None = None
    workspace_id: UUID | None = None
    priority: int = 0


class JobQueue(Protocol):
    async def enqueue(self, *jobs: Job) -> None:
        """Put them on the queue at once. Raises Unavailable."""
        ...


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

    async def say(self, run: UUID, step: str, attempt: int, offset: int, text: str, *, tried: int = 0) -> None:
        """The next piece. With a higher `tried` an answer begins anew, and those before it are void."""
        ...


class Clock(Protocol):
    def __call__(self) -> Instant: ...


class Vault(Protocol):
    """Personal values are sealed before they enter a command, and opened only where people are shown them."""

    async def seal(self, subject: UUID, field: str, text: str) -> Sealed:
        """A box that opens under this field name only; makes the subject's key at first use. Raises Erased."""
        ...

    async def open(self, field: str, *boxes: Sealed) -> list[str | None]:
        """The texts in their order, None where the key of the subject is destroyed. Raises Altered."""
        ...

    async def destroy(self, subject: UUID) -> None:
        """Destroy the key of a subject for ever; nothing can be sealed for it again."""
        ...

    async def index(self, kind: str, text: str) -> bytes:
        """32 bytes by which a text is found without being stored; texts that differ only in case are the same."""
        ...

    async def keep(self, owner: UUID, kind: str, secret: bytes) -> bytes:
        """A box for a secret that opens for this owner and kind only. Raises Erased."""
        ...

    async def reveal(self, owner: UUID, kind: str, box: bytes) -> bytes:
        """The secret in a box. Raises Altered, and Erased where the owner's key is destroyed."""
        ...


class Uses(Protocol):
    """When and from where credentials are used; apart from the log, which would grow with every request."""

    async def note(self, credential: UUID, address: str, idle: timedelta | None) -> bool:
        """Note a use from an address; False, and nothing is noted, where the last one is more than `idle` ago."""
        ...

    async def is_new(self, credential: UUID, address: str) -> bool:
        """Whether the credential was never used from this address, or one beside it; from now on it was."""
        ...

    async def last(self, *credentials: UUID) -> dict[UUID, Instant]:
        """When they were last used, as far as they were."""
        ...


class SignInNames(Protocol):
    """Whom a name, a verified e-mail address or an identity elsewhere signs in. Only their blind index is kept."""

    async def find(self, kind: str, text: str) -> UUID | None: ...

    async def claim(self, kind: str, text: str, user_id: UUID) -> bool:
        """Whether it is this user's now; False where it is another's."""
        ...

    async def take_over(self, kind: str, text: str, user_id: UUID, *, holder: UUID, older_than: timedelta) -> bool:
        """Whether it is this user's from now on, and no longer the holder's, who claimed it longer ago than that."""
        ...

    async def release(self, kind: str, text: str, user_id: UUID) -> None: ...


class Audit(Protocol):
    """The record of who came in and who was refused. No text of a person is ever a part of it."""

    async def note(
        self, kind: str, *, workspace_id: UUID | None, user_id: UUID | None, address: str, reason: str = ""
    ) -> None: ...


class Mail(Protocol):
    async def send(self, to: str, subject: str, text: str) -> None:
        """Hand a message over for delivery. Raises Unavailable."""
        ...


class Passwords(Protocol):
    async def verifier(self, password: str) -> str:
        """What is kept instead of the password."""
        ...

    async def fits(self, verifier: str | None, password: str) -> bool:
        """Whether it is the password; as slow for nobody's as for anybody's."""
        ...

    def outdated(self, verifier: str) -> bool:
        """Whether it was made with other parameters than today's."""
        ...
