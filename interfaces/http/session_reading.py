"""Sessions as requests read them."""

from uuid import UUID

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.access import Actor
from application.errors import NotFound
from interfaces.composition import Core
from interfaces.http import session_views as views
from interfaces.http.commands import After, Signed, caught_up
from interfaces.http.reading import reading
from interfaces.http.session_views import SessionMessages
from interfaces.http.texts import stored
from projections import sessions


async def page_of_messages(
    core: Core, actor: Actor, session_id: UUID, *, after: int | None, before: int | None, limit: int
) -> SessionMessages:
    """Raises NotFound or Behind."""
    await caught_up(core.tail, sessions.projection.name, after)
    async with reading(core, actor) as connection:
        row = await sessions.projection.one(connection, actor.workspace_id, session_id)
        if row is None:
            raise NotFound("there is no such session in this workspace", field="session_id")
        found = await sessions.messages(connection, actor.workspace_id, session_id, before=before, limit=limit + 1)
    rows = found[-limit:]
    following = rows[0].first_position if len(found) > limit else None
    return SessionMessages(views.summary(row), await views.said(core, row, rows), following)


@get(
    "/sessions/{session_id:uuid}/messages/{message_id:uuid}/attachments/{number:str}",
    operation_id="readAttachment",
    summary="A document that came with a message",
    media_type=MediaType.TEXT,
    tags=["sessions"],
)
async def read_attachment(
    session_id: FromPath[UUID],
    message_id: FromPath[UUID],
    number: FromPath[str],
    request: Signed,
    core: NamedDependency[Core],
    after: After = None,
) -> Response[str]:
    """They are counted from 0."""
    await caught_up(core.tail, sessions.projection.name, after)
    async with reading(core, request.user) as connection:
        row = await sessions.message(connection, request.user.workspace_id, session_id, message_id)
    attached = {} if row is None else {str(place): each for place, each in enumerate(row.attachments)}
    if number not in attached:
        raise NotFound("there is no such attachment in this session")
    return await stored(core, request.user, attached[number].content)
