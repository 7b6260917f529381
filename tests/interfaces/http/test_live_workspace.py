"""Watching the workspace: everything that happens in it, and nothing of another."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_run, an_agent, created, finished, refused
from tests.support.sse import Message, Watcher, until
from tests.support.system import System


@pytest.fixture
def client(client_of: ClientOf) -> httpx2.Client:
    """The admin of a workspace in which nothing has happened."""
    return client_of("admin", uuid4())


@pytest.fixture
def watcher(system: System, client: httpx2.Client) -> Watcher:
    return Watcher(system.url, client.headers["authorization"].removeprefix("Bearer "))


def positions(heard: list[Message]) -> list[int]:
    return [int(message.id) for message in heard if message.id]


def at(position: int) -> Callable[[Message], bool]:
    return lambda message: message.id == str(position)


async def test_what_happens_from_now_on_is_told(client: httpx2.Client, watcher: Watcher) -> None:
    created(client, "/api/agents", an_agent())
    async with watcher.open("/api/events") as stream:
        body = an_agent()
        agent = created(client, "/api/agents", body)
        heard = await until(stream, at(agent["position"]))
    assert [message.type for message in heard] == ["agent.created.v1", "name.claimed.v1"]
    first = heard[0].data or {}
    assert (first["stream"], first["version"], first["data"]["name"]) == (agent["id"], 1, body["name"])


async def test_the_past_of_the_workspace_is_told_from_any_position(client: httpx2.Client, watcher: Watcher) -> None:
    run = finished(client, created(client, "/api/runs", a_run()))
    last = client.get(f"/api/runs/{run['id']}/events").json()["position"]
    whole = positions(await watcher.heard("/api/events", at(last), after=0))
    assert len(whole) > 20
    for place in (0, len(whole) // 2, len(whole) - 2):
        resumed = await watcher.heard("/api/events", at(last), last_seen=whole[place])
        assert positions(resumed) == whole[place + 1 :]


async def test_nothing_of_another_workspace_is_told(
    client: httpx2.Client, watcher: Watcher, api: httpx2.Client
) -> None:
    async with watcher.open("/api/events") as stream:
        created(api, "/api/agents", an_agent())
        ours = created(client, "/api/agents", an_agent())
        heard = await until(stream, at(ours["position"]))
    assert {(message.data or {})["actor_id"] for message in heard} != set()
    assert len(heard) == 2
    assert positions(heard) == [ours["position"] - 1, ours["position"]]


async def test_streams_that_start_at_any_time_agree_with_each_other(client: httpx2.Client, watcher: Watcher) -> None:
    first = created(client, "/api/agents", an_agent())["position"]
    streams = [asyncio.create_task(watcher.heard("/api/events", run_is_over, after=first)) for _ in range(5)]
    for _ in range(5):
        await asyncio.to_thread(created, client, "/api/agents", an_agent())
        streams.append(asyncio.create_task(watcher.heard("/api/events", run_is_over, after=first)))
    run = await asyncio.to_thread(created, client, "/api/runs", a_run())
    heard = await asyncio.gather(*streams)
    assert run["id"] in {(message.data or {})["stream"] for message in heard[0]}
    assert [positions(each) for each in heard] == [positions(heard[0])] * 10


def run_is_over(message: Message) -> bool:
    return message.type == "run.completed.v1"


def test_a_filter_that_can_match_nothing_is_told_at_once(api: httpx2.Client, stranger: httpx2.Client) -> None:
    agent = created(api, "/api/agents", an_agent())
    streams = {"Accept": "text/event-stream"}
    for name in ("stream", "run"):
        for client, wanted in ((api, str(uuid4())), (stranger, agent["id"])):
            refused(client.get("/api/events", params={name: wanted}, headers=streams), 404, "not_found")
