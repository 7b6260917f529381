"""The record of access over HTTP: who came in, who was refused, and who was given what."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import Scope

from application.access import Actor
from application.errors import NotAllowed
from domain.kernel import Instant, Record
from infrastructure.identity.refusals import Refusals
from interfaces.composition import Core
from interfaces.http.auth import operation_of
from interfaces.http.commands import After, Signed, caught_up
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION, TEXT_PATTERN
from projections import access_events
from projections.access_events import Wanted

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)

Behind = Annotated[int, QueryParameter(ge=0, le=LAST_POSITION, description="The `next` of the page before.")]
PageSize = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Kind = Annotated[
    str,
    QueryParameter(
        max_length=100, pattern=TEXT_PATTERN, description="Only kinds that begin so, such as `refused` or `api_key.`."
    ),
]
User = Annotated[UUID | None, QueryParameter(description="Only what this user did, or what concerns them.")]
Since = Annotated[Instant | None, QueryParameter(description="Nothing before this moment.")]
Until = Annotated[Instant | None, QueryParameter(description="Nothing from this moment on.")]


class AccessEntry(Record):
    """`user_id` is who did it or tried to, `about` whom or what it concerns; a grant has its position in the log.

    `count` is how often it happened within a minute. `address` is an opaque mark: the same address has the same one.
    """

    id: int
    at: Instant
    kind: str
    reason: str
    user_id: UUID | None
    about: UUID | None
    position: int | None
    count: int
    address: str | None


class AccessPage(Record):
    """Entries, the latest first. `next` goes into `behind` for the next page; null at the end."""

    items: list[AccessEntry]
    next: int | None


async def note_refusal(error: Exception, scope: Scope) -> None:
    """Put on the record that somebody who is signed in may not do what they asked for."""
    refusals: Refusals | None = scope["litestar_app"].state.refusals
    actor: Actor | None = scope.get("user")
    if isinstance(error, NotAllowed) and actor is not None and refusals is not None:
        client = scope.get("client")
        refusals.note(actor, operation_of(scope["route_handler"]) or "", client[0] if client else "")


@get("/audit", tags=["audit"], operation_id="listAccess", summary="Who came in, was refused or was given what")
async def list_access(
    request: Signed,
    core: NamedDependency[Core],
    after: After = None,
    behind: Behind = LAST_POSITION,
    kind: Kind = "",
    user: User = None,
    since: Since = None,
    until: Until = None,
    limit: PageSize = 50,
) -> AccessPage:
    """Entries are kept for as many days as Z2_AUDIT_DAYS says; what the log tells of, the log keeps."""
    await caught_up(core.tail, access_events.NAME, after)
    wanted = Wanted(
        before=behind, kind=kind, user=user, since=since or EARLIEST, until=until or LATEST, limit=limit + 1
    )
    async with reading(core, request.user) as connection:
        found = await access_events.page(connection, request.user.workspace_id, wanted)
    items = [
        AccessEntry(it.id, it.at, it.kind, it.reason, it.user_id, it.about, it.position, it.count, it.address)
        for it in found[:limit]
    ]
    return AccessPage(items, items[-1].id if len(found) > limit else None)
