"""The log as it grows, over server-sent events that resume where they were left, and what models say meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage
from redis.exceptions import RedisError

from application.access import Actor
from application.ports import Recorded
from domain import run as run_rules
from interfaces.composition import Core
from interfaces.http import live, subscriptions
from interfaces.http.commands import Signed
from interfaces.http.events import LogPosition, past_of_run, shown
from interfaces.http.subscriptions import Batch, Correlation, Filter, Run, Stream, Subscribers, Types
from interfaces.http.words import LAST_POSITION

REDIS_PAUSE = 1.0
GOING_AWAY = 1001

log = structlog.get_logger()


@get("/runs/{run_id:uuid}/live", tags=["runs"], operation_id="watchRun", summary="Watch a run")
async def watch_run(
    run_id: FromPath[UUID],
    request: Signed,
    core: NamedDependency[Core],
    keep_alive: NamedDependency[float],
    after: LogPosition = None,
) -> ServerSentEvent:
    """The events of a run (`event`), and what its models say while they say it (`delta`, without an id).

    The text of the attempts that are under way is told from its beginning; `offset` counts the characters before it.
    """
    seen = _resume(request, after) or 0
    head = await core.store.head()
    past = await past_of_run(core, request.user, run_id)
    return live.stream(
        _run_events(core, run_id, past, seen, head), _said(core, run_id, _over(past)), keep_alive=keep_alive
    )


@get("/events", tags=["log"], operation_id="watchEvents", summary="Watch the workspace")
async def watch_events(
    request: Signed,
    core: NamedDependency[Core],
    subscribers: NamedDependency[Subscribers],
    keep_alive: NamedDependency[float],
    after: LogPosition = None,
    type: Types = None,  # noqa: A002 - the name of the query parameter
    stream: Stream = None,
    run: Run = None,
    correlation: Correlation = None,
) -> live.EventStream:
    """What happens in the workspace (`event`), from now on or from behind a position. A WebSocket gets the same."""
    wanted = Filter(type, stream, run, correlation)
    position = await subscriptions.begin(core, wanted, _resume(request, after))
    found = subscriptions.batches(core, request.user.workspace_id, wanted, position, keep_alive)
    return live.EventStream(_sent(found, subscribers, position))


async def _sent(found: AsyncIterator[Batch], subscribers: Subscribers, position: int) -> AsyncIterator[bytes]:
    with subscribers.subscribed(position) as subscriber:
        async for batch in found:
            subscriber.sending(batch.position)
            yield subscribers.frames.sse(batch)
            subscriber.sent()


@websocket("/events")
async def watch_events_by_websocket(
    socket: WebSocket[Actor, Any, Any],
    core: NamedDependency[Core],
    subscribers: NamedDependency[Subscribers],
    keep_alive: NamedDependency[float],
    after: LogPosition = None,
    type: Types = None,  # noqa: A002 - the name of the query parameter
    stream: Stream = None,
    run: Run = None,
    correlation: Correlation = None,
) -> None:
    """Each message is an event as JSON; `{"position": N}` says how far the log was seen when nothing wanted came."""
    wanted = Filter(type, stream, run, correlation)
    position = await subscriptions.begin(core, wanted, after)
    await socket.accept()
    found = subscriptions.batches(core, socket.user.workspace_id, wanted, position, keep_alive)
    with subscribers.subscribed(position) as subscriber, contextlib.suppress(WebSocketDisconnect):
        async for batch in found:
            subscriber.sending(batch.position)
            for message in subscribers.frames.messages(batch):
                await socket.send_data(message, mode="text")
            subscriber.sent()
        await socket.close(code=GOING_AWAY)


def _resume(request: Signed, after: int | None) -> int | None:
    """Where the client was: the browser's own Last-Event-ID counts more than the address it first asked."""
    last = request.headers.get("last-event-id", "")
    # int() would take other digits too, and refuses very long numbers
    if last.isascii() and last.isdigit() and len(last) < len(str(LAST_POSITION)):
        return int(last)
    return after


async def _run_events(core: Core, run_id: UUID, past: Sequence[Recorded], after: int, head: int) -> live.Messages:
    seen = after
    for recorded in past:
        if recorded.position > seen:
            seen = recorded.position
            yield _event(recorded)
    async with core.tail.follow(max(head, seen)) as batches:
        async for batch in batches:
            for recorded in batch:
                if recorded.stream == run_id and recorded.position > seen:
                    seen = recorded.position
                    yield _event(recorded)


def _over(past: Sequence[Recorded]) -> Mapping[str, int]:
    """The last attempt of each step that has ended, whose text is on the record."""
    state = run_rules.decider.fold(recorded.event for recorded in past)  # type: ignore[misc]
    ended = ("completed", "failed", "cancelled")
    return {name: step.attempt if step.status in ended else step.attempt - 1 for name, step in state.steps.items()}


async def _said(core: Core, run_id: UUID, over: Mapping[str, int]) -> live.Messages:
    """The words of each attempt once and in order, also when Redis was away meanwhile."""
    told: dict[tuple[str, int], int] = {}
    while True:
        try:
            async for said in core.live.listen(run_id):
                if said is None or said.attempt <= over.get(said.step, 0):
                    continue
                if said.offset >= told.get((said.step, said.attempt), 0):
                    told[said.step, said.attempt] = said.offset + len(said.text)
                    data = msgspec.json.encode(said).decode()
                    yield ServerSentEventMessage(data=data, event="delta")
        except RedisError as error:
            log.warning("live.unheard", error=type(error).__name__)
            await asyncio.sleep(REDIS_PAUSE)


def _event(recorded: Recorded) -> ServerSentEventMessage:
    data = msgspec.json.encode(shown(recorded)).decode()
    return ServerSentEventMessage(data=data, event="event", id=str(recorded.position))
