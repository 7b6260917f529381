"""Triggers over HTTP, and the runs that signed messages start in a running Z2."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from infrastructure.identity.tokens import now
from tests.interfaces.http.conftest import ClientOf
from tests.support import asked, sender
from tests.support.api_process import api_process
from tests.support.asked import created, refused, seen
from tests.support.system import System

ECHO = {"id": "echo", "kind": "transform", "expression": "input"}
COUNT = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
BODY = b'{"ref": "main"}'
MOST_BAD = 5


def a_trigger(api: httpx2.Client, **definition: Any) -> dict[str, Any]:
    """A trigger of a workflow that asks no model; what it says at its making."""
    workflow = created(api, "/api/workflows", asked.a_definition(ECHO) if not definition else _typed(definition))
    body = {"name": asked.name("Trigger"), "workflow_id": workflow["id"], "title": "A push"}
    return created(api, "/api/triggers", body)


def _typed(definition: dict[str, Any]) -> dict[str, Any]:
    body = asked.a_definition(ECHO)
    return {"definition": body["definition"] | definition}


def send(
    client: httpx2.Client, made: dict[str, Any], body: bytes = BODY, *, secret: str = "", name: str = "", **headers: str
) -> httpx2.Response:
    """A message as its sender sends it, to whoever it was told to."""
    signed = sender.standard(secret or made["secret"], body, now(), name)
    return client.post(made["address"], content=body, headers={"Content-Type": "application/json", **signed, **headers})


def test_a_trigger_is_made_read_and_removed(api: httpx2.Client, stranger: httpx2.Client) -> None:
    made = a_trigger(api)
    assert made["secret"].startswith("whsec_")
    path, after = f"/api/triggers/{made['id']}", {"after": made["position"]}
    whole = api.get(path, params=after).json()
    assert (whole["trigger"]["title"], whole["trigger"]["status"], whole["allowed"]) == ("A push", "active", True)
    assert whole["address"] == made["address"] == f"{path}/messages"
    assert whole["trigger"] in api.get("/api/triggers").json()["items"]
    assert made["secret"] not in api.get("/api/triggers").text + api.get(path).text
    refused(stranger.get(path), 404, "not_found")
    assert stranger.get("/api/triggers").json()["items"] == []
    for answer in (stranger.delete(path), stranger.post(f"{path}/secret"), stranger.post(f"{path}/pause")):
        refused(answer, 404, "not_found")
    position = api.delete(path).json()["position"]
    refused(api.get(path, params={"after": position}), 404, "not_found")
    refused(api.post(f"{path}/secret"), 404, "not_found")


def test_a_signed_message_of_anybody_starts_a_run(api: httpx2.Client, anonymous: httpx2.Client) -> None:
    made = a_trigger(api)
    answer = send(anonymous, made, name="msg_1")
    assert answer.status_code == 200, answer.text
    run = f"/api/runs/{answer.json()['run_id']}"
    after = {"after": answer.json()["position"]}
    assert seen(lambda: api.get(run, params=after).json().get("status"), "completed", 60)
    assert (api.get(run).json()["title"], api.get(f"{run}/output").json()) == ("A push", {"ref": "main"})
    (started, *_) = api.get(f"{run}/events").json()["items"]
    whole = api.get(f"/api/triggers/{made['id']}", params=after).json()["trigger"]
    assert (started["actor_id"], started["causation"]) == (whole["author_id"], f"trigger:{made['id']}")
    assert (whole["fired"], whole["last_run"]) == (1, answer.json()["run_id"])


def test_the_same_message_again_is_the_same_run(api: httpx2.Client, anonymous: httpx2.Client) -> None:
    made = a_trigger(api)
    first, again, other = (send(anonymous, made, name=name).json() for name in ("msg_1", "msg_1", "msg_2"))
    assert first["run_id"] == again["run_id"] != other["run_id"]
    whole = api.get(f"/api/triggers/{made['id']}", params={"after": other["position"]}).json()
    assert whole["trigger"]["fired"] == 2


def test_github_may_send_too(api: httpx2.Client, anonymous: httpx2.Client) -> None:
    made = a_trigger(api)
    headers = {**sender.github(made["secret"], BODY, "delivery-1"), "Content-Type": "application/json"}
    answers = [anonymous.post(made["address"], content=BODY, headers=headers) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert len({each.json()["run_id"] for each in answers}) == 1
    bad = {**headers, "x-hub-signature-256": "sha256=" + "0" * 64}
    refused(anonymous.post(made["address"], content=BODY, headers=bad), 401, "bad_signature")


def test_a_stranger_is_told_the_same_of_any_trigger_and_of_none(api: httpx2.Client, anonymous: httpx2.Client) -> None:
    active, paused, removed = (a_trigger(api) for _ in range(3))
    api.post(f"/api/triggers/{paused['id']}/pause")
    api.delete(f"/api/triggers/{removed['id']}")
    nowhere = {"address": f"/api/triggers/{uuid4()}/messages"}
    wrong = "whsec_" + "A" * 43 + "="
    told = {
        refused(send(anonymous, each, secret=wrong), 401, "bad_signature")
        for each in (active, paused, removed, nowhere)
    }
    told |= {refused(anonymous.post(each["address"], content=BODY), 401, "bad_signature") for each in (active, nowhere)}
    assert len(told) == 1
    refused(send(anonymous, removed), 401, "bad_signature")
    assert "paused" in refused(send(anonymous, paused), 409, "trigger_paused")
    api.post(f"/api/triggers/{paused['id']}/resume")
    assert send(anonymous, paused).status_code == 200


def test_the_secret_before_the_last_one_is_taken_for_a_day(api: httpx2.Client, system: System) -> None:
    made = a_trigger(api)
    rotated = api.post(f"/api/triggers/{made['id']}/secret").json()
    assert rotated["secret"] != made["secret"]
    for each in (made, rotated):
        assert send(api, each).status_code == 200
    with psycopg.connect(system.environment["DATABASE_URL"]) as connection:
        over = (
            "UPDATE webhook_secrets SET expires_at = now() WHERE webhook_id = %s AND number = 1 AND expires_at > now()"
        )
        assert connection.execute(over, (made["id"],)).rowcount == 1
    refused(send(api, made), 401, "bad_signature")
    assert send(api, rotated).status_code == 200


def test_the_same_request_under_the_same_key_tells_the_same_secret(api: httpx2.Client) -> None:
    workflow = created(api, "/api/workflows", asked.a_definition(ECHO))
    key = {"Idempotency-Key": str(uuid4())}
    body = {"name": "On push", "workflow_id": workflow["id"], "title": "A push", "priority": 3}
    assert created(api, "/api/triggers", body, **key) == created(api, "/api/triggers", body, **key)


def test_what_is_no_trigger_is_refused_at_the_field(api: httpx2.Client) -> None:
    body = {"name": "On push", "workflow_id": str(uuid4()), "title": "A push"}
    refused(api.post("/api/triggers", json=body), 404, "not_found", "workflow_id")
    refused(api.post("/api/triggers", json=body | {"title": ""}), 422, "invalid", "title")
    refused(api.post("/api/triggers", json=body | {"secret": "x"}), 422, "invalid", "secret")


def test_a_message_that_the_workflow_does_not_take_is_refused(api: httpx2.Client, anonymous: httpx2.Client) -> None:
    made = a_trigger(api, input=COUNT)
    assert "count" in refused(send(anonymous, made, b"{}"), 422, "invalid", "input")
    assert "not JSON" in refused(send(anonymous, made, b"{"), 422, "invalid", "input")
    assert "empty" in refused(send(anonymous, made, b""), 422, "invalid", "body")
    assert "UTF-8" in refused(send(anonymous, made, b"\xff"), 422, "invalid", "body")
    refused(send(anonymous, made, b"[" * 100 + b"]" * 100), 400, "body_too_deep")
    refused(send(anonymous, made, b'"' + b"x" * 9_000_000 + b'"'), 413, "body_too_large")
    assert send(anonymous, made, b'{"count": 3}').status_code == 200


def test_who_may_not_start_runs_may_look_at_triggers(api: httpx2.Client, client_of: ClientOf) -> None:
    made, agent = a_trigger(api), client_of("agent")
    path = f"/api/triggers/{made['id']}"
    assert agent.get("/api/triggers").status_code == 200
    assert "runs:start" in refused(agent.post(f"{path}/secret"), 403, "not_allowed")
    assert "runs:control" in refused(agent.delete(path), 403, "not_allowed")


def test_refused_messages_stand_in_the_record_of_access(client_of: ClientOf, anonymous: httpx2.Client) -> None:
    admin = client_of("admin", uuid4())
    made = a_trigger(admin)
    refused(send(anonymous, made, secret="whsec_AAAA"), 401, "bad_signature")
    refused(anonymous.post(made["address"], content=BODY), 401, "bad_signature")
    entries = admin.get("/api/audit", params={"kind": "trigger_refused"}).json()["items"]
    assert [(each["reason"], each["user_id"]) for each in entries] == [("missing", None), ("signature", None)]
    assert all(each["address"] for each in entries)


@pytest.fixture
def tight(system: System, tmp_path: Path) -> Iterator[str]:
    """An API process that takes few bad signatures."""
    limits = {"Z2_LIMIT_SIGN_IN": str(MOST_BAD), "Z2_LIMIT_SECONDS": "600", "Z2_TRUSTED_PROXIES": "127.0.0.0/8"}
    environment = {**system.environment, **limits}
    with api_process(environment, tmp_path / "log") as process:
        yield process.url


def test_whoever_guesses_is_slowed_down_and_whoever_signs_is_not(api: httpx2.Client, tight: str) -> None:
    made, somewhere = a_trigger(api), {"X-Forwarded-For": f"2001:db8::{uuid4().hex[:4]}:0:0:0:1"}
    with httpx2.Client(base_url=tight, timeout=60, verify=False, headers=somewhere) as client:
        codes = [send(client, made, secret="whsec_AAAA").status_code for _ in range(MOST_BAD + 2)]
        assert codes == [401] * MOST_BAD + [429] * 2
        assert [send(client, made).status_code for _ in range(MOST_BAD * 2)] == [200] * MOST_BAD * 2
