"""The log as it grows, over server-sent events that resume where they were left, and what models say meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, cast
from uuid import UUID

import msgspec
import structlog
from litestar import Response, WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage
from redis.exceptions import RedisError

from application.access import Actor
from application.errors import Unavailable
from application.ports import Recorded
from domain import run_state
from infrastructure.log_pages import LogPages
from interfaces.composition import Core
from interfaces.http import live, log_pages, subscriptions
from interfaces.http.attendance import COME_BACK, Attendance, Attended, admission_of
from interfaces.http.commands import Signed
from interfaces.http.events import LogPage, LogPosition, PageSize, ends_of_run, shown
from interfaces.http.subscriptions import Batch, Correlation, Filter, Run, Stream, Subscriber, Subscribers, Types
from interfaces.http.words import LAST_POSITION

PAGE = 500
REDIS_PAUSE = 1.0
POSTGRES_PAUSE = 0.5
PATIENCE = 6
"""So many times in a row the log may be away before a stream ends; a busy one takes seconds to say so."""

GOING_AWAY = 1001
UNAUTHORISED = 3000
"""Close codes of the IANA registry: the client comes back at once, or once it has signed in again."""

log = structlog.get_logger()


@get("/runs/{run_id:uuid}/live", tags=["runs"], operation_id="watchRun", summary="Watch a run")
async def watch_run(
    run_id: FromPath[UUID],
    request: Signed,
    core: NamedDependency[Core],
    keep_alive: NamedDependency[float],
    attendance: NamedDependency[Attendance],
    after: LogPosition = None,
) -> ServerSentEvent:
    """The events of a run (`event`), and what its models say while they say it (`delta`, without an id).

    The text of the attempts that are under way is told from its beginning; `offset` counts the characters before it.
    Where an answer breaks off and another model begins anew, `tried` is higher, and what was said below it is void.
    """
    seen = _resume(request, after) or 0
    head = await core.store.head()
    await ends_of_run(core, request.user, run_id)
    over = _over(await core.executor.state(run_id, request.user.workspace_id))
    sources = (_run_events(core, run_id, seen, head), _said(core, run_id, over))
    return live.stream(*sources, keep_alive=keep_alive, attend=partial(attendance.attended, admission_of(request)))


@get(
    "/events",
    tags=["log"],
    operation_id="watchEvents",
    summary="Watch the workspace, or read what has happened in it",
    opt={"live": True},
)
async def watch_events(
    request: Signed,
    core: NamedDependency[Core],
    subscribers: NamedDependency[Subscribers],
    keep_alive: NamedDependency[float],
    attendance: NamedDependency[Attendance],
    after: LogPosition = None,
    type: Types = None,  # noqa: A002 - the name of the query parameter
    stream: Stream = None,
    run: Run = None,
    correlation: Correlation = None,
    limit: PageSize = 500,
) -> Response[LogPage]:
    """What happens in the workspace (`event`), from now on or from behind a position. A WebSocket gets the same.

    Who accepts `application/json` and not `text/event-stream` gets a page instead, from the beginning or from behind a
    position. It looks at a part of the log only: it may hold nothing and have a `next`. Only pages have a `limit`.
    """
    wanted = Filter(type, stream, run, correlation)
    if log_pages.wants_page(request):
        return await log_pages.page(core, request.user, wanted, after or 0, limit)
    position = await subscriptions.begin(core, request.user.workspace_id, wanted, _resume(request, after))

    def found(subscriber: Subscriber) -> AsyncIterator[Batch]:
        return subscriptions.batches(core, request.user.workspace_id, wanted, subscriber, keep_alive)

    attending = attendance.attended(admission_of(request))
    # a stream is what most ask for, and a page what the document can describe
    return cast(Response[LogPage], live.EventStream(_sent(found, subscribers, position, attending)))


async def _sent(
    found: Callable[[Subscriber], AsyncIterator[Batch]],
    subscribers: Subscribers,
    position: int,
    attending: AbstractContextManager[Attended],
) -> AsyncIterator[bytes]:
    with subscribers.subscribed(position) as subscriber, attending as stream:
        async for batch in stream.of(found(subscriber)):
            subscriber.sending(batch.position)
            yield subscribers.frames.sse(batch)
            subscriber.sent()
        if stream.over:
            yield COME_BACK


@websocket("/events", opt={"operation": "watchEvents"})
async def watch_events_by_websocket(
    socket: WebSocket[Actor, Any, Any],
    core: NamedDependency[Core],
    subscribers: NamedDependency[Subscribers],
    keep_alive: NamedDependency[float],
    attendance: NamedDependency[Attendance],
    after: LogPosition = None,
    type: Types = None,  # noqa: A002 - the name of the query parameter
    stream: Stream = None,
    run: Run = None,
    correlation: Correlation = None,
) -> None:
    """Each message is an event as JSON; `{"position": N}` says how far the log was seen when nothing wanted came."""
    wanted = Filter(type, stream, run, correlation)
    position = await subscriptions.begin(core, socket.user.workspace_id, wanted, after)
    await socket.accept()
    with (
        subscribers.subscribed(position, "websocket") as subscriber,
        attendance.attended(admission_of(socket)) as attended,
        contextlib.suppress(WebSocketDisconnect),
    ):
        found = subscriptions.batches(core, socket.user.workspace_id, wanted, subscriber, keep_alive)
        async for batch in attended.of(found):
            subscriber.sending(batch.position)
            for message in subscribers.frames.messages(batch):
                await socket.send_data(message, mode="text")
            subscriber.sent()
        await socket.close(code=UNAUTHORISED if attended.over else GOING_AWAY)


def _resume(request: Signed, after: int | None) -> int | None:
    """Where the client was: the browser's own Last-Event-ID counts more than the address it first asked."""
    last = request.headers.get("last-event-id", "")
    # int() would take other digits too, and refuses very long numbers
    if last.isascii() and last.isdigit() and len(last) < len(str(LAST_POSITION)):
        return int(last)
    return after


async def _run_events(core: Core, run_id: UUID, after: int, head: int) -> live.Messages:
    """What is on the record page by page, and then what comes; `head` was the end of the log before.

    A log that is busy, or away for a moment, is waited for: all who watch would come back at once otherwise.
    """
    seen, left = after, PATIENCE
    while True:
        try:
            async for recorded in _behind(core, run_id, seen, head):
                seen, left = recorded.position, PATIENCE
                yield _event(recorded)
        except Unavailable:
            left -= 1
            if not left:
                raise
            await asyncio.sleep(POSTGRES_PAUSE)


async def _behind(core: Core, run_id: UUID, after: int, head: int) -> AsyncIterator[Recorded]:
    pages, seen = LogPages(core.database), after
    following: int | None = after
    while following is not None:
        page = await pages.of_stream(run_id, following, PAGE)
        for recorded in page.events:
            seen = recorded.position
            yield recorded
        following = page.next
    async with core.tail.follow(max(head, seen)) as batches:
        async for batch in batches:
            for recorded in batch:
                if recorded.stream == run_id and recorded.position > seen:
                    seen = recorded.position
                    yield recorded


def _over(state: run_state.Run) -> Mapping[str, int]:
    """The last attempt of each step that has ended, whose text is on the record."""
    ended = ("completed", "failed", "cancelled")
    return {name: step.attempt if step.status in ended else step.attempt - 1 for name, step in state.steps.items()}


async def _said(core: Core, run_id: UUID, over: Mapping[str, int]) -> live.Messages:
    """The words of each attempt once and in order, also when Redis was away meanwhile."""
    told: dict[tuple[str, int, int], int] = {}
    while True:
        try:
            async with contextlib.aclosing(core.live.listen(run_id)) as pieces:
                async for said in pieces:
                    if said is None or said.attempt <= over.get(said.step, 0):
                        continue
                    answer = (said.step, said.attempt, said.tried)
                    if said.offset >= told.get(answer, 0):
                        told[answer] = said.offset + len(said.text)
                        yield ServerSentEventMessage(data=msgspec.json.encode(said).decode(), event="delta")
        except RedisError as error:
            log.warning("live.unheard", error=type(error).__name__)
            await asyncio.sleep(REDIS_PAUSE)


def _event(recorded: Recorded) -> ServerSentEventMessage:
    data = msgspec.json.encode(shown(recorded)).decode()
    return ServerSentEventMessage(data=data, event="event", id=str(recorded.position))
