"""Linking: which account somebody enters who comes from a provider of single sign-on, and in which role.

An identity is known by its issuer and subject and by nothing else: names and addresses move from one person to another.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta

from domain.kernel import Record, Slug

ANY_DOMAIN = "*"

Part: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]


class RoleRule(Record, forbid_unknown_fields=True):
    """Who has the value in the claim gets the role. A list of names leads to a claim within a claim."""

    claim: Part | Annotated[tuple[Part, ...], Meta(min_length=1, max_length=8)]
    value: Part
    role: Slug

    @property
    def path(self) -> tuple[str, ...]:
        return (self.claim,) if isinstance(self.claim, str) else self.claim


class Policy(Record, kw_only=True):
    """What the settings allow a provider.

    `register` lets unknown people in whose address is of `join_domains`; for `link_domains` the provider is believed
    when it says whose an existing account is; `roles` go by their order, and `default_role` is for those without any.
    """

    register: bool = False
    join_domains: tuple[str, ...] = ()
    link_domains: tuple[str, ...] = ()
    roles: tuple[RoleRule, ...] = ()
    default_role: Annotated[str, Meta(max_length=40, pattern=r"^([a-z][a-z0-9-]*)?$(?!\n)")] = "user"


class ExternalIdentity(Record, kw_only=True):
    """Somebody, as a provider tells of them. `claims` are those that the settings map to roles."""

    provider: str
    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None
    claims: Mapping[str, object] = {}

    def __repr__(self) -> str:
        return f"ExternalIdentity({self.provider})"

    @property
    def known_as(self) -> str:
        """Issuer and subject as one text that stays itself in whatever letters it is looked up."""
        return known_as(self.issuer, self.subject)


def known_as(issuer: str, subject: str) -> str:
    """What an identity is known by."""
    return sha256(f"{issuer}\0{subject}".encode()).hexdigest()


class Owner(Record):
    """The account whose own e-mail address is the one that the provider tells.

    `unlinked` says that its owner took this very identity from it.
    """

    user_id: UUID
    email_verified: bool
    unlinked: bool = False


class Enter(Record):
    """The identity is linked to this account."""

    user_id: UUID


class Link(Record):
    """Link the identity to this account, and enter it."""

    user_id: UUID


class Register(Record):
    """Make an account, verified under the address that the provider tells, and link the identity to it."""


Refusal: TypeAlias = Literal[
    "linked_to_another_account", "link_in_settings", "unknown_person", "email_not_verified", "domain_may_not_join"
]


class Refuse(Record):
    """Nobody enters, for a reason that belongs into the log alone."""

    reason: Refusal


Decision: TypeAlias = Enter | Link | Register | Refuse


def decide(
    identity: ExternalIdentity,
    policy: Policy,
    *,
    linked_to: UUID | None,
    owner: Owner | None,
    linking: UUID | None = None,
) -> Decision:
    """What happens to somebody whom a provider has signed in.

    `linked_to` is the account that has this identity, `owner` the one that has its address, and `linking` the one
    that is signed in and asked for the link by itself.
    """
    if linked_to is not None:
        return Enter(linked_to) if linking in (None, linked_to) else Refuse("linked_to_another_account")
    if linking is not None:
        return Link(linking)
    if owner is not None:
        return Link(owner.user_id) if _is_proved(identity, policy, owner) else Refuse("link_in_settings")
    if not policy.register:
        return Refuse("unknown_person")
    if not identity.email_verified or _domain(identity.email) is None:
        return Refuse("email_not_verified")
    return Register() if _is_of(identity.email, policy.join_domains) else Refuse("domain_may_not_join")


def is_believed(identity: ExternalIdentity, policy: Policy) -> bool:
    """Whether the settings name the address's domain for the provider: only then its word makes an address proved.

    Whoever may let anybody in is not believed about everybody's address.
    """
    named = (*policy.link_domains, *(policy.join_domains if policy.register else ()))
    return identity.email_verified and _domain(identity.email) in {*named} - {ANY_DOMAIN}


def _is_proved(identity: ExternalIdentity, policy: Policy, owner: Owner) -> bool:
    """Both sides must have proved the address: else one could lie in wait for the other under it."""
    proved = identity.email_verified and owner.email_verified and not owner.unlinked
    return proved and _is_of(identity.email, policy.link_domains)


def _is_of(email: str | None, domains: Sequence[str]) -> bool:
    domain = _domain(email)
    return domain is not None and (domain in domains or ANY_DOMAIN in domains)


def _domain(email: str | None) -> str | None:
    """The domain in small letters; None where it could be mistaken for another one."""
    local, at, domain = (email or "").rpartition("@")
    # beyond ASCII there are letters whose small form is another's
    return domain.lower() if local and at and domain and domain.isascii() and "@" not in local else None


class Held(Record):
    """The role that a member has, and whether a person gave it rather than a claim."""

    role: str
    by_hand: bool


def mapped_role(policy: Policy, claims: Mapping[str, object]) -> str | None:
    """The role of the first rule that the claims fulfil."""
    return next((rule.role for rule in policy.roles if _has(claims, rule.path, rule.value)), None)


def _has(claims: object, path: Sequence[str], value: str) -> bool:
    for name in path:
        if not isinstance(claims, Mapping) or name not in claims:
            return False
        claims = claims[name]
    return claims == value if isinstance(claims, str) else isinstance(claims, list | tuple) and value in claims


def role_at_sign_in(policy: Policy, claims: Mapping[str, object], held: Held | None) -> str | None:
    """The role that a member has from this sign-in on; None for one who does not belong to the workspace.

    What was given by hand stays. What came from a claim goes with it.
    """
    if held is not None and held.by_hand:
        return held.role
    return mapped_role(policy, claims) or policy.default_role or None
