"""Login: a signed-in browser or client, from its sign-in to its end, with the secret that it proves itself by."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Command, Context, Decider, Digest, Event, Instant, Record, Rejected, Sealed, replace

Kind: TypeAlias = Literal["browser", "client"]
"""A browser holds an opaque cookie; a client holds a refresh token and short-lived access tokens."""

EndReason: TypeAlias = Literal["signed_out", "ended_elsewhere", "reuse", "idle", "expired"]

REMEMBERED = 100
"""So many of the latest secrets of a login are told from ones that never were its own."""


class Started(Event, tag="login.started.v1"):
    """`method` is how the person proved who they are: `password`, `link`, `device`, or a provider's name after `oidc:`.

    `generation` is that of the user's sign-ins; `idle_seconds` is how long it may rest.
    """

    user_id: UUID
    kind: Kind
    method: str
    generation: int
    secret: str
    expires_at: Instant
    idle_seconds: int | None = None
    device: Sealed | None = None


class Refreshed(Event, tag="login.refreshed.v1"):
    secret: str


class ReuseDetected(Event, tag="login.reuse_detected.v1"):
    """A secret that had been exchanged already was presented again: it is in two hands."""


class Ended(Event, tag="login.ended.v1"):
    reason: EndReason


Events: TypeAlias = Started | Refreshed | ReuseDetected | Ended


class StartLogin(Command):
    user_id: UUID
    kind: Kind
    method: str
    generation: int
    secret: Digest
    expires_at: Instant
    idle_seconds: int | None = None
    device: Sealed | None = None


class RefreshLogin(Command):
    """Exchange the secret that is presented for the next one; one that was exchanged before ends the login."""

    presented: Digest
    following: Digest


class EndLogin(Command):
    reason: EndReason


Commands: TypeAlias = StartLogin | RefreshLogin | EndLogin


class Login(Record):
    status: Literal["absent", "active", "ended"] = "absent"
    user_id: UUID | None = None
    kind: Kind = "browser"
    method: str = ""
    generation: int = 0
    secret: str = ""
    earlier: tuple[str, ...] = ()
    expires_at: Instant | None = None
    idle_seconds: int | None = None
    device: Sealed | None = None

    def lives(self, at: Instant) -> bool:
        """Whether it is neither ended nor past its time."""
        return self.status == "active" and self.expires_at is not None and at < self.expires_at


initial = Login()


def decide(command: Commands, login: Login, context: Context) -> list[Events]:
    match command:
        case StartLogin():
            return _start(command, login, context)
        case RefreshLogin(presented, following):
            return _refresh(presented, following, login, context)
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
        )
    ]


def _refresh(presented: str, following: str, login: Login, context: Context) -> list[Events]:
    if not login.lives(context.at):
        raise Rejected("this sign-in is over")
    if presented == login.secret:
        return [Refreshed(following)]
    if presented in login.earlier:
        return [ReuseDetected(), Ended("reuse")]
    raise Rejected("this secret was never that of the sign-in")


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
                (),
                event.expires_at,
                event.idle_seconds,
                event.device,
            )
        case Refreshed(secret):
            return replace(login, secret=secret, earlier=(login.secret, *login.earlier[: REMEMBERED - 1]))
        case ReuseDetected():
            return login
        case Ended():
            return replace(login, status="ended")


decider: Decider[Login, Commands, Events] = Decider(initial, decide, evolve)
