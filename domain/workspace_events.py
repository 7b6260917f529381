"""What can happen to a workspace."""

from typing import TypeAlias
from uuid import UUID

from domain.kernel import Event, Instant, Sealed


class Created(Event, tag="workspace.created.v1"):
    name: str


class Renamed(Event, tag="workspace.renamed.v1"):
    name: str


class MemberAdded(Event, tag="workspace.member_added.v1"):
    """Also when the role of a member changes. `source` is who says so: `hand`, or `oidc:` and the provider's name."""

    user_id: UUID
    role: str
    source: str = "hand"


class MemberRemoved(Event, tag="workspace.member_removed.v1"):
    """`source` is who says so, as when one is added: whom a person removed, no provider brings back."""

    user_id: UUID
    source: str = "hand"


class MemberSuspended(Event, tag="workspace.member_suspended.v1"):
    """Their account is about to be disabled: from now on they do not count as an admin."""

    user_id: UUID


class MemberReinstated(Event, tag="workspace.member_reinstated.v1"):
    user_id: UUID


class RoleDefined(Event, tag="workspace.role_defined.v1"):
    role: str
    scopes: tuple[str, ...]


class RoleRemoved(Event, tag="workspace.role_removed.v1"):
    role: str


class Invited(Event, tag="workspace.invited.v1"):
    invitation_id: UUID
    role: str
    secret: str
    expires_at: Instant
    email: Sealed | None = None


class InvitationWithdrawn(Event, tag="workspace.invitation_withdrawn.v1"):
    invitation_id: UUID


class InvitationAccepted(Event, tag="workspace.invitation_accepted.v1"):
    invitation_id: UUID
    user_id: UUID


Events: TypeAlias = (
    Created
    | Renamed
    | MemberAdded
    | MemberRemoved
    | MemberSuspended
    | MemberReinstated
    | RoleDefined
    | RoleRemoved
    | Invited
    | InvitationWithdrawn
    | InvitationAccepted
)
