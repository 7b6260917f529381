"""API keys and tokens for less than one may oneself."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from infrastructure.identity.tokens import Tokens, now
from tests.interfaces.http.conftest import ClientOf, client_for
from tests.support import asked
from tests.support.asked import created, refused
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System, until


def with_key(system: System, promise: Promise, key: str) -> httpx2.Client:
    client = client_for(system.url, promise)
    client.headers["Authorization"] = f"Bearer {key}"
    return client


def test_a_key_lets_a_service_in_until_it_is_revoked(api: httpx2.Client, system: System, promise: Promise) -> None:
    issued = created(api, "/api/keys", {"label": "CI"})
    with with_key(system, promise, issued["key"]) as service:
        assert service.get("/api/session").json()["role"] == "admin"
        created(service, "/api/agents", asked.an_agent())
        assert api.delete(f"/api/keys/{issued['id']}").status_code == 200
        until(lambda: service.get("/api/session").status_code == 401, 2)
        refused(service.get("/api/agents"), 401, "not_signed_in")


def test_a_key_with_scopes_does_no_more_than_these(api: httpx2.Client, system: System, promise: Promise) -> None:
    issued = created(api, "/api/keys", {"label": "Reader", "scopes": ["read"]})
    with with_key(system, promise, issued["key"]) as service:
        assert service.get("/api/agents").status_code == 200
        detail = refused(service.post("/api/agents", json=asked.an_agent()), 403, "not_allowed")
        assert detail == "this needs the scope agents:write; the API key lacks it"


def test_a_key_begets_no_greater_key(api: httpx2.Client, system: System, promise: Promise) -> None:
    issued = created(api, "/api/keys", {"label": "Keys", "scopes": ["keys:write", "read"]})
    with with_key(system, promise, issued["key"]) as service:
        lesser = created(service, "/api/keys", {"label": "Whatever I may"})
        refused(
            service.post("/api/keys", json={"label": "More", "scopes": ["runs:start"]}), 403, "not_allowed", "scopes"
        )
    with with_key(system, promise, lesser["key"]) as service:
        assert service.get("/api/session").json()["scopes"] == ["keys:write", "read"]


def test_keys_are_listed_without_what_they_are_proved_by(client_of: ClientOf, home: UUID) -> None:
    api = client_of("admin")
    ends = (now() + timedelta(days=1)).isoformat()
    body = {"label": "Listed", "scopes": ["read"], "expires_at": ends}
    issued = created(api, "/api/keys", body)
    after = {"after": issued["position"]}
    listed = api.get("/api/keys", params=after).json()["items"]
    (key,) = [each for each in listed if each["id"] == issued["id"]]
    assert (key["label"], key["scopes"], key["revoked"], key["last_used_at"]) == ("Listed", ["read"], False, None)
    assert issued["key"] not in str(listed)
    theirs = client_of("user").get("/api/keys", params=after).json()["items"]
    assert issued["id"] not in {each["id"] for each in theirs}


def test_the_last_use_of_a_key_is_shown_to_its_owner(api: httpx2.Client, system: System, promise: Promise) -> None:
    issued = created(api, "/api/keys", {"label": "Used"})
    began = now()
    with with_key(system, promise, issued["key"]) as service:
        assert service.get("/api/session").status_code == 200

    def last_use() -> datetime | None:
        listed = api.get("/api/keys", params={"after": issued["position"]}).json()["items"]
        (used,) = [each["last_used_at"] for each in listed if each["id"] == issued["id"]]
        return datetime.fromisoformat(used) if used else None

    assert abs(until(last_use) - began) < timedelta(seconds=60)


def test_the_first_use_of_a_key_from_an_address_is_on_the_record_without_telling_it(
    api: httpx2.Client, system: System, promise: Promise
) -> None:
    issued = created(api, "/api/keys", {"label": "Travelling"})

    def recorded() -> list[dict[str, Any]]:
        items = api.get(f"/api/streams/{issued['id']}/events").json()["items"]
        return [item for item in items if item["type"] == "api_key.used_from_new_address.v1"]

    with with_key(system, promise, issued["key"]) as service:
        for _ in range(3):
            assert service.get("/api/session").status_code == 200
        (event,) = until(recorded)
        assert set(event["data"]["address"]) == {"subject", "box"}
        assert "127.0.0.1" not in str(event)
        assert service.get("/api/session").status_code == 200
    assert recorded() == [event]


def test_others_keys_are_seen_and_revoked_by_who_manages_members_alone(client_of: ClientOf) -> None:
    admin, user = client_of("admin"), client_of("user")
    mine, theirs = (created(client, "/api/keys", {"label": "Mine"}) for client in (admin, user))
    after = {"after": max(mine["position"], theirs["position"]), "all": "true"}
    assert {mine["id"], theirs["id"]} <= {key["id"] for key in admin.get("/api/keys", params=after).json()["items"]}
    refused(user.get("/api/keys", params=after), 403, "not_allowed")
    refused(user.delete(f"/api/keys/{mine['id']}"), 403, "not_allowed")
    assert admin.delete(f"/api/keys/{theirs['id']}").status_code == 200


def test_a_key_of_another_workspace_and_what_is_no_key_are_not_found(
    api: httpx2.Client, stranger: httpx2.Client
) -> None:
    issued = created(api, "/api/keys", {"label": "Ours"})
    agent = created(api, "/api/agents", asked.an_agent())
    refused(stranger.delete(f"/api/keys/{issued['id']}"), 404, "not_found")
    for stream in (uuid4(), agent["id"]):
        refused(api.delete(f"/api/keys/{stream}"), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "label"),
        ({"label": ""}, "label"),
        ({"label": "x", "scopes": ["fly"]}, "scopes[0]"),
        ({"label": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"label": "x", "expires_at": "soon"}, "expires_at"),
    ],
)
def test_a_bad_wish_for_a_key_names_the_field(api: httpx2.Client, body: dict[str, object], field: str) -> None:
    refused(api.post("/api/keys", json=body), 422, "invalid", field)


def test_an_agents_token_does_what_the_agent_may(api: httpx2.Client, system: System, promise: Promise) -> None:
    agent = created(api, "/api/agents", asked.an_agent())
    issued = api.post("/api/tokens", json={"agent_id": agent["id"], "run_id": asked.a_long_run(api)["id"]}).json()
    with with_key(system, promise, issued["token"]) as as_agent:
        session = as_agent.get("/api/session").json()
        assert (session["role"], session["scopes"]) == ("agent", ["read"])
        refused(as_agent.post("/api/agents", json=asked.an_agent()), 403, "not_allowed")
        refused(as_agent.post("/api/tokens", json={}), 403, "not_allowed")


def test_a_token_for_less_gives_no_token_for_more(api: httpx2.Client, system: System, promise: Promise) -> None:
    lesser = api.post("/api/tokens", json={"scopes": ["read"]}).json()["token"]
    with with_key(system, promise, lesser) as client:
        again = client.post("/api/tokens", json={"scopes": ["read", "runs:start"]}).json()["token"]
    with with_key(system, promise, again) as client:
        assert client.get("/api/session").json()["scopes"] == ["read"]


def test_a_token_for_an_agent_of_another_workspace_is_not_issued(api: httpx2.Client, stranger: httpx2.Client) -> None:
    agent = created(api, "/api/agents", asked.an_agent())
    refused(stranger.post("/api/tokens", json={"agent_id": agent["id"]}), 404, "not_found")
    for run_id in (asked.a_long_run(api)["id"], str(uuid4()), agent["id"]):
        refused(stranger.post("/api/tokens", json={"run_id": run_id}), 404, "not_found")
    refused(api.post("/api/tokens", json={"run_id": agent["id"]}), 404, "not_found")


def test_a_token_that_is_made_of_a_token_ends_no_later(
    anonymous: httpx2.Client, residents: Residents, tokens: Tokens, home: UUID
) -> None:
    lasting = tokens.lifetime - timedelta(minutes=1)
    token, ends = tokens.issue(residents.one("user", home), now() - lasting)
    for body in ({}, {"scopes": ["read"]}):
        issued = anonymous.post("/api/tokens", json=body, headers={"Authorization": f"Bearer {token}"}).json()
        assert datetime.fromisoformat(issued["expires_at"]) <= ends
        token = issued["token"]
