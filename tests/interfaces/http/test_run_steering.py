"""Runs are paused, resumed, told of events, started again, and say what they wait for."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support import asked
from tests.support.asked import TEXT, created, refused, seen
from tests.support.waiting_runs import an_approval, begun, inbox, published, reached, step, waiting

BELL = {"id": "wait", "kind": "wait", "event": "bell"}
BROKEN = {"id": "cut", "kind": "transform", "expression": "abs(input)"}
NUMBERS = {"type": "object", "properties": {"numbers": {"type": "array"}}, "required": ["numbers"]}


def why(client: httpx2.Client, run_id: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/runs/{run_id}/why", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def reasons(client: httpx2.Client, run_id: str) -> list[tuple[str, str]]:
    return [(reason["step"], reason["waits_for"]) for reason in why(client, run_id)["reasons"]]


class TestPause:
    def test_nothing_begins_until_it_is_resumed_and_the_run_says_who_paused_it(self, api: httpx2.Client) -> None:
        run_id = waiting(
            api, an_approval(), {"id": "after", "kind": "transform", "expression": "'x'", "needs": ["check"]}
        )
        assert api.post(f"/api/runs/{run_id}/pause", json={"reason": "lunch"}).status_code == 200
        run = reached(api, run_id, "paused")
        me = api.get("/api/session").json()["user_id"]
        assert (run["paused"]["by"], run["paused"]["reason"]) == (me, "lunch")
        decided = api.post(f"/api/runs/{run_id}/steps/check/decision", json={"decision": "approve"}).json()
        reason, *others = why(api, run_id, after=decided["position"])["reasons"]
        assert (reason["waits_for"], others) == ("resume", [])
        assert f"user {me} paused the run" in reason["text"]
        assert api.post(f"/api/runs/{run_id}/resume").status_code == 200
        assert reached(api, run_id, "completed")["paused"] is None

    def test_a_run_that_is_over_cannot_be_paused(self, api: httpx2.Client) -> None:
        run_id = begun(api, published(api, {"id": "a", "kind": "transform", "expression": "'x'"}))
        reached(api, run_id, "completed")
        assert "completed" in refused(api.post(f"/api/runs/{run_id}/pause"), 409, "rejected")
        refused(api.post(f"/api/runs/{run_id}/resume"), 409, "rejected")


def test_people_are_named_to_those_who_may_see_their_names(client_of: ClientOf) -> None:
    admin, user = client_of("admin"), client_of("user")
    name = asked.name("Ada")
    ada = created(admin, "/api/members", {"name": name, "role": "user", "email": "ada@mail.example"})["user_id"]
    run_id = waiting(admin, an_approval(approvers={"users": [ada, str(uuid4())]}))
    (told,), (untold,) = (why(each, run_id)["reasons"] for each in (admin, user))
    assert f"an approval by {name} or user " in told["text"]
    assert f"an approval by user {ada} or user " in untold["text"]


class TestSignals:
    def test_a_step_goes_on_with_what_the_event_brings(self, api: httpx2.Client) -> None:
        run_id = waiting(api, BELL)
        assert reasons(api, run_id) == [("wait", "event")]
        assert api.post(f"/api/runs/{run_id}/signals", json={"name": "door"}).status_code == 200
        assert api.post(f"/api/runs/{run_id}/signals", json={"name": "bell", "data": {"n": 1}}).status_code == 200
        reached(api, run_id, "completed")
        assert api.get(f"/api/runs/{run_id}/output").json() == {"n": 1}
        refused(api.post(f"/api/runs/{run_id}/signals", json={"name": "bell"}), 409, "rejected")

    @pytest.mark.parametrize(
        ("body", "field"),
        [({}, "name"), ({"name": ""}, "name"), ({"name": "bell", "text": "x", "data": 1}, "data")],
    )
    def test_one_that_is_none_is_refused(self, api: httpx2.Client, body: dict[str, Any], field: str) -> None:
        run_id = waiting(api, BELL)
        refused(api.post(f"/api/runs/{run_id}/signals", json=body), 422, "invalid", field)


class TestSkip:
    def test_a_person_gives_what_a_step_would_have_come_to(self, api: httpx2.Client) -> None:
        run_id = waiting(api, BELL)
        answer = api.post(f"/api/runs/{run_id}/steps/wait/skip", json={"output": "never mind"})
        assert answer.status_code == 200, answer.text
        reached(api, run_id, "completed")
        assert (step(api, run_id, "wait")["status"], step(api, run_id, "wait")["skipped"]) == ("skipped", "person")
        assert api.get(f"/api/runs/{run_id}/output").text == "never mind"
        refused(api.post(f"/api/runs/{run_id}/steps/wait/skip"), 409, "rejected")

    def test_a_failed_run_goes_on_without_the_step_that_failed(self, api: httpx2.Client) -> None:
        run_id = begun(api, published(api, BROKEN))
        reached(api, run_id, "failed")
        assert reasons(api, run_id) == [("cut", "person")]
        assert api.post(f"/api/runs/{run_id}/steps/cut/skip").status_code == 200
        assert reached(api, run_id, "completed")["output"] is None


class TestRerun:
    def test_it_is_the_same_version_on_the_same_input_or_on_another_one(self, api: httpx2.Client) -> None:
        node = {"id": "a", "kind": "transform", "expression": "input"}
        workflow_id = published(api, node)
        run_id = begun(api, workflow_id, priority=3)
        reached(api, run_id, "completed")
        again = created(api, f"/api/runs/{run_id}/rerun", {})["id"]
        run = reached(api, again, "completed")
        assert (run["rerun_of"], run["workflow_version"], run["title"], run["priority"]) == (run_id, 1, "Tides", 3)
        assert api.get(f"/api/runs/{again}/output").text == TEXT
        other = created(api, f"/api/runs/{run_id}/rerun", {"input": {"title": "Other", "data": [1, 2]}})["id"]
        assert reached(api, other, "completed")["title"] == "Other"
        assert api.get(f"/api/runs/{other}/output").json() == [1, 2]

    def test_a_run_of_another_workspace_is_none(self, api: httpx2.Client, stranger: httpx2.Client) -> None:
        run_id = begun(api, published(api, {"id": "a", "kind": "transform", "expression": "input"}))
        assert seen(lambda: api.get(f"/api/runs/{run_id}").status_code, 200)
        refused(stranger.post(f"/api/runs/{run_id}/rerun"), 404, "not_found")


class TestInput:
    def test_data_is_checked_against_the_schema_of_the_workflow(self, api: httpx2.Client) -> None:
        workflow_id = published(
            api, {"id": "sum", "kind": "transform", "expression": "sum(input.numbers)"}, input=NUMBERS
        )
        run_id = begun(api, workflow_id, input={"title": "Sum", "data": {"numbers": [1, 2]}})
        reached(api, run_id, "completed")
        assert api.get(f"/api/runs/{run_id}/output").json() == 3
        body = {"workflow_id": workflow_id, "input": {"title": "Sum", "data": {"number": 1}}}
        assert "numbers" in refused(api.post("/api/runs", json=body), 422, "invalid", "input")

    @pytest.mark.parametrize("given", [{}, {"text": "x", "data": 1}])
    def test_it_is_either_a_text_or_data(self, api: httpx2.Client, given: dict[str, Any]) -> None:
        body = {"template": "research-brief", "input": {"title": "Tides"} | given}
        refused(api.post("/api/runs", json=body), 422, "invalid", "input.text")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("priority", 11), ("deadline_seconds", 0), ("deadline_seconds", 1e300), ("budget", {"micro_usd": -1})],
    )
    def test_wishes_out_of_bounds_are_refused(self, api: httpx2.Client, field: str, value: object) -> None:
        body = {"template": "research-brief", "input": {"title": "Tides", "text": "x"}, field: value}
        named = "budget.micro_usd" if field == "budget" else field
        refused(api.post("/api/runs", json=body), 422, "invalid", named)

    def test_a_deadline_that_passes_fails_the_run(self, api: httpx2.Client) -> None:
        run_id = begun(api, published(api, BELL), deadline_seconds=0.05)
        error = reached(api, run_id, "failed")["error"]
        assert (error["code"], error["step"]) == ("deadline_passed", "")


class TestWhy:
    def test_an_approval_names_those_who_may_decide(self, api: httpx2.Client) -> None:
        run_id = waiting(api, an_approval(approvers={"roles": ["admin"]}, timeout_seconds=3600))
        (reason,) = why(api, run_id)["reasons"]
        assert reason["text"].startswith("it waits for an approval by whoever has the role admin until ")
        assert (reason["waits_for"], reason["until"] > reason["since"]) == ("approval", True)

    def test_a_run_that_started_another_tells_what_that_one_waits_for(self, api: httpx2.Client) -> None:
        inner = published(api, an_approval())
        run_id = waiting(api, {"id": "sub", "kind": "workflow", "workflow": inner})
        assert seen(lambda: [item["step"] for item in _children_inbox(api, run_id)], ["check"])
        told = why(api, run_id)
        (child,) = told["children"]
        assert ([reason["waits_for"] for reason in told["reasons"]], told["reasons"][0]["run_id"]) == (
            *(["run"], child["run_id"]),
        )
        assert [reason["waits_for"] for reason in child["reasons"]] == ["approval"]

    def test_a_run_that_is_over_waits_for_nothing(self, api: httpx2.Client, stranger: httpx2.Client) -> None:
        run_id = begun(api, published(api, {"id": "a", "kind": "transform", "expression": "input"}))
        reached(api, run_id, "completed")
        assert (why(api, run_id)["reasons"], why(api, run_id)["children"]) == ([], [])
        refused(stranger.get(f"/api/runs/{run_id}/why"), 404, "not_found")


def _children_inbox(client: httpx2.Client, run_id: str) -> list[dict[str, Any]]:
    children = client.get(f"/api/runs/{run_id}").json()["children"]
    return [item for child in children for item in inbox(client, run=child)]


class TestDeadLetters:
    def test_a_failed_step_is_one_until_it_is_done_again(self, client_of: ClientOf) -> None:
        admin = client_of("admin", uuid4())
        run_id = begun(admin, published(admin, BROKEN))
        reached(admin, run_id, "failed")
        (letter,) = admin.get("/api/dead-letters").json()["items"]
        assert (letter["run_id"], letter["step"], letter["attempt"]) == (run_id, "cut", 1)
        wanted = [{"run_id": run_id, "step": "cut"}, {"run_id": str(uuid4()), "step": "cut"}]
        outcomes = admin.post("/api/dead-letters/redrive", json={"items": wanted}).json()["items"]
        assert [outcome["code"] for outcome in outcomes] == ["", "not_found"]
        assert seen(lambda: step(admin, run_id, "cut")["attempt"], 2)
        reached(admin, run_id, "failed")
