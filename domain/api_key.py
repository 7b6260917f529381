"""API key: lets a service do what its owner may, or less; the log knows it by its digest alone."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Command, Context, Decider, Digest, Event, Instant, Name, Record, Rejected, Sealed, replace


class Issued(Event, tag="api_key.issued.v1"):
    """`scopes` is what it may at most; None is whatever its owner may."""

    user_id: UUID
    label: str
    secret: str
    scopes: tuple[str, ...] | None
    expires_at: Instant | None


class Revoked(Event, tag="api_key.revoked.v1"):
    pass


class UsedFromNewAddress(Event, tag="api_key.used_from_new_address.v1"):
    address: Sealed


Events: TypeAlias = Issued | Revoked | UsedFromNewAddress


class IssueKey(Command):
    user_id: UUID
    label: Name
    secret: Digest
    scopes: tuple[str, ...] | None = None
    expires_at: Instant | None = None


class RevokeKey(Command):
    pass


class NoteNewAddress(Command):
    """The key was used from an address from which it had not been used before."""

    address: Sealed


Commands: TypeAlias = IssueKey | RevokeKey | NoteNewAddress


class ApiKey(Record):
    status: Literal["absent", "active", "revoked"] = "absent"
    user_id: UUID | None = None
    label: str = ""
    secret: str = ""
    scopes: tuple[str, ...] | None = None
    expires_at: Instant | None = None

    def lives(self, at: Instant) -> bool:
        """Whether it is neither revoked nor past its time."""
        return self.status == "active" and (self.expires_at is None or at < self.expires_at)


initial = ApiKey()


def decide(command: Commands, key: ApiKey, context: Context) -> list[Events]:
    match command:
        case IssueKey(user_id, label, secret, scopes, expires_at):
            if key.status != "absent":
                raise Rejected("this key exists already")
            if expires_at is not None and expires_at <= context.at:
                raise Rejected("the key would have expired before its first use", code="invalid", field="expires_at")
            return [Issued(user_id, label, secret, scopes, expires_at)]
        case RevokeKey():
            return [Revoked()] if key.status == "active" else []
        case NoteNewAddress(address):
            return [UsedFromNewAddress(address)] if key.status == "active" else []


def evolve(key: ApiKey, event: Events) -> ApiKey:
    match event:
        case Issued(user_id, label, secret, scopes, expires_at):
            return ApiKey("active", user_id, label, secret, scopes, expires_at)
        case Revoked():
            return replace(key, status="revoked")
        case UsedFromNewAddress():
            return key


decider: Decider[ApiKey, Commands, Events] = Decider(initial, decide, evolve)
