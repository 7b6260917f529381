"""The log over HTTP: pages of a run's events, and live streams that resume where they were left."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, Parameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from application.access import Actor
from application.errors import NotFound
from application.ports import Recorded
from application.registry import tag_of
from domain.kernel import Instant, Record
from interfaces.composition import Core
from interfaces.http.live import with_keep_alive

LogPosition = Annotated[
    int | None, Parameter(query="after", ge=0, description="Only events behind this position of the log.")
]
PageSize = Annotated[int, Parameter(query="limit", ge=1, le=2_000, description="How many at the most.")]


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


@get("/runs/{run_id:uuid}/events", tags=["runs"], operation_id="listRunEvents", summary="The events of a run")
async def run_events(
    run_id: FromPath[UUID],
    request: Request[Actor, Any, Any],
    core: NamedDependency[Core],
    after: LogPosition = None,
    limit: PageSize = 500,
) -> LogPage:
    past = [each for each in await _past(core, request.user, run_id) if each.position > (after or 0)]
    following = past[limit - 1].position if len(past) > limit else None
    position = past[-1].position if past else after or 0
    return LogPage([shown(each) for each in past[:limit]], following, position)


@get("/runs/{run_id:uuid}/live", tags=["runs"], operation_id="watchRun", summary="Watch a run: its events, and what its models say")
async def run_live(
    run_id: FromPath[UUID],
    request: Request[Actor, Any, Any],
    core: NamedDependency[Core],
    after: LogPosition = None,
) -> ServerSentEvent:
    seen = _resume(request, after)
    head = await core.store.head()
    past = await _past(core, request.user, run_id)
    return ServerSentEvent(with_keep_alive(_run_events(core, run_id, past, seen, head), _said(core, run_id)))


@get("/events", tags=["log"], operation_id="watchEvents", summary="Watch everything that happens in the workspace")
async def events(
    request: Request[Actor, Any, Any], core: NamedDependency[Core], after: LogPosition = None
) -> ServerSentEvent:
    seen = _resume(request, after)
    if seen is None:
        seen = await core.store.head()
    return ServerSentEvent(with_keep_alive(_workspace_events(core, request.user.workspace_id, seen)))


def _resume(request: Request[Actor, Any, Any], after: int | None) -> int | None:
    """Where the client was: the browser's own Last-Event-ID counts more than the address it first asked."""
    last = request.headers.get("last-event-id", "")
    return int(last) if last.isascii() and last.isdigit() else after


async def _past(core: Core, actor: Actor, run_id: UUID) -> Sequence[Recorded]:
    past = await core.store.load(run_id)
    foreign = not past or past[0].context.workspace_id != actor.workspace_id
    if foreign or not tag_of(type(past[0].event)).startswith("run."):
        raise NotFound("there is no such run in this workspace")
    return past


async def _run_events(
    core: Core, run_id: UUID, past: Sequence[Recorded], after: int | None, head: int
) -> AsyncIterator[ServerSentEventMessage]:
    seen = after or 0
    for recorded in past:
        if recorded.position > seen:
            seen = recorded.position
            yield _message(recorded)
    async with core.tail.follow(max(head, seen)) as batches:
        async for batch in batches:
            for recorded in batch:
                if recorded.stream == run_id and recorded.position > seen:
                    seen = recorded.position
                    yield _message(recorded)


async def _workspace_events(
    core: Core, workspace_id: UUID, after: int
) -> AsyncIterator[ServerSentEventMessage]:
    async with core.tail.follow(after) as batches:
        async for batch in batches:
            for recorded in batch:
                if recorded.context.workspace_id == workspace_id:
                    yield _message(recorded)


async def _said(core: Core, run_id: UUID) -> AsyncIterator[ServerSentEventMessage]:
    async for said in core.live.listen(run_id):
        if said is not None:
            yield ServerSentEventMessage(data=msgspec.json.encode(said).decode(), event="delta")
        else:
            await asyncio.sleep(0)


def _message(recorded: Recorded) -> ServerSentEventMessage:
    data = msgspec.json.encode(shown(recorded)).decode()
    return ServerSentEventMessage(data=data, event="event", id=str(recorded.position))
