"""What can happen to a user. What is personal is sealed; the log knows people by their id."""

from typing import Literal, TypeAlias

from domain.kernel import Event, Instant, Sealed

LinkPurpose: TypeAlias = Literal["password", "email"]
"""What a one-time link is good for: choosing a (new) password, or proving that an e-mail address is one's own."""


class Registered(Event, tag="user.registered.v1"):
    pass


class Renamed(Event, tag="user.renamed.v1"):
    name: Sealed


class EmailChanged(Event, tag="user.email_changed.v1"):
    """Nobody has proved yet that the address is theirs."""

    email: Sealed | None


class EmailVerified(Event, tag="user.email_verified.v1"):
    pass


class PasswordChanged(Event, tag="user.password_changed.v1"):
    """`verifier` is the argon2id hash. Every sign-in made before is over."""

    verifier: Sealed


class PasswordRehashed(Event, tag="user.password_rehashed.v1"):
    """The same password under newer parameters of the hash."""

    verifier: Sealed


class LinkIssued(Event, tag="user.link_issued.v1"):
    """An earlier link for the same purpose is void."""

    purpose: LinkPurpose
    secret: str
    expires_at: Instant


class LinkUsed(Event, tag="user.link_used.v1"):
    purpose: LinkPurpose


class IdentityLinked(Event, tag="user.identity_linked.v1"):
    """Who `identity` is at a provider of single sign-on signs in as this user."""

    provider: str
    identity: Sealed


class IdentityUnlinked(Event, tag="user.identity_unlinked.v1"):
    provider: str


class SignedOutEverywhere(Event, tag="user.signed_out_everywhere.v1"):
    """Every sign-in made before is over."""


class Disabled(Event, tag="user.disabled.v1"):
    pass


class Enabled(Event, tag="user.enabled.v1"):
    pass


Events: TypeAlias = (
    Registered
    | Renamed
    | EmailChanged
    | EmailVerified
    | PasswordChanged
    | PasswordRehashed
    | LinkIssued
    | LinkUsed
    | IdentityLinked
    | IdentityUnlinked
    | SignedOutEverywhere
    | Disabled
    | Enabled
)
