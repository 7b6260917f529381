"""What waits for people over HTTP: a page at a time, and decided many at once."""

from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import refused, seen
from tests.support.waiting_runs import an_approval, begun, inbox, published, reached, waiting


@pytest.fixture
def admin(client_of: ClientOf) -> httpx2.Client:
    """The admin of a workspace where nothing waits."""
    return client_of("admin", uuid4())


def test_it_is_read_a_page_at_a_time_from_either_end(admin: httpx2.Client) -> None:
    made = [waiting(admin, an_approval()) for _ in range(3)]
    assert [item["run_id"] for item in inbox(admin)] == made
    page = admin.get("/api/inbox", params={"order": "newest", "limit": 2}).json()
    assert [item["run_id"] for item in page["items"]] == made[:0:-1]
    rest = admin.get("/api/inbox", params={"order": "newest", "beyond": page["next"]}).json()
    assert ([item["run_id"] for item in rest["items"]], rest["next"]) == (made[:1], None)


def test_a_run_that_is_cancelled_asks_nobody_any_more(admin: httpx2.Client) -> None:
    run_id = waiting(admin, an_approval())
    position = admin.post(f"/api/runs/{run_id}/cancel").json()["position"]
    assert inbox(admin, after=position) == []


def test_each_of_many_decisions_has_its_own_outcome(admin: httpx2.Client, client_of: ClientOf) -> None:
    good, bad, theirs = waiting(admin, an_approval()), waiting(admin, an_approval()), str(uuid4())
    items = [
        {"run_id": good, "step": "check", "decision": "approve"},
        {"run_id": bad, "step": "nothing", "decision": "approve"},
        {"run_id": theirs, "step": "check", "decision": "reject"},
        {"run_id": bad, "step": "check", "decision": "reject", "note": "no"},
    ]
    answer = admin.post("/api/inbox/decisions", json={"items": items})
    assert answer.status_code == 200, answer.text
    outcomes = answer.json()["items"]
    assert [outcome["code"] for outcome in outcomes] == ["", "not_found", "not_found", ""]
    assert [outcome["position"] is None for outcome in outcomes] == [False, True, True, False]
    assert [reached(admin, good, "completed")["status"], reached(admin, bad, "failed")["status"]] == [
        *("completed", "failed"),
    ]
    refused(admin.post("/api/inbox/decisions", json={"items": []}), 422, "invalid", "items")


def test_a_hundred_waiting_runs_are_approved_at_once(admin: httpx2.Client) -> None:
    workflow_id = published(admin, an_approval())
    made = [begun(admin, workflow_id) for _ in range(100)]
    assert seen(lambda: len(inbox(admin, limit=200)), len(made))
    items = [{"run_id": run_id, "step": "check", "decision": "approve"} for run_id in made]
    outcomes = admin.post("/api/inbox/decisions", json={"items": items}).json()["items"]
    assert {outcome["code"] for outcome in outcomes} == {""}
    last = max(outcome["position"] for outcome in outcomes)
    assert inbox(admin, after=last) == []
    page = admin.get("/api/runs", params={"status": "completed", "limit": 200}).json()["items"]
    assert {run["id"] for run in page} == {*made}
