"""Who may ask: tokens, cookies, roles and workspaces."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import ClientOf
from tests.support import asked
from tests.support.asked import refused
from tests.support.residents import Residents
from tests.support.system import System


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YWRtaW46YWRtaW4=", "Token x"])
def test_without_a_bearer_token_nobody_is_signed_in(anonymous: httpx2.Client, header: str) -> None:
    refused(anonymous.get("/api/runs", headers={"Authorization": header}), 401, "not_signed_in")


def test_every_route_but_the_public_ones_needs_a_token(anonymous: httpx2.Client, document: dict[str, Any]) -> None:
    asked_for = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation.get("security") == []:
                continue
            address = path.replace("{step}", "read").replace("{name}", "runs")
            address = re.sub(r"\{\w+_id\}", str(uuid4()), address)
            answer = anonymous.request(method.upper(), address, json={})
            if path.startswith("/v1/"):
                assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
            else:
                refused(answer, 401, "not_signed_in")
            asked_for += 1
    assert asked_for > 15


WRITING = [
    ("/api/agents", "agents:write"),
    ("/api/workflows", "workflows:write"),
    ("/api/runs", "runs:start"),
    (f"/api/runs/{uuid4()}/cancel", "runs:control"),
    (f"/api/runs/{uuid4()}/steps/read/retry", "runs:control"),
    ("/api/projections/runs/rebuild", "projections:manage"),
    ("/api/webhooks", "webhooks:manage"),
]


@pytest.mark.parametrize(("path", "scope"), WRITING)
def test_an_agent_may_read_and_change_nothing_whatever_the_body(client_of: ClientOf, path: str, scope: str) -> None:
    agent = client_of("agent")
    for body in (b"{", b'{"zz": 1}', json.dumps(asked.a_run()).encode()):
        detail = refused(agent.post(path, content=body), 403, "not_allowed")
        assert scope in detail
        assert "agent" in detail
    assert agent.get("/api/runs").status_code == 200


def test_a_user_may_do_everything_but_rebuild(client_of: ClientOf) -> None:
    user = client_of("user")
    asked.created(user, "/api/agents", asked.an_agent())
    asked.a_workflow(user)
    run = asked.created(user, "/api/runs", asked.a_run())
    assert asked.finished(user, run)["status"] == "completed"
    refused(user.post("/api/projections/runs/rebuild"), 403, "not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
    ids=str,
)
def test_the_cookie_changes_nothing_for_another_site(
    anonymous: httpx2.Client, residents: Residents, home: UUID, headers: dict[str, str]
) -> None:
    anonymous.cookies.set(PLAIN_COOKIE, residents.session("admin", home))
    detail = refused(anonymous.post("/api/agents", json=asked.an_agent(), headers=headers), 403, "not_allowed")
    assert "another site" in detail
    assert anonymous.get("/api/agents", headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["Sec-Fetch-Site", "Origin"])
def test_the_cookie_changes_things_for_the_page_itself(
    anonymous: httpx2.Client, system: System, residents: Residents, home: UUID, header: str
) -> None:
    anonymous.cookies.set(PLAIN_COOKIE, residents.session("admin", home))
    value = {"Sec-Fetch-Site": "same-origin", "Origin": system.url}[header]
    asked.created(anonymous, "/api/agents", asked.an_agent(), **{header: value})


def test_another_workspace_sees_nothing_of_ours(api: httpx2.Client, stranger: httpx2.Client) -> None:
    agent = asked.created(api, "/api/agents", asked.an_agent())
    workflow_id = asked.a_workflow(api)
    accepted = asked.created(api, "/api/runs", asked.a_run(input={"title": "Ours", "text": asked.TEXT}))
    run_id = asked.finished(api, accepted)["id"]
    after = {"after": accepted["position"]}
    for path in (f"/api/agents/{agent['id']}", f"/api/workflows/{workflow_id}", f"/api/runs/{run_id}"):
        refused(stranger.get(path, params=after), 404, "not_found")
    for kind in ("input", "output", "steps/read/output", "steps/read/subject", "events", "live"):
        refused(stranger.get(f"/api/runs/{run_id}/{kind}"), 404, "not_found")
    for change in ("cancel", "steps/read/retry"):
        refused(stranger.post(f"/api/runs/{run_id}/{change}"), 404, "not_found")
    for kind in ("agents", "workflows", "runs"):
        assert stranger.get(f"/api/{kind}", params=after).json()["items"] == []


def test_a_run_of_anothers_workflow_or_agent_cannot_be_made(api: httpx2.Client, stranger: httpx2.Client) -> None:
    workflow_id = asked.a_workflow(api)
    refused(
        stranger.post("/api/runs", json=asked.a_run(template=None, workflow_id=workflow_id)),
        404,
        "not_found",
        "workflow_id",
    )
    agent_id = asked.created(api, "/api/agents", asked.an_agent())["id"]
    body = asked.a_definition(asked.a_node(agent_id))
    refused(stranger.post("/api/workflows", json=body), 422, "invalid_workflow", "nodes[0].agent")


def test_names_and_keys_of_one_workspace_are_free_in_another(api: httpx2.Client, stranger: httpx2.Client) -> None:
    agent, key = asked.an_agent(), str(uuid4())
    ours = asked.created(api, "/api/agents", agent, **{"Idempotency-Key": key})
    theirs = asked.created(stranger, "/api/agents", agent, **{"Idempotency-Key": key})
    assert ours["id"] != theirs["id"]
