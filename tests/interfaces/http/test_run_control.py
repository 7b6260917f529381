"""Cancelling and retrying over HTTP."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.asked import a_long_run, a_run, an_agent, created, finished, refused


@pytest.fixture
def completed(api: httpx2.Client) -> dict[str, Any]:
    return finished(api, created(api, "/api/runs", a_run()))


def events(api: httpx2.Client, run_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/api/runs/{run_id}/events").json()["items"]
    return found


def test_cancelling_stops_a_run_and_keeps_the_reason(api: httpx2.Client) -> None:
    run_id = a_long_run(api)["id"]
    answer = api.post(f"/api/runs/{run_id}/cancel", json={"reason": "Enough – thanks \U0001f30a"})
    assert (answer.status_code, answer.json()["id"]) == (200, run_id)
    run = api.get(f"/api/runs/{run_id}", params={"after": answer.json()["position"]}).json()
    assert (run["status"], run["error"], run["output"]) == ("cancelled", None, None)
    assert {step["status"] for step in run["steps"]} <= {"cancelled", "completed"}
    (cancelled,) = (event for event in events(api, run_id) if event["type"] == "run.cancelled.v1")
    assert cancelled["data"] == {"reason": "Enough – thanks \U0001f30a", "parent": None, "conversation": None}
    assert cancelled["position"] == answer.json()["position"]


def test_cancelling_twice_is_cancelling_once(api: httpx2.Client) -> None:
    run_id = a_long_run(api)["id"]
    answers = [api.post(f"/api/runs/{run_id}/cancel") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    ends = [event["type"] for event in events(api, run_id) if event["type"] == "run.cancelled.v1"]
    assert ends == ["run.cancelled.v1"]


def test_a_completed_run_cannot_be_cancelled(api: httpx2.Client, completed: dict[str, Any]) -> None:
    before = events(api, completed["id"])
    why = refused(api.post(f"/api/runs/{completed['id']}/cancel"), 409, "rejected")
    assert why == "cannot cancel the run: the run is completed"
    assert events(api, completed["id"]) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": 5}, "reason"),
        ({"reason": "r" * 501}, "reason"),
        ({"reason": "a\x00"}, "reason"),
        ({"why": "x"}, "why"),
    ],
)
def test_a_reason_that_cannot_be_kept_cancels_nothing(api: httpx2.Client, body: dict[str, Any], field: str) -> None:
    run_id = a_long_run(api)["id"]
    refused(api.post(f"/api/runs/{run_id}/cancel", json=body), 422, "invalid", field)
    assert "run.cancelled.v1" not in [event["type"] for event in events(api, run_id)]
    assert api.post(f"/api/runs/{run_id}/cancel", json={}).status_code == 200


def test_only_a_failed_step_can_be_retried(api: httpx2.Client, completed: dict[str, Any]) -> None:
    before = events(api, completed["id"])
    step = completed["steps"][0]["id"]
    answer = api.post(f"/api/runs/{completed['id']}/steps/{step}/retry")
    why = refused(answer, 409, "rejected")
    assert why == f"cannot retry the step: the run is completed and step '{step}' is completed"
    assert events(api, completed["id"]) == before


def test_a_step_of_a_cancelled_run_cannot_be_retried(api: httpx2.Client) -> None:
    run = a_long_run(api)
    api.post(f"/api/runs/{run['id']}/cancel")
    step = finished(api, run)["steps"][-1]["id"]
    refused(api.post(f"/api/runs/{run['id']}/steps/{step}/retry"), 409, "rejected")


def test_an_unknown_step_is_named(api: httpx2.Client, completed: dict[str, Any]) -> None:
    for step in ("nope", "%00", "a%2Fb"):
        answer = api.post(f"/api/runs/{completed['id']}/steps/{step}/retry")
        assert answer.status_code == 404
    answer = api.post(f"/api/runs/{completed['id']}/steps/nope/retry")
    assert "'nope'" in refused(answer, 404, "not_found", "step")


def test_an_unknown_run_can_neither_be_cancelled_nor_retried(api: httpx2.Client) -> None:
    agent_id = created(api, "/api/agents", an_agent())["id"]
    for run_id in (str(uuid4()), agent_id):
        refused(api.post(f"/api/runs/{run_id}/cancel"), 404, "not_found")
        refused(api.post(f"/api/runs/{run_id}/steps/read/retry"), 404, "not_found")
    assert "no id" in refused(api.post("/api/runs/5/cancel"), 404, "not_found")
