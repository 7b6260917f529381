"""The log as it grows, over server-sent events that resume where they were left, and what models say meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
import structlog
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage
from redis.exceptions import RedisError

from application.ports import Recorded
from domain import run
from interfaces.composition import Core
from interfaces.http import live
from interfaces.http.commands import Signed
from interfaces.http.events import LogPosition, past_of_run, shown
from interfaces.http.words import LAST_POSITION

REDIS_PAUSE = 1.0

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
    keep_alive: NamedDependency[float],
    after: LogPosition = None,
) -> ServerSentEvent:
    """Everything that happens in the workspace (`event`), from now on or from behind a position."""
    seen = _resume(request, after)
    if seen is None:
        seen = await core.store.head()
    return live.stream(_workspace_events(core, request.user.workspace_id, seen), keep_alive=keep_alive)


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


async def _workspace_events(core: Core, workspace_id: UUID, after: int) -> live.Messages:
    async with core.tail.follow(after) as batches:
        async for batch in batches:
            for recorded in batch:
                if recorded.context.workspace_id == workspace_id:
                    yield _event(recorded)


def _over(past: Sequence[Recorded]) -> Mapping[str, int]:
    """The last attempt of each step that has ended, whose text is on the record."""
    state = run.decider.fold(recorded.event for recorded in past)  # type: ignore[misc]
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
