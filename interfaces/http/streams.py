"""The log over HTTP: the events of one stream, whatever it is about."""

from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.events import LogEvent, LogPage, LogPosition, PageSize, shown


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
    head = await core.store.head()
    past = await core.executor.past(stream_id, request.user.workspace_id)
    behind = [each for each in past if each.position > (after or 0)]
    following = behind[limit - 1].position if len(behind) > limit else None
    items: list[LogEvent] = [shown(each) for each in behind[:limit]]
    return StreamPage(items, following, past[-1].position, max(head, past[-1].position))
