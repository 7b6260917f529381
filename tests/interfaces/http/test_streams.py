"""The events of any stream of the workspace over HTTP."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.asked import a_run, an_agent, created, finished, refused


def pages(client: httpx2.Client, stream: str, **query: int) -> list[dict[str, Any]]:
    """All pages, as `next` leads to them."""
    found = [client.get(f"/api/streams/{stream}/events", params=query).json()]
    while found[-1]["next"] is not None:
        query["after"] = found[-1]["next"]
        found.append(client.get(f"/api/streams/{stream}/events", params=query).json())
    return found


def test_an_agents_events_are_told_with_the_head_of_the_log(api: httpx2.Client) -> None:
    agent = created(api, "/api/agents", an_agent(role="Reader"))
    later = created(api, "/api/agents", an_agent())
    page = api.get(f"/api/streams/{agent['id']}/events").json()
    (event,) = page["items"]
    assert (event["type"], event["version"], event["data"]["role"]) == ("agent.created.v1", 1, "Reader")
    assert (page["next"], page["position"]) == (None, event["position"])
    assert page["head"] >= later["position"] > page["position"]


def test_pages_hold_every_event_once(api: httpx2.Client) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    whole = pages(api, run["id"])[0]["items"]
    small = pages(api, run["id"], limit=3)
    assert len(small) > 3
    assert [event for page in small for event in page["items"]] == whole
    assert whole == api.get(f"/api/runs/{run['id']}/events").json()["items"]
    behind = whole[4]["position"]
    assert pages(api, run["id"], after=behind)[0]["items"] == whole[5:]


def test_a_stream_of_another_workspace_is_none_at_all(api: httpx2.Client, stranger: httpx2.Client) -> None:
    agent = created(api, "/api/agents", an_agent())
    refused(stranger.get(f"/api/streams/{agent['id']}/events"), 404, "not_found")
    refused(api.get(f"/api/streams/{uuid4()}/events"), 404, "not_found")


@pytest.mark.parametrize("query", [{"after": -1}, {"limit": 0}, {"limit": 2_001}, {"after": "x"}])
def test_a_page_that_cannot_be_is_refused(api: httpx2.Client, query: dict[str, Any]) -> None:
    (field,) = query
    refused(api.get(f"/api/streams/{uuid4()}/events", params=query), 422, "invalid", field)


def test_nobody_reads_a_stream_without_a_token(anonymous: httpx2.Client) -> None:
    refused(anonymous.get(f"/api/streams/{uuid4()}/events"), 401, "not_signed_in")
