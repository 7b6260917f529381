"""User: a person or a service that can sign in."""

from typing import TypeAlias

from domain import user_state
from domain.kernel import Command, Context, Decider, Digest, Instant, Rejected, Sealed, Slug, refusal
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

User: TypeAlias = user_state.User

LAST_WAY = "you could not sign in any more; choose a password, or link another provider, first"


class RegisterUser(Command):
    name: Sealed | None = None
    email: Sealed | None = None


class RenameUser(Command):
    name: Sealed


class ChangeEmail(Command):
    email: Sealed | None


class SetPassword(Command):
    verifier: Sealed


class RehashPassword(Command):
    """Keep the same password otherwise, unless another one was chosen since the generation it was proved in."""

    verifier: Sealed
    generation: int


class IssueLink(Command):
    purpose: LinkPurpose
    secret: Digest
    expires_at: Instant


class SetPasswordByLink(Command):
    """Use the link for choosing a password. `name` is given where the user has none yet."""

    secret: Digest
    verifier: Sealed
    name: Sealed | None = None


class VerifyEmail(Command):
    """Use the link that went to the address; without one, somebody vouches for the address (a provider of sign-on)."""

    secret: Digest | None = None


class LinkIdentity(Command):
    provider: Slug
    identity: Sealed


class UnlinkIdentity(Command):
    provider: Slug


class SignOutEverywhere(Command):
    pass


class DisableUser(Command):
    pass


class EnableUser(Command):
    pass


Commands: TypeAlias = (
    RegisterUser
    | RenameUser
    | ChangeEmail
    | SetPassword
    | RehashPassword
    | IssueLink
    | SetPasswordByLink
    | VerifyEmail
    | LinkIdentity
    | UnlinkIdentity
    | SignOutEverywhere
    | DisableUser
    | EnableUser
)


initial = user_state.initial


def decide(command: Commands, user: User, context: Context) -> list[Events]:
    match command, user.status:
        case RegisterUser(name, email), "absent":
            return [Registered(), *_profile(name, email)]
        case RegisterUser(), "active":
            return []
        case DisableUser(), "active":
            return [Disabled()]
        case DisableUser(), "disabled":
            return []
        case EnableUser(), "disabled":
            return [Enabled()]
        case EnableUser(), "active":
            return []
        case SignOutEverywhere(), "active" | "disabled":
            return [SignedOutEverywhere()]
        case _, "active":
            return _change(command, user, context)
        case _:
            raise refusal(type(command), "user", user.status)


def _profile(name: Sealed | None, email: Sealed | None) -> list[Events]:
    return [*([Renamed(name)] if name else []), *([EmailChanged(email)] if email else [])]


def _change(command: Commands, user: User, context: Context) -> list[Events]:
    match command:
        case RenameUser(name):
            return [] if name == user.name else [Renamed(name)]
        case ChangeEmail(email):
            return [] if email == user.email else [EmailChanged(email)]
        case SetPassword(verifier):
            return [PasswordChanged(verifier)]
        case RehashPassword(verifier, generation):
            return [PasswordRehashed(verifier)] if generation == user.generation else []
        case IssueLink(purpose, secret, expires_at):
            return [LinkIssued(purpose, secret, expires_at)]
        case SetPasswordByLink(secret, verifier, name):
            _check_link("password", secret, user, context)
            return [LinkUsed("password"), *_profile(name, None), PasswordChanged(verifier)]
        case VerifyEmail(secret):
            return _verify(secret, user, context)
        case LinkIdentity(provider, identity):
            return [] if user.identities.get(provider) == identity else [IdentityLinked(provider, identity)]
        case UnlinkIdentity(provider):
            return _unlink(provider, user)
        case _:
            raise AssertionError(command)


def _unlink(provider: str, user: User) -> list[Events]:
    if provider not in user.identities:
        return []
    keep_a_way_in(user, provider, frozenset(user.identities))
    return [IdentityUnlinked(provider)]


def keep_a_way_in(user: User, provider: str, offered: frozenset[str]) -> None:
    """Raise Rejected where without this provider nobody could sign in; only those that are offered let anybody in."""
    if user.verifier is None and not user.identities.keys() & offered - {provider}:
        raise Rejected(LAST_WAY, code="last_way_in", field="provider")


def _verify(secret: str | None, user: User, context: Context) -> list[Events]:
    if user.email is None:
        raise Rejected("there is no e-mail address to verify", field="email")
    if secret is not None:
        _check_link("email", secret, user, context)
        return [LinkUsed("email"), EmailVerified()]
    return [] if user.email_verified else [EmailVerified()]


def _check_link(purpose: LinkPurpose, secret: str, user: User, context: Context) -> None:
    link = user.links.get(purpose)
    if link is None or link.secret != secret or context.at >= link.expires_at:
        raise Rejected("this link has been used or has expired; ask for a new one", code="link_void")


decider: Decider[User, Commands, Events] = Decider(initial, decide, user_state.evolve)
