"""Login: a signed-in browser or client, from its sign-in to its end, with the secret that it proves itself by."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Command, Context, Decider, Digest, Event, Instant, Record, Rejected, Sealed, replace

Kind: TypeAlias = Literal["browser", "client"]
"""A browser holds an opaque cookie; a client holds a refresh token and short-lived access tokens."""

EndReason: TypeAlias = Literal["signed_out", "ended_elsewhere", "reuse", "idle", "expired"]

MOST_ROTATIONS = 10_000
"""So often a login exchanges its secret; the next time ends it. Every ten minutes for thirty days is 4,320 times."""

MARK_BYTES = 8
"""Of a secret that was exchanged, the beginning of its digest is remembered: enough to tell it from any stranger's."""


class Started(Event, tag="login.started.v1"):
    """`method` is how the person proved who they are: `password`, `link`, `device`, or a provider's name after `oidc:`.

    They did that at `proved_at`, before it began where it took the place of another. `generation` is that of the
    user's sign-ins; `idle_seconds` is how long it may rest.
    """

    user_id: UUID
    kind: Kind
    method: str
    generation: int
    secret: str
    expires_at: Instant
    idle_seconds: int | None = None
    device: Sealed | None = None
    proved_at: Instant | None = None


class Refreshed(Event, tag="login.refreshed.v1"):
    secret: str


class ReuseDetected(Event, tag="login.reuse_detected.v1"):
    """A secret that had been exchanged already was presented again: it is in two hands."""


class Moved(Event, tag="login.moved.v1"):
    """It has ended, and its owner goes on with the login `to`, which may be in another workspace."""

    to: UUID


class Ended(Event, tag="login.ended.v1"):
    reason: EndReason


Events: TypeAlias = Started | Refreshed | ReuseDetected | Moved | Ended


class StartLogin(Command):
    """The person has proved this moment who they are, or did so at `proved_at`."""

    user_id: UUID
    kind: Kind
    method: str
    generation: int
    secret: Digest
    expires_at: Instant
    idle_seconds: int | None = None
    device: Sealed | None = None
    proved_at: Instant | None = None


class RefreshLogin(Command):
    """Exchange the secret that is presented for the next one; one that was exchanged before ends the login."""

    presented: Digest
    following: Digest


class MoveLogin(Command):
    """Exchange the secret that is presented for the login `to`, which takes the place of this one."""

    presented: Digest
    to: UUID


class EndLogin(Command):
    reason: EndReason


Commands: TypeAlias = StartLogin | RefreshLogin | MoveLogin | EndLogin


class Login(Record):
    """`earlier` holds the marks of all secrets that were exchanged, one after the other.

    `proved_at` is missing where the record is older than it: then it is when the login began.
    `moved_to` is the login that took the place of this one, and `reused` tells that a secret is in two hands.
    """

    status: Literal["absent", "active", "ended"] = "absent"
    user_id: UUID | None = None
    kind: Kind = "browser"
    method: str = ""
    generation: int = 0
    secret: str = ""
    earlier: bytes = b""
    expires_at: Instant | None = None
    idle_seconds: int | None = None
    device: Sealed | None = None
    proved_at: Instant | None = None
    moved_to: UUID | None = None
    reused: bool = False

    @property
    def rotations(self) -> int:
        """How often its secret was exchanged."""
        return len(self.earlier) // MARK_BYTES

    def lives(self, at: Instant) -> bool:
        """Whether it is neither ended nor past its time."""
        return self.status == "active" and not self.is_over(at)

    def is_over(self, at: Instant) -> bool:
        """Whether its time has passed, or never began."""
        return self.expires_at is None or at >= self.expires_at

    def exchanged(self, secret: str) -> bool:
        """Whether the secret was its own and has been exchanged."""
        mark = _mark(secret)
        place = self.earlier.find(mark)
        while place > 0 and place % MARK_BYTES:
            place = self.earlier.find(mark, place + 1)
        return place >= 0


initial = Login()


def decide(command: Commands, login: Login, context: Context) -> list[Events]:
    match command:
        case StartLogin():
            return _start(command, login, context)
        case RefreshLogin(presented, following):
            is_spent = login.rotations >= MOST_ROTATIONS
            return _exchange(presented, Ended("expired") if is_spent else Refreshed(following), login, context)
        case MoveLogin(presented, to):
            return _exchange(presented, Moved(to), login, context)
        case EndLogin("reuse"):
            return [ReuseDetected(), Ended("reuse")] if login.status == "active" else []
        case EndLogin(reason):
            return [Ended(reason)] if login.status == "active" else []


def _start(command: StartLogin, login: Login, context: Context) -> list[Events]:
    if login.status != "absent":
        raise Rejected("this sign-in exists already")
    if command.expires_at <= context.at:
        raise Rejected("the sign-in would be over before it begins", field="expires_at")
    return [
        Started(
            command.user_id,
            command.kind,
            command.method,
            command.generation,
            command.secret,
            command.expires_at,
            command.idle_seconds,
            command.device,
            min(command.proved_at or context.at, context.at),
        )
    ]


def _exchange(presented: str, following: Events, login: Login, context: Context) -> list[Events]:
    """What the secret is exchanged for if it is the current one; one that was exchanged before is in two hands."""
    if login.is_over(context.at):
        raise Rejected("this sign-in is over")
    if login.status == "active":
        if presented == login.secret:
            return [following]
        if login.exchanged(presented):
            return [ReuseDetected(), Ended("reuse")]
        raise Rejected("this secret was never that of the sign-in")
    # a browser sends its cookie by itself, also from a tab that does not know yet that it has moved
    if login.moved_to is not None and login.kind == "client" and login.exchanged(presented):
        return [] if login.reused else [ReuseDetected()]
    raise Rejected("this sign-in is over")


def evolve(login: Login, event: Events) -> Login:
    match event:
        case Started():
            return Login(
                "active",
                event.user_id,
                event.kind,
                event.method,
                event.generation,
                event.secret,
                b"",
                event.expires_at,
                event.idle_seconds,
                event.device,
                event.proved_at,
            )
        case Refreshed(secret):
            return replace(login, secret=secret, earlier=login.earlier + _mark(login.secret))
        case ReuseDetected():
            return replace(login, reused=True)
        case Moved(to):
            return replace(login, status="ended", moved_to=to, earlier=login.earlier + _mark(login.secret))
        case Ended():
            return replace(login, status="ended")


def _mark(secret: str) -> bytes:
    return bytes.fromhex(secret[: 2 * MARK_BYTES].zfill(2 * MARK_BYTES))


decider: Decider[Login, Commands, Events] = Decider(initial, decide, evolve)
