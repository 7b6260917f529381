"""Pages of what has happened in the workspace, filtered by the server."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_run, an_agent, created, finished, refused

JSON = {"Accept": "application/json"}


@pytest.fixture
def client(client_of: ClientOf) -> httpx2.Client:
    """The admin of a workspace in which nothing has happened."""
    return client_of("admin", uuid4())


def pages(client: httpx2.Client, **query: Any) -> list[dict[str, Any]]:
    """All pages, as `next` leads to them."""
    found = [client.get("/api/events", params=query, headers=JSON).json()]
    while found[-1]["next"] is not None:
        query["after"] = found[-1]["next"]
        found.append(client.get("/api/events", params=query, headers=JSON).json())
    return found


def events(client: httpx2.Client, **query: Any) -> list[dict[str, Any]]:
    return [event for page in pages(client, **query) for event in page["items"]]


def test_pages_hold_every_event_of_the_workspace_once_and_none_of_another(
    client: httpx2.Client, api: httpx2.Client
) -> None:
    run = finished(client, created(client, "/api/runs", a_run()))
    theirs = created(api, "/api/agents", an_agent())
    whole = events(client)
    assert [event for event in whole if event["stream"] == run["id"]] == events(client, stream=run["id"])
    assert theirs["id"] not in {event["stream"] for event in whole}
    small = pages(client, limit=3)
    assert [event for page in small for event in page["items"]] == whole
    assert all(len(page["items"]) <= 3 for page in small)
    assert small[-1]["position"] >= theirs["position"] > whole[-1]["position"]
    positions = [event["position"] for event in whole]
    assert positions == sorted(set(positions))
    assert events(client, after=positions[4]) == whole[5:]


def test_a_filter_narrows_down_what_the_server_tells(client: httpx2.Client) -> None:
    run = finished(client, created(client, "/api/runs", a_run()))
    other = created(client, "/api/agents", an_agent())
    whole = events(client)
    steps = [event for event in whole if event["type"].startswith("run.step_")]
    assert steps
    assert steps == events(client, type="run.step_") == events(client, type="run.step_", run=run["id"])
    correlation = steps[0]["correlation_id"]
    led_to = [event for event in whole if event["correlation_id"] == correlation]
    assert led_to == events(client, correlation=correlation)
    assert {run["id"], other["id"]} & {event["stream"] for event in events(client, run=run["id"])} == {run["id"]}
    created_agents = [event for event in whole if event["type"] == "agent.created.v1"]
    assert events(client, type="agent.", stream=other["id"]) == created_agents[-1:]
    assert events(client, type="agent.created.v1", limit=1) == created_agents


def test_a_filter_that_matches_nothing_gives_nothing_and_an_end(client: httpx2.Client) -> None:
    created(client, "/api/agents", an_agent())
    assert events(client, correlation=uuid4()) == []
    assert events(client, type="webhook.") == []


def test_what_is_no_filter_is_named(client: httpx2.Client, stranger: httpx2.Client) -> None:
    agent = created(client, "/api/agents", an_agent())
    for someone, stream in ((client, uuid4()), (stranger, agent["id"])):
        refused(someone.get("/api/events", params={"stream": str(stream)}, headers=JSON), 404, "not_found")
    for query in ({"type": "Run!"}, {"limit": 0}, {"limit": 2_001}, {"correlation": "x"}):
        (field,) = query
        refused(client.get("/api/events", params=query, headers=JSON), 422, "invalid", field)


def test_nobody_reads_without_a_token(anonymous: httpx2.Client) -> None:
    refused(anonymous.get("/api/events", headers=JSON), 401, "not_signed_in")
