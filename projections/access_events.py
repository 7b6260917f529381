"""Grants and the like, put by a follower of the log beside sign-ins and refusals, so that one record tells it all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application import registry
from application.ports import Recorded
from domain import agent, api_key, login, secret, user_events, workspace_events
from domain.kernel import Event, Record
from projections.runner import Consumer
from projections.table import Connection

NAME = "access_events"

ADD = """
INSERT INTO access_audit (at, kind, reason, workspace_id, user_id, about, position)
SELECT * FROM unnest(
    %s::timestamptz[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[]
)
"""

PAGE = """
SELECT id, at, kind, reason, user_id, about, position, count, left(encode(address, 'hex'), 12) FROM access_audit
WHERE workspace_id = %(workspace)s AND id < %(before)s AND starts_with(kind, %(kind)s)
    AND (%(user)s::uuid IS NULL OR user_id = %(user)s OR about = %(user)s)
    AND at >= %(since)s AND at < %(until)s
ORDER BY id DESC LIMIT %(limit)s
"""

LONGEST_REASON = 500


class Entry(Record):
    """`user_id` is who did it or tried to, `about` whom or what it concerns. An event has its position in the log.

    The address is an opaque mark: the same address has the same one.
    """

    id: int
    at: datetime
    kind: str
    reason: str
    user_id: UUID | None
    about: UUID | None
    position: int | None
    count: int
    address: str | None


class Wanted(Record, kw_only=True):
    """Which entries: those before an id, whose kind begins so, of or about a user, within a time."""

    before: int
    kind: str
    user: UUID | None
    since: datetime
    until: datetime
    limit: int


def told(recorded: Recorded) -> tuple[UUID, str] | None:
    """Whom or what an event concerns and what more there is to say, if it is one of access."""
    match recorded.event:
        case workspace_events.MemberAdded(user_id, role, source):
            return user_id, role if source == "hand" else f"{role} by {source}"
        case workspace_events.MemberRemoved(user_id, source):
            return user_id, "" if source == "hand" else f"by {source}"
        case workspace_events.InvitationAccepted(_, user_id):
            return user_id, ""
        case workspace_events.Invited(invitation_id, role):
            return invitation_id, role
        case workspace_events.InvitationWithdrawn(invitation_id):
            return invitation_id, ""
        case workspace_events.RoleDefined(role, scopes):
            return recorded.stream, f"{role}: {' '.join(scopes)}"
        case workspace_events.RoleRemoved(role):
            return recorded.stream, role
        case workspace_events.Created() | workspace_events.Renamed() | login.ReuseDetected():
            return recorded.stream, ""
        case agent.ScopesGranted(scopes):
            return recorded.stream, " ".join(scopes)
        case _:
            return _of_account(recorded.stream, recorded.event)


def _of_account(stream: UUID, event: Event) -> tuple[UUID, str] | None:
    match event:
        case api_key.Issued(_, _, _, scopes):
            return stream, "everything its owner may" if scopes is None else " ".join(scopes)
        case api_key.Revoked() | api_key.UsedFromNewAddress() | secret.Stored() | secret.Removed():
            return stream, ""
        case user_events.IdentityLinked(provider) | user_events.IdentityUnlinked(provider):
            return stream, provider
        case user_events.Registered() | user_events.Disabled() | user_events.Enabled():
            return stream, ""
        case user_events.EmailChanged() | user_events.SignedOutEverywhere():
            return stream, ""
        case _:
            return None


async def apply(connection: Connection, events: Sequence[Recorded]) -> None:
    """Add the events of a batch, within the transaction that moves the position."""
    found = [(recorded, *said) for recorded in events if (said := told(recorded)) is not None]
    if not found:
        return
    rows = [
        (
            recorded.context.at,
            registry.tag_of(type(recorded.event)).rpartition(".")[0],
            reason[:LONGEST_REASON],
            recorded.context.workspace_id,
            recorded.context.actor_id,
            about,
            recorded.position,
        )
        for recorded, about, reason in found
    ]
    await connection.execute(ADD, [list(column) for column in zip(*rows, strict=True)])


async def page(connection: Connection, workspace_id: UUID, wanted: Wanted) -> list[Entry]:
    """Entries of a workspace, the latest first."""
    asked = {
        "workspace": workspace_id,
        "before": wanted.before,
        "kind": wanted.kind,
        "user": wanted.user,
        "since": wanted.since,
        "until": wanted.until,
        "limit": wanted.limit,
    }
    rows = await (await connection.execute(PAGE, asked)).fetchall()
    return [Entry(*row) for row in rows]


NOUNS = frozenset({"workspace", "api_key", "user", "login", "agent", "secret"})

consumer = Consumer(NAME, NOUNS, apply, lambda recorded: told(recorded) is not None, linger=0.0)
