"""Subscriptions: filters, the future, WebSockets, and clients that do not take what they are sent."""

import asyncio
import json
from collections.abc import Callable
from uuid import UUID, uuid4

import httpx2
import pytest
import websockets

from application.ports import Recorded
from domain import agent, run_events
from infrastructure import metrics
from interfaces.http.edge import REQUEST
from interfaces.http.subscriptions import Batch, Filter, Frames, Subscribers
from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_run, an_agent, created, finished
from tests.support.given import CONTEXT
from tests.support.residents import Residents
from tests.support.sse import Message, Watcher
from tests.support.system import System

RUN = Recorded(7, uuid4(), 1, run_events.StepLost("a", 1), CONTEXT)


@pytest.fixture
def client(client_of: ClientOf) -> httpx2.Client:
    """The admin of a workspace in which nothing has happened."""
    return client_of("admin", uuid4())


@pytest.fixture
def watcher(system: System, client: httpx2.Client) -> Watcher:
    return Watcher(system.url, client.headers["authorization"].removeprefix("Bearer "))


def at(position: int) -> Callable[[Message], bool]:
    return lambda message: message.id == str(position)


@pytest.mark.parametrize(
    ("wanted", "wants"),
    [
        (Filter(), True),
        (Filter(type="run."), True),
        (Filter(type="run.step_lost.v1"), True),
        (Filter(type="agent."), False),
        (Filter(stream=RUN.stream), True),
        (Filter(stream=uuid4()), False),
        (Filter(run=RUN.stream), True),
        (Filter(run=CONTEXT.correlation_id), True),
        (Filter(run=uuid4()), False),
        (Filter(correlation=CONTEXT.correlation_id), True),
        (Filter(correlation=RUN.stream), False),
        (Filter(type="run.", stream=uuid4()), False),
    ],
)
def test_a_filter_wants_what_all_of_it_names(wanted: Filter, *, wants: bool) -> None:
    assert wanted.wants(RUN) is wants


def test_an_event_is_made_once_for_all_who_are_sent_it() -> None:
    frames = Frames(kept=1)
    assert frames.json(RUN) is frames.json(RUN)
    other = Recorded(8, uuid4(), 1, agent.Retired(), CONTEXT)
    assert json.loads(frames.json(other))["position"] == 8
    assert frames.sse(Batch(9, [])) == b": keep-alive\nid: 9\n\n"


async def test_only_what_the_filter_wants_is_told(client: httpx2.Client, watcher: Watcher) -> None:
    run = finished(client, created(client, "/api/runs", a_run()))
    last = client.get(f"/api/runs/{run['id']}/events").json()["position"]
    heard = await watcher.heard(f"/api/events?after=0&run={run['id']}&type=run.", at(last))
    assert {(message.data or {})["stream"] for message in heard} == {run["id"]}
    assert heard[0].type == "run.started.v2"
    agents = await watcher.heard("/api/events?after=0&type=agent.created", lambda _: True)
    assert agents[0].type == "agent.created.v1"


def test_a_position_in_the_future_and_a_filter_that_is_none_are_named(client: httpx2.Client) -> None:
    future = client.get("/api/events", params={"after": 10**12})
    assert (future.status_code, future.json()["errors"][0]["field"]) == (422, "after")
    assert "is in the future; the log ends at" in future.json()["detail"]
    odd = client.get("/api/events", params={"type": "Run!"})
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (422, "type")


def _address(system: System, query: str = "") -> str:
    return f"{system.url.replace('http://', 'ws://')}/api/events{query}"


async def test_a_websocket_gets_the_same(system: System, client: httpx2.Client) -> None:
    body = an_agent()
    made = created(client, "/api/agents", body)
    headers = {"Authorization": client.headers["authorization"]}
    async with websockets.connect(_address(system, "?after=0&type=agent."), additional_headers=headers) as link:
        first = json.loads(await asyncio.wait_for(link.recv(), 10))
        other = created(client, "/api/agents", an_agent())
        second = json.loads(await asyncio.wait_for(link.recv(), 10))
    assert (first["stream"], first["data"]["name"]) == (made["id"], body["name"])
    assert second["stream"] == other["id"]


async def test_a_websocket_needs_a_token_and_its_cookie_only_serves_our_own_page(
    system: System, residents: Residents, home: UUID
) -> None:
    cookie = f"z2_session={residents.session('admin', home)}"
    for headers in ({}, {"Cookie": cookie, "Origin": "https://elsewhere.example"}):
        with pytest.raises(websockets.InvalidStatus):
            async with websockets.connect(_address(system), additional_headers=headers):
                pass
    own: dict[str, str] = {"Cookie": cookie, "Origin": system.url}
    async with websockets.connect(_address(system), additional_headers=own):
        pass


def lag(transport: str) -> float | None:
    return metrics.REGISTRY.get_sample_value("z2_subscriber_lag_events", {"transport": transport})


def test_the_lag_is_that_of_the_slowest_of_each_kind_and_counts_what_is_under_way() -> None:
    subscribers = Subscribers()
    with subscribers.subscribed(3) as slow, subscribers.subscribed(10), subscribers.subscribed(9, "websocket"):
        subscribers.measure(10)
        assert (lag("sse"), lag("websocket")) == (7, 1)
        slow.sending(8)
        subscribers.measure(10)
        assert lag("sse") == 7
        slow.sent()
        subscribers.measure(10)
        assert lag("sse") == 2
        slow.passed(10)
        subscribers.measure(10)
        assert lag("sse") == 0
    subscribers.measure(12)
    assert (lag("sse"), lag("websocket")) == (0, 0)


async def test_who_does_not_take_what_it_is_sent_is_dropped() -> None:
    subscribers = Subscribers(stalled_seconds=0.0)
    looking = asyncio.create_task(subscribers.drop_the_stalled())

    async def stalled() -> None:
        REQUEST.set(asyncio.current_task())
        with subscribers.subscribed(3) as subscriber:
            subscriber.sending(4)
            await asyncio.Event().wait()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(stalled())
    assert (len(subscribers), subscribers.dropped) == (0, 1)
    looking.cancel()
