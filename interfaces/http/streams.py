"""The log over HTTP: the events of one stream, whatever it is about."""

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.errors import NotFound
from infrastructure.log_pages import LogPages
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.events import LogPage, LogPosition, PageSize, head_from, page_of_stream


class StreamPage(LogPage):
    """Events of a stream in order; `position` is that of its last event, `head` that of the last one of the log."""

    head: int


@get(
    "/streams/{stream_id:uuid}/events",
    tags=["log"],
    operation_id="listStreamEvents",
    summary="The events of a stream",
)
async def stream_events(
    stream_id: FromPath[UUID],
    request: Signed,
    core: NamedDependency[Core],
    after: LogPosition = None,
    limit: PageSize = 500,
) -> StreamPage:
    """What happened to an agent, a workflow, a run, or anything else that the workspace has."""
    # the head is read first, so that it is never ahead of the events
    head = await head_from(core, after)
    ends = await LogPages(core.database).ends(stream_id)
    if ends is None or ends.first.context.workspace_id != request.user.workspace_id:
        raise NotFound
    page = await page_of_stream(core, stream_id, ends.last, after, limit)
    return StreamPage(page.items, page.next, page.position, max(head, page.position))
