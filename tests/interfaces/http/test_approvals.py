"""People decide and answer over HTTP: those who may, once, and with what the workflow takes."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import refused, seen
from tests.support.waiting_runs import an_approval, inbox, reached, read, waiting

ASK = {"id": "ask", "kind": "input", "question": "How many?"}
COUNT = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}


def decided(client: httpx2.Client, run_id: str, step: str = "check", **body: Any) -> httpx2.Response:
    return client.post(f"/api/runs/{run_id}/steps/{step}/decision", json={"decision": "approve"} | body)


def test_what_was_approved_goes_on_and_the_run_says_who_decided(api: httpx2.Client) -> None:
    run_id = waiting(api, an_approval(show="'a draft'"))
    (item,) = inbox(api, run=run_id)
    assert (item["step"], item["kind"], item["question"], item["mine"]) == ("check", "approval", "Is it good?", True)
    answer = decided(api, run_id, note="well done")
    assert answer.status_code == 200, answer.text
    run = reached(api, run_id, "completed")
    (check,) = run["steps"]
    me = api.get("/api/session").json()["user_id"]
    assert (check["verdict"]["decision"], check["verdict"]["by"], check["verdict"]["note"]) == (
        *("approve", me, "well done"),
    )
    assert api.get(f"/api/runs/{run_id}/output").text == "a draft"
    assert inbox(api, run=run_id, after=answer.json()["position"]) == []


def test_what_is_to_be_approved_can_be_read_as_long_as_it_waits(api: httpx2.Client) -> None:
    run_id = waiting(api, an_approval(show="{draft: 'so'}"))
    shown = api.get(f"/api/runs/{run_id}/steps/check/subject")
    assert (shown.json(), shown.headers["content-type"]) == ({"draft": "so"}, "application/json")
    position = decided(api, run_id).json()["position"]
    gone = api.get(f"/api/runs/{run_id}/steps/check/subject", params={"after": position})
    assert "no step 'check' that waits" in refused(gone, 404, "not_found")


def test_an_edit_goes_on_instead_of_what_was_shown(api: httpx2.Client) -> None:
    run_id = waiting(api, an_approval(show="'a draft'"))
    refused(decided(api, run_id, decision="edit"), 409, "rejected", "output")
    refused(decided(api, run_id, output="no edit"), 409, "rejected", "output")
    assert decided(api, run_id, decision="edit", output="a better one").status_code == 200
    reached(api, run_id, "completed")
    assert api.get(f"/api/runs/{run_id}/output").text == "a better one"


def test_a_rejection_fails_the_step_with_what_the_person_said(api: httpx2.Client) -> None:
    run_id = waiting(api, an_approval())
    assert decided(api, run_id, decision="reject", note="too long").status_code == 200
    error = reached(api, run_id, "failed")["error"]
    assert error == {"code": "rejected", "detail": "too long", "step": "check"}


def test_a_second_decision_is_told_who_made_the_first_one(api: httpx2.Client) -> None:
    run_id = waiting(api, an_approval(), an_approval(id="other"))
    position = decided(api, run_id).json()["position"]
    why = refused(decided(api, run_id, decision="reject"), 409, "not_waiting")
    assert f"it was approved by user {api.get('/api/session').json()['user_id']}" in why
    steps = api.get(f"/api/runs/{run_id}", params={"after": position}).json()["steps"]
    assert [(step["id"], step["status"]) for step in steps] == [("check", "completed"), ("other", "suspended")]


def test_the_same_decision_under_the_same_key_is_one_decision(api: httpx2.Client) -> None:
    run_id = waiting(api, an_approval())
    headers = {"Idempotency-Key": str(uuid4())}
    path = f"/api/runs/{run_id}/steps/check/decision"
    first, second = (api.post(path, json={"decision": "approve"}, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())


def test_only_those_whom_the_workflow_names_may_decide_and_others_who_try_are_on_the_record(
    client_of: ClientOf,
) -> None:
    place = uuid4()
    boss, member = client_of("admin", place), client_of("user", place)
    run_id = waiting(boss, an_approval(approvers={"roles": ["admin"]}))
    assert [item["mine"] for item in (*inbox(member), *inbox(boss))] == [False, True]
    refused(decided(member, run_id), 403, "not_an_approver")
    assert seen(lambda: _refusals(boss), ["decideApproval"])
    assert decided(boss, run_id).status_code == 200


def _refusals(client: httpx2.Client) -> list[str]:
    return [each["reason"] for each in client.get("/api/audit", params={"kind": "refused"}).json()["items"]]


def test_whoever_started_a_run_may_be_kept_from_approving_it(client_of: ClientOf) -> None:
    place = uuid4()
    starter, other = client_of("user", place), client_of("admin", place)
    run_id = waiting(starter, an_approval(not_by_starter=True))
    assert [item["mine"] for item in (*inbox(starter), *inbox(other))] == [False, True]
    refused(decided(starter, run_id), 403, "not_an_approver")
    assert decided(other, run_id).status_code == 200


def test_nobody_decides_in_another_workspace_or_without_the_right(
    api: httpx2.Client, stranger: httpx2.Client, client_of: ClientOf
) -> None:
    run_id = waiting(api, an_approval())
    refused(decided(stranger, run_id), 404, "not_found")
    assert inbox(stranger, run=run_id) == []
    refused(decided(client_of("agent"), run_id), 403, "not_allowed")


def test_an_answer_is_checked_against_the_schema_that_the_step_has(api: httpx2.Client) -> None:
    run_id = waiting(api, {**ASK, "output": COUNT})
    (item,) = inbox(api, run=run_id)
    assert (item["kind"], item["schema"], item["subject"]) == ("input", COUNT, None)
    path = f"/api/runs/{run_id}/steps/ask/answer"
    assert "count" in refused(api.post(path, json={"data": {"count": "two"}}), 422, "invalid", "data")
    refused(api.post(path, json={"text": "two"}), 422, "invalid", "text")
    refused(api.post(path, json={"text": "two", "data": 2}), 422, "invalid", "data")
    assert api.post(path, json={"data": {"count": 2}}).status_code == 200
    reached(api, run_id, "completed")
    assert api.get(f"/api/runs/{run_id}/output").json() == {"count": 2}


def test_where_there_is_no_schema_the_answer_is_a_text(api: httpx2.Client) -> None:
    run_id = waiting(api, ASK)
    path = f"/api/runs/{run_id}/steps/ask/answer"
    refused(api.post(path, json={"data": 5}), 422, "invalid", "text")
    refused(api.post(path, json={}), 422, "invalid", "text")
    assert api.post(path, json={"text": "Five \U0001f30a"}).status_code == 200
    reached(api, run_id, "completed")
    assert api.get(f"/api/runs/{run_id}/output").text == "Five \U0001f30a"
    refused(api.post(path, json={"text": "Six"}), 409, "not_waiting")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "perhaps"}, "decision"),
        ({}, "decision"),
        ({"decision": "approve", "note": "n" * 501}, "note"),
        ({"decision": "approve", "why": "x"}, "why"),
    ],
)
def test_a_decision_that_is_none_decides_nothing(api: httpx2.Client, body: dict[str, Any], field: str) -> None:
    run_id = waiting(api, an_approval())
    refused(api.post(f"/api/runs/{run_id}/steps/check/decision", json=body), 422, "invalid", field)
    assert read(api, run_id)["status"] == "waiting"


def test_questions_are_shown_with_their_expressions_filled_in(api: httpx2.Client) -> None:
    run_id = waiting(
        api,
        {"id": "count", "kind": "transform", "expression": "length(input)"},
        an_approval(question="Are {{ steps.count }} characters enough?", needs=["count"]),
    )
    (item,) = inbox(api, run=run_id)
    assert item["question"].startswith("Are 2")
