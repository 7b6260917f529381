"""The log over HTTP: pages of a run's events."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from application.access import Actor
from application.errors import NotFound
from application.ports import Recorded
from application.registry import tag_of
from domain.kernel import Instant, Record
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.words import LAST_POSITION

LogPosition = Annotated[
    int | None,
    QueryParameter(ge=0, le=LAST_POSITION, description="Only events behind this position of the log."),
]
PageSize = Annotated[int, QueryParameter(ge=1, le=2_000, description="How many at the most.")]


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
    """Events in order. `next` goes into `after` for the next page; null at the end."""

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


async def past_of_run(core: Core, actor: Actor, run_id: UUID) -> Sequence[Recorded]:
    """All events of a run of the actor's workspace. Raises NotFound."""
    past = await core.store.load(run_id)
    foreign = not past or past[0].context.workspace_id != actor.workspace_id
    if foreign or not tag_of(type(past[0].event)).startswith("run."):
        raise NotFound("there is no such run in this workspace")
    return past


@get("/runs/{run_id:uuid}/events", tags=["runs"], operation_id="listRunEvents", summary="The events of a run")
async def run_events(
    run_id: FromPath[UUID],
    request: Signed,
    core: NamedDependency[Core],
    after: LogPosition = None,
    limit: PageSize = 500,
) -> LogPage:
    past = await past_of_run(core, request.user, run_id)
    behind = [each for each in past if each.position > (after or 0)]
    following = behind[limit - 1].position if len(behind) > limit else None
    return LogPage([shown(each) for each in behind[:limit]], following, past[-1].position)
