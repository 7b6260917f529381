"""Webhooks over HTTP, and their messages as a receiver gets them from a running Z2."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support import asked, servers
from tests.support.asked import created, refused
from tests.support.own_api import serving
from tests.support.receiver import receiving, verified
from tests.support.system import System, running_system
from tests.support.until import until

URL = "https://example.invalid/hook"


def a_webhook(**fields: Any) -> dict[str, Any]:
    return {"url": URL, "tags": ["nothing."]} | fields


def test_a_webhook_is_subscribed_read_and_deleted(api: httpx2.Client, stranger: httpx2.Client) -> None:
    made = created(api, "/api/webhooks", a_webhook())
    assert made["secret"].startswith("whsec_")
    path, after = f"/api/webhooks/{made['id']}", {"after": made["position"]}
    shown = api.get(path, params=after).json()
    assert (shown["url"], shown["tags"], shown["status"]) == (URL, ["nothing."], "active")
    assert shown in api.get("/api/webhooks").json()["items"]
    assert made["secret"] not in api.get("/api/webhooks").text
    refused(stranger.get(path), 404, "not_found")
    assert stranger.get("/api/webhooks").json()["items"] == []
    for answer in (stranger.delete(path), stranger.post(f"{path}/secret"), stranger.post(f"{path}/redrive", json={})):
        refused(answer, 404, "not_found")
    position = api.delete(path).json()["position"]
    refused(api.get(path, params={"after": position}), 404, "not_found")
    refused(api.post(f"{path}/pause"), 404, "not_found")


def test_a_webhook_is_paused_and_goes_on(api: httpx2.Client) -> None:
    made = created(api, "/api/webhooks", a_webhook())
    path = f"/api/webhooks/{made['id']}"
    for change, status in (("pause", "paused"), ("pause", "paused"), ("resume", "active")):
        position = api.post(f"{path}/{change}").json()["position"]
        assert api.get(path, params={"after": position}).json()["status"] == status


def test_the_same_request_under_the_same_key_tells_the_same_secret(api: httpx2.Client) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = created(api, "/api/webhooks", a_webhook(), **key)
    assert created(api, "/api/webhooks", a_webhook(), **key) == first
    path = f"/api/webhooks/{first['id']}/secret"
    rotated = api.post(path).json()
    assert rotated["secret"] != first["secret"]
    assert api.post(path).json()["secret"] not in (first["secret"], rotated["secret"])


def test_no_secret_is_in_the_log(api: httpx2.Client, system: System) -> None:
    made = created(api, "/api/webhooks", a_webhook())
    rotated = api.post(f"/api/webhooks/{made['id']}/secret").json()
    with psycopg.connect(system.environment["DATABASE_URL"]) as connection:
        query = "SELECT convert_from(state, 'UTF8') FROM events WHERE originator_id = %s"
        states = [state for (state,) in connection.execute(query, (made["id"],))]
    assert len(states) == 2
    assert not any(each["secret"][6:] in state for each in (made, rotated) for state in states)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"url": "http://example.com/"}, "invalid_webhook", "url"),
        ({"url": "https://ada:pw@example.com/"}, "invalid_webhook", "url"),
        ({"url": ""}, "invalid", "url"),
        ({"url": URL, "tags": ["Run"]}, "invalid", "tags[0]"),
        ({"url": URL, "tags": ["r"] * 51}, "invalid", "tags"),
        ({"url": URL, "secret": "x"}, "invalid", "secret"),
        ({}, "invalid", "url"),
    ],
)
def test_what_is_no_webhook_is_refused_at_the_field(
    api: httpx2.Client, body: dict[str, Any], code: str, field: str
) -> None:
    refused(api.post("/api/webhooks", json=body), 422, code, field)


def test_only_an_admin_manages_webhooks(api: httpx2.Client, client_of: ClientOf) -> None:
    path = f"/api/webhooks/{created(api, '/api/webhooks', a_webhook())['id']}"
    for role in ("user", "agent"):
        client = client_of(role)
        answers = [client.get("/api/webhooks"), client.post("/api/webhooks", json=a_webhook()), client.delete(path)]
        answers += [client.get(f"{path}/deliveries"), client.post(f"{path}/redrive", json={})]
        for answer in answers:
            assert "webhooks:manage" in refused(answer, 403, "not_allowed")


async def test_a_private_address_is_refused_unless_the_operator_allows_it(system: System, api: httpx2.Client) -> None:
    environment = {**system.environment, "Z2_WEBHOOK_ALLOW_PRIVATE": ""}
    async with serving(environment) as url, httpx2.AsyncClient(base_url=url, headers=api.headers) as client:
        answer = await client.post("/api/webhooks", json=a_webhook(url="https://192.168.0.1/"))
    assert "Z2_WEBHOOK_ALLOW_PRIVATE" in refused(answer, 422, "invalid", "url")


async def test_events_reach_a_receiver_and_what_it_refused_is_driven_again(api: httpx2.Client) -> None:
    async with receiving() as receiver:
        receiver.answers = [410]
        made = await asyncio.to_thread(
            created, api, "/api/webhooks", a_webhook(url=receiver.url, tags=["agent.created"])
        )
        path = f"/api/webhooks/{made['id']}"
        positions = [
            (await asyncio.to_thread(created, api, "/api/agents", asked.an_agent()))["position"] for _ in range(2)
        ]
        assert await until(lambda: len(receiver.requests) >= 2)
        (dead,) = (await asyncio.to_thread(api.get, f"{path}/deliveries")).json()["items"]
        assert (dead["type"], dead["status"], dead["response_status"]) == ("agent.created.v1", "dead", 410)
        answer = await asyncio.to_thread(api.post, f"{path}/redrive", json={"positions": [dead["position"]]})
        assert answer.json() == {"count": 1}
        assert await until(lambda: len(receiver.requests) >= 3)
        # other tests make agents of this workspace meanwhile, or not
        mine = [position for position in receiver.positions if position in (dead["position"], *positions)]
        assert mine[-1] == dead["position"] == receiver.positions[0]
        assert all(verified(request, made["secret"]) for request in receiver.requests)
        await asyncio.to_thread(api.delete, path)


@pytest.fixture
def own(postgres: str, redis_url: str) -> Iterator[System]:
    """A Z2 whose projector a test may lose."""
    database = servers.create_database(postgres, f"own_{uuid4().hex[:8]}")
    with running_system(database, redis_url, Z2_WEBHOOK_ALLOW_PRIVATE="true") as running:
        yield running


async def test_a_projector_that_dies_between_delivery_and_position_delivers_again_under_the_same_id(
    own: System,
) -> None:
    async with receiving() as receiver:
        body = {"url": receiver.url, "tags": ["agent."]}
        made = await asyncio.to_thread(own.post, "/api/webhooks", body)
        await asyncio.to_thread(own.get, f"/api/webhooks/{made['id']}", after=made["position"])
        own.kill("projector")
        own.environment["Z2_FAIL_POINT"] = "webhook_delivered:2"
        own.start("projector")
        del own.environment["Z2_FAIL_POINT"]
        for _ in range(3):
            await asyncio.to_thread(own.post, "/api/agents", asked.an_agent())
        assert await asyncio.to_thread(own.processes["projector"].wait, 30) == -9
        assert len(receiver.requests) == 2
        own.start("projector")
        assert await until(lambda: len(receiver.requests) == 4)
    first, second, again, third = receiver.ids
    assert second == again
    assert len({first, second, third}) == 3
    assert receiver.positions == sorted(receiver.positions)
    assert all(verified(request, made["secret"]) for request in receiver.requests)
    assert UUID(made["id"]).hex in first
