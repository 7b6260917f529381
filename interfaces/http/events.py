"""The log over HTTP: pages of the events of a run or of any stream.

`after` is a cursor here. These pages are of the log itself, which has every accepted command, so nobody need wait.
"""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from application.access import Actor
from application.errors import Invalid, NotFound
from application.ports import Recorded
from application.registry import tag_of
from domain.kernel import Instant, Record
from infrastructure.log_pages import Ends, LogPages
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.words import LAST_POSITION

LogPosition = Annotated[
    int | None,
    QueryParameter(ge=0, le=LAST_POSITION, description="Only events behind this position of the log."),
]
PageSize = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at the most.")]


class LogEvent(Record):
    """An event as it stands in the log; `data` is the fact, `type` its stored name."""

    position: int
    stream: UUID
    version: int
    type: str
    at: Instant
    actor_id: UUID
    correlation_id: UUID
    causation: str | None
    data: dict[str, Any]


class LogPage(Record):
    """Events in order. `next` goes into `after` for the next page; null at the end, which is at `position`."""

    items: list[LogEvent]
    next: int | None
    position: int


def shown(recorded: Recorded) -> LogEvent:
    data = msgspec.to_builtins(recorded.event)
    data.pop("type")
    context = recorded.context
    return LogEvent(
        recorded.position,
        recorded.stream,
        recorded.version,
        tag_of(type(recorded.event)),
        context.at,
        context.actor_id,
        context.correlation_id,
        context.causation,
        data,
    )


async def head_from(core: Core, after: int | None) -> int:
    """The position of the last event of the log. Raises Invalid where `after` is behind it."""
    head = await core.store.head()
    if after is not None and after > head:
        raise Invalid(f"position {after} is in the future; the log ends at {head}", field="after")
    return head


async def ends_of_run(core: Core, actor: Actor, run_id: UUID) -> Ends:
    """Where the events of a run of the actor's workspace begin and end. Raises NotFound."""
    ends = await LogPages(core.database).ends(run_id)
    foreign = ends is None or ends.first.context.workspace_id != actor.workspace_id
    if ends is None or foreign or not tag_of(type(ends.first.event)).startswith("run."):
        raise NotFound("there is no such run in this workspace")
    return ends


async def page_of_stream(core: Core, stream: UUID, last: int, after: int | None, limit: int) -> LogPage:
    """Events of a stream behind a position; `last` is where it ended a moment ago."""
    page = await LogPages(core.database).of_stream(stream, after or 0, limit)
    items = [shown(each) for each in page.events]
    return LogPage(items, page.next, max([last, *(each.position for each in items[-1:])]))


@get("/runs/{run_id:uuid}/events", tags=["runs"], operation_id="listRunEvents", summary="The events of a run")
async def run_events(
    run_id: FromPath[UUID],
    request: Signed,
    core: NamedDependency[Core],
    after: LogPosition = None,
    limit: PageSize = 500,
) -> LogPage:
    await head_from(core, after)
    ends = await ends_of_run(core, request.user, run_id)
    return await page_of_stream(core, run_id, ends.last, after, limit)
