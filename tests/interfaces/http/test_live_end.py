"""How live streams end: by the client and by the API, but neither by silence nor by Redis."""

import asyncio
import contextlib
import itertools
import signal
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path
from typing import cast

import httpx2
import pytest
import redis.asyncio
import structlog
from litestar.response import ServerSentEventMessage

from application.errors import Unavailable
from interfaces.http import live
from tests.support import asked, servers
from tests.support.api_process import api_process
from tests.support.asked import a_run, created
from tests.support.loaded import loaded
from tests.support.own_api import serving
from tests.support.sse import Message, Watcher, is_end
from tests.support.sse import until as heard_until
from tests.support.system import System
from tests.support.until import until

SHARED = 5
"""Connections to Redis that serve all watchers of a process; the one that wakes them ends with the last of them."""

ANSWERS = 4
"""So many answers of another process, as slow as the machine gives them meanwhile, the end may take longer."""


@pytest.fixture
def token(admin_token: str) -> str:
    return admin_token


@pytest.fixture
async def quick(system: System) -> AsyncIterator[str]:
    """An API of our own that shows that it lives each twentieth of a second."""
    async with serving(system.environment, keep_alive=0.05) as url:
        yield url


@pytest.fixture
def over(api: httpx2.Client) -> str:
    """The stream of a run that is over, so that it is silent once the record is told."""
    run = asked.finished(api, created(api, "/api/runs", a_run()))
    return f"/api/runs/{run['id']}/live"


def is_alive(message: Message) -> bool:
    return message.comment == "keep-alive"


async def test_a_silent_stream_shows_that_it_lives(quick: str, token: str, over: str) -> None:
    for path in (over, "/api/events"):
        async with Watcher(quick, token).open(path) as stream:
            sign = (await heard_until(stream, is_alive))[-1]
        assert (sign.event, sign.data) == ("", None)


async def test_clients_that_go_away_leave_nothing_behind(system: System, quick: str, token: str, over: str) -> None:
    async with redis.asyncio.Redis.from_url(system.environment["REDIS_URL"]) as client:

        async def connections() -> int:
            """How many clients Redis has."""
            return int((await client.info("clients"))["connected_clients"])

        async def look(path: str, open_ones: AsyncExitStack) -> AsyncIterator[Message]:
            stream = await open_ones.enter_async_context(Watcher(quick, token).open(path))
            await heard_until(stream, is_alive)
            return stream

        tasks, held = len(asyncio.all_tasks()), await connections()
        async with AsyncExitStack() as open_ones:
            streams = await asyncio.gather(*(look(path, open_ones) for path in [over, "/api/events"] * 10))
            assert len(streams) == 20
            assert len(asyncio.all_tasks()) >= tasks + 30
            assert await connections() <= held + SHARED
        await until(lambda: len(asyncio.all_tasks()) <= tasks)
        assert await connections() < held + SHARED


async def test_an_api_that_stops_ends_its_streams_at_once(
    system: System, api: httpx2.Client, token: str, over: str, tmp_path: Path
) -> None:
    with api_process(system.environment, tmp_path / "log") as stopping:
        watcher = Watcher(stopping.url, token)
        async with (
            watcher.open(over) as run,
            watcher.open("/api/events", after=0) as workspace,
            loaded(partial(asyncio.to_thread, api.get, "/api/agents")) as machine,
        ):
            await heard_until(run, is_end)
            await anext(workspace)
            began = time.monotonic()
            stopping.process.send_signal(signal.SIGTERM)
            assert [message async for message in run if message.event] == []
            assert [message async for message in workspace if not message.event] == []
            await asyncio.to_thread(stopping.process.wait, 10)
        assert time.monotonic() - began < 2 + ANSWERS * machine.seconds
        assert stopping.process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in stopping.log


async def test_a_stream_that_is_asked_for_while_the_api_stops_ends_at_once(quick: str, token: str, over: str) -> None:
    live.end_all()
    async with Watcher(quick, token).open(over) as stream:
        assert [message async for message in stream] == []
    live.begin()
    assert is_end((await Watcher(quick, token).heard(over, is_end))[-1])


async def test_what_is_not_sent_when_streams_end_is_told_to_who_comes_back(
    api: httpx2.Client, quick: str, token: str
) -> None:
    run_id = asked.a_long_run(api)["id"]
    watcher, seen, streams = Watcher(quick, token), list[Message](), 0
    # a call that was under way is recorded behind the end
    while not any(map(is_end, seen)) and streams < 200:
        live.begin()
        streams += 1
        last = seen[-1].id if seen else None
        async with watcher.open(f"/api/runs/{run_id}/live", last_seen=last) as stream:
            async for message in stream:
                if message.event == "event":
                    seen.append(message)
                    if len(seen) % 10 == 0 or is_end(message):
                        live.end_all()
        if streams == 8:
            await asyncio.to_thread(api.post, f"/api/runs/{run_id}/cancel")
    record = api.get(f"/api/runs/{run_id}/events").json()["items"]
    assert [message.data for message in seen] == record[: len(seen)]
    assert streams > 8


def told(source: live.Messages) -> AsyncIterator[bytes]:
    """What goes over the wire."""
    live.begin()
    return cast(AsyncIterable[bytes], live.stream(source, keep_alive=60).iterator).__aiter__()


async def test_a_stream_whose_client_does_not_read_ends_too_and_leaves_no_gap() -> None:
    async def endless() -> live.Messages:
        for number in itertools.count():
            yield ServerSentEventMessage(id=number)

    stream = told(endless())
    await anext(stream)
    for _ in range(2 * live.BUFFERED):
        await asyncio.sleep(0)  # so that the source fills what there is to fill
    live.end_all()
    async with asyncio.timeout(5):
        rest = [each.partition(b"\r\n")[0] async for each in stream]
    assert rest == [f"id: {number + 1}".encode() for number in range(len(rest))]


async def test_a_stream_ends_though_its_source_does_not_heed() -> None:
    async def deaf_at_first() -> live.Messages:
        yield ServerSentEventMessage(id=1)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    stream = told(deaf_at_first())
    await anext(stream)
    live.end_all()
    async with asyncio.timeout(5):
        assert [each async for each in stream] == []


async def test_a_run_can_be_watched_while_redis_is_away(system: System, api: httpx2.Client, token: str) -> None:
    run_id = asked.a_long_run(api)["id"]
    path = f"/api/runs/{run_id}/live"
    async with AsyncExitStack() as stack:
        own_redis = stack.enter_context(ExitStack())
        address = own_redis.enter_context(servers.redis_server())
        url = await stack.enter_async_context(serving({**system.environment, "REDIS_URL": address}))
        watcher = Watcher(url, token)
        before = await stack.enter_async_context(watcher.open(path))
        first = await anext(before)
        own_redis.close()
        after = await stack.enter_async_context(watcher.open(path))
        await asyncio.to_thread(api.post, f"/api/runs/{run_id}/cancel")
        whole = await heard_until(after, is_end)
        rest = await heard_until(before, is_end)
    assert [first, *rest] == whole


async def test_a_source_that_fails_ends_its_stream_and_is_logged() -> None:
    async def lost() -> live.Messages:
        yield ServerSentEventMessage(id=1)
        raise Unavailable

    with structlog.testing.capture_logs() as logs:
        assert len([each async for each in told(lost())]) <= 1
    assert logs == [{"event": "live.ended", "reason": "Unavailable", "log_level": "warning"}]
