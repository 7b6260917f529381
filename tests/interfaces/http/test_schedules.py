"""Schedules over HTTP, and the runs that a running Z2 starts by them."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from infrastructure.identity.tokens import now
from tests.interfaces.http.conftest import ClientOf
from tests.support import asked
from tests.support.asked import created, refused, seen

ECHO = {"id": "echo", "kind": "transform", "expression": "input"}
DAILY = {"cron": "0 9 * * *", "zone": "Europe/Berlin"}


@pytest.fixture(scope="session")
def workflow_ids() -> dict[str, str]:
    return {}


@pytest.fixture
def workflow_id(api: httpx2.Client, workflow_ids: dict[str, str]) -> str:
    """A workflow that asks no model; the same one for all tests."""
    if not workflow_ids:
        workflow_ids["echo"] = created(api, "/api/workflows", asked.a_definition(ECHO))["id"]
    return workflow_ids["echo"]


def a_schedule(workflow_id: str | None, **fields: Any) -> dict[str, Any]:
    return {
        "name": asked.name("Schedule"),
        "workflow_id": workflow_id,
        "input": {"title": "Brief", "text": "It rains."},
        **DAILY,
    } | fields


def soon(seconds: float = 1.0) -> str:
    return (now() + timedelta(seconds=seconds)).isoformat()


def test_a_schedule_is_made_read_and_removed(api: httpx2.Client, stranger: httpx2.Client, workflow_id: str) -> None:
    body = a_schedule(workflow_id, overlap="allow", priority=7)
    made = created(api, "/api/schedules", body)
    path, after = f"/api/schedules/{made['id']}", {"after": made["position"]}
    whole = api.get(path, params=after).json()
    shown = whole["schedule"]
    assert (shown["name"], shown["title"], shown["status"]) == (body["name"], "Brief", "active")
    assert (shown["cron"], shown["zone"], shown["overlap"], shown["priority"]) == (
        "0 9 * * *",
        "Europe/Berlin",
        "allow",
        7,
    )
    assert whole["allowed"] is True
    moments = [datetime.fromisoformat(each) for each in whole["moments"]]
    assert (len(moments), whole["moments"][0]) == (5, shown["next_at"])
    assert all(timedelta(hours=23) <= one - other <= timedelta(hours=25) for other, one in pairwise(moments))
    assert shown in api.get("/api/schedules").json()["items"]
    refused(stranger.get(path), 404, "not_found")
    assert stranger.get("/api/schedules").json()["items"] == []
    for answer in (stranger.delete(path), stranger.post(f"{path}/pause"), stranger.post(f"{path}/resume")):
        refused(answer, 404, "not_found")
    refused(stranger.put(path, json=DAILY), 404, "not_found")
    position = api.delete(path).json()["position"]
    refused(api.get(path, params={"after": position}), 404, "not_found")
    refused(api.put(path, json=DAILY), 404, "not_found")
    assert shown["id"] not in api.get("/api/schedules").text


def test_it_is_paused_revised_and_goes_on(api: httpx2.Client, workflow_id: str) -> None:
    made = created(api, "/api/schedules", a_schedule(workflow_id))
    path = f"/api/schedules/{made['id']}"
    position = api.post(f"{path}/pause").json()["position"]
    whole = api.get(path, params={"after": position}).json()
    assert (whole["schedule"]["status"], whole["moments"]) == ("paused", [])
    revision = {"cron": "*/5 * * * *", "input": {"title": "Other", "data": {"a": 1}}}
    position = api.put(path, json=revision).json()["position"]
    shown = api.get(path, params={"after": position}).json()["schedule"]
    assert (shown["status"], shown["cron"], shown["zone"], shown["title"]) == ("paused", "*/5 * * * *", "UTC", "Other")
    position = api.post(f"{path}/resume").json()["position"]
    assert api.get(path, params={"after": position}).json()["schedule"]["status"] == "active"


def test_it_starts_its_run_in_its_authors_name_when_it_is_due(api: httpx2.Client, workflow_id: str) -> None:
    timing = {"cron": None, "at": soon()}
    made = created(api, "/api/schedules", a_schedule(workflow_id, **timing))
    path = f"/api/schedules/{made['id']}"
    assert seen(lambda: api.get(path, params={"after": made["position"]}).json()["schedule"]["status"], "ended", 60)
    shown = api.get(path).json()["schedule"]
    assert (shown["next_at"], shown["skipped"]) == (None, None)
    run = f"/api/runs/{shown['last_run']}"
    assert seen(lambda: api.get(run).json().get("status"), "completed", 60)
    assert (api.get(run).json()["title"], api.get(f"{run}/output").text) == ("Brief", "It rains.")
    (started, *_) = api.get(f"{run}/events").json()["items"]
    assert (started["actor_id"], started["causation"]) == (shown["author_id"], f"schedule:{made['id']}")


def test_a_template_is_scheduled_by_its_name(api: httpx2.Client) -> None:
    body = a_schedule(None, template="research-brief", input={"title": "Tides", "text": asked.TEXT})
    made = created(api, "/api/schedules", body)
    shown = api.get(f"/api/schedules/{made['id']}", params={"after": made["position"]}).json()["schedule"]
    assert api.get(f"/api/workflows/{shown['workflow_id']}", params={"after": made["position"]}).status_code == 200


def test_the_same_request_under_the_same_key_makes_one_schedule(api: httpx2.Client, workflow_id: str) -> None:
    key, body = {"Idempotency-Key": str(uuid4())}, a_schedule(workflow_id)
    assert created(api, "/api/schedules", body, **key) == created(api, "/api/schedules", body, **key)


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"cron": "0 9 * *"}, "cron", "five"),
        ({"cron": "61 * * * *"}, "cron", "minute must be 0 to 59"),
        ({"cron": "0 0 31 4 *"}, "cron", "day of the month"),
        ({"zone": "Europe/Berln"}, "zone", "is it Europe/Berlin?"),
        ({"cron": None}, "cron", "either cron"),
        ({"at": "2026-01-01T00:00:00Z", "cron": None}, "at", "is over"),
        ({"at": "tomorrow"}, "at", "RFC 3339"),
        ({"overlap": "queue"}, "overlap", "allow, skip"),
        ({"priority": 11}, "priority", "-10"),
        ({"input": {"title": "Brief"}}, "input.text", "either"),
        ({"input": {"title": "Brief", "text": " "}}, "input.text", "empty"),
        ({"template": "research-brief"}, "template", "not both"),
        ({"next_at": "x"}, "next_at", "no field"),
    ],
)
def test_what_is_no_schedule_is_refused_at_the_field(
    api: httpx2.Client, workflow_id: str, fields: dict[str, Any], field: str, told: str
) -> None:
    assert told in refused(api.post("/api/schedules", json=a_schedule(workflow_id, **fields)), 422, "invalid", field)


def test_a_workflow_that_is_not_there_is_not_scheduled(api: httpx2.Client) -> None:
    refused(api.post("/api/schedules", json=a_schedule(str(uuid4()))), 404, "not_found", "workflow_id")


def test_who_may_not_start_runs_may_look_at_schedules(
    api: httpx2.Client, client_of: ClientOf, workflow_id: str
) -> None:
    path = f"/api/schedules/{created(api, '/api/schedules', a_schedule(workflow_id))['id']}"
    agent = client_of("agent")
    assert agent.get("/api/schedules").status_code == 200
    assert "runs:start" in refused(agent.post("/api/schedules", json=a_schedule(workflow_id)), 403, "not_allowed")
    assert "runs:start" in refused(agent.put(path, json=DAILY), 403, "not_allowed")
    assert "runs:control" in refused(agent.delete(path), 403, "not_allowed")
