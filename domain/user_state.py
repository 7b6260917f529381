"""What a user has come to: what they are called, and what they sign in with, folded from what happened."""

from typing import Literal, TypeVar

from domain.kernel import Instant, Record, Sealed, replace
from domain.user_events import (
    Disabled,
    EmailChanged,
    EmailVerified,
    Enabled,
    Events,
    IdentityLinked,
    IdentityUnlinked,
    LinkIssued,
    LinkPurpose,
    LinkUsed,
    PasswordChanged,
    PasswordRehashed,
    Registered,
    Renamed,
    SignedOutEverywhere,
)

Key = TypeVar("Key")
Value = TypeVar("Value")


class Link(Record):
    secret: str
    expires_at: Instant


class User(Record):
    """`generation` grows whenever all sign-ins end: one of an earlier generation is over.

    `unlinked` has, by provider, the identity that was taken from the account last.
    """

    status: Literal["absent", "active", "disabled"] = "absent"
    name: Sealed | None = None
    email: Sealed | None = None
    email_verified: bool = False
    verifier: Sealed | None = None
    links: dict[LinkPurpose, Link] = {}
    identities: dict[str, Sealed] = {}
    unlinked: dict[str, Sealed] = {}
    generation: int = 0


initial = User()


def evolve(user: User, event: Events) -> User:
    match event:
        case Registered() | Enabled():
            return replace(user, status="active")
        case Disabled():
            return replace(user, status="disabled", generation=user.generation + 1)
        case SignedOutEverywhere():
            return replace(user, generation=user.generation + 1)
        case Renamed(name):
            return replace(user, name=name)
        case EmailChanged(email):
            # also one for a password: it may have gone to the address before
            return replace(user, email=email, email_verified=False, links={})
        case EmailVerified():
            return replace(user, email_verified=True)
        case _:
            return _with_credentials(user, event)


def _with_credentials(user: User, event: Events) -> User:
    match event:
        case PasswordChanged(verifier):
            links = _without(user.links, "password")
            return replace(user, verifier=verifier, links=links, generation=user.generation + 1)
        case PasswordRehashed(verifier):
            return replace(user, verifier=verifier)
        case LinkIssued(purpose, secret, expires_at):
            return replace(user, links={**user.links, purpose: Link(secret, expires_at)})
        case LinkUsed(used):
            return replace(user, links=_without(user.links, used))
        case IdentityLinked(provider, identity):
            unlinked = _without(user.unlinked, provider)
            return replace(user, identities={**user.identities, provider: identity}, unlinked=unlinked)
        case IdentityUnlinked(provider) if provider in user.identities:
            unlinked = {**user.unlinked, provider: user.identities[provider]}
            return replace(user, identities=_without(user.identities, provider), unlinked=unlinked)
        case _:
            return user


def _without(values: dict[Key, Value], key: Key) -> dict[Key, Value]:
    return {name: value for name, value in values.items() if name != key}
