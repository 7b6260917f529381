"""Pages of what has happened in the workspace, filtered as subscriptions are."""

from litestar import Response

from application.access import Actor
from application.errors import NotFound
from infrastructure.log_pages import LogPages, Page
from interfaces.composition import Core
from interfaces.http import subscriptions
from interfaces.http.commands import Signed
from interfaces.http.events import LogPage, shown
from interfaces.http.subscriptions import Filter

STREAM_TYPE = "text/event-stream"
PAGE_TYPE = "application/json"


def wants_page(request: Signed) -> bool:
    """Whether the client asks for JSON; who takes anything follows the log."""
    return request.accept.best_match([STREAM_TYPE, PAGE_TYPE]) == PAGE_TYPE


async def page(core: Core, actor: Actor, wanted: Filter, after: int, limit: int) -> Response[LogPage]:
    """Events behind a position. Raises Invalid, and NotFound for a stream that the workspace does not have.

    One page looks at so much of the log and no more, so it may be empty and have a next one.
    """
    head = await subscriptions.checked(core, wanted, after)
    found = await _page(core, actor, wanted, after, head=head, limit=limit)
    workspace_id = actor.workspace_id
    events = [each for each in found.events if each.context.workspace_id == workspace_id and wanted.wants(each)]
    return Response(LogPage([shown(each) for each in events], found.next, head), headers={"Vary": "Accept"})


async def _page(core: Core, actor: Actor, wanted: Filter, after: int, *, head: int, limit: int) -> Page:
    pages = LogPages(core.database)
    if wanted.stream is None:
        named = wanted.run or wanted.correlation
        return await pages.matching(actor.workspace_id, after, head, limit, type_prefix=wanted.type, named=named)
    ends = await pages.ends(wanted.stream)
    if ends is None or ends.first.context.workspace_id != actor.workspace_id:
        raise NotFound("there is no such stream in this workspace")
    return await pages.of_stream(wanted.stream, after, limit)
