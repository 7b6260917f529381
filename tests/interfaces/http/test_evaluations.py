"""Recorded runs become cases, and are run anew, scored and judged; whatever goes wrong has a name and an end."""

import json
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support.asked import a_run, a_workflow, an_agent, created, finished, refused, seen
from tests.support.evaluating import a_suite, added, evaluated, recorded
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system

MODEL = "openai/gpt-6-luna"


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def test_a_recorded_run_is_a_case_that_passes_without_any_model_outside(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    suite, run = a_suite(client), recorded(client)
    scorers = (
        {"kind": "equals"},
        {"kind": "contains", "text": "TIDE", "ignore_case": True},
        {"kind": "at_most_cost", "micro_usd": 0},
    )
    added(client, suite, run, *scorers, title="Tides")
    [case] = client.get(suite).json()["cases"]
    assert (case["run_id"], case["title"], case["output"]) == (run["id"], "Tides", run["output"])
    assert (case["workflow_id"], case["version"], case["agent_id"]) == (run["workflow_id"], 1, None)
    assert client.post(f"{suite}/estimate", json={}).json()["micro_usd"] == 0
    before = client.get("/api/runs").json()["items"]
    assert before[0]["id"] == run["id"], "neither a case nor an estimate starts anything"
    found = evaluated(client, suite, repeat=2)
    assert (found["status"], found["passed"], found["failed"], found["errors"]) == ("completed", 2, 0, 0)
    for trial in found["trials"]:
        assert (trial["status"], trial["same_output"], trial["recorded"]["run_id"]) == ("passed", True, run["id"])
        assert [score["passed"] for score in trial["scores"]] == [True, True, True]
        again = finished(client, {"id": trial["made"]["run_id"]})
        assert (again["status"], again["workflow_version"], again["output"]) == ("completed", 1, run["output"])
    assert len({trial["made"]["run_id"] for trial in found["trials"]}) == 2
    assert openai.calls() == []


def test_models_are_held_beside_each_other(client: httpx2.Client, openai: ProviderProcess) -> None:
    suite, run = a_suite(client), recorded(client, template=None, workflow_id=a_workflow(client))
    added(client, suite, run, {"kind": "contains", "text": "turbines of steel"})
    openai.always(text="There are turbines of steel.")
    bound = client.post(f"{suite}/estimate", json={"models": [MODEL]}).json()
    found = evaluated(client, suite, models=[MODEL, "offline/extractive"])
    by_model = {trial["model"]: trial for trial in found["trials"]}
    good, bad = by_model[MODEL], by_model["offline/extractive"]
    assert (good["status"], good["same_output"], bad["status"], bad["same_output"]) == ("passed", False, "failed", True)
    assert bad["scores"][0]["detail"] == "the text is not in the output"
    assert 0 < good["made"]["micro_usd"] <= bound["micro_usd"]
    [listed] = client.get("/api/evaluations", params={"suite": suite.rpartition("/")[2]}).json()["items"]
    assert (listed["trials"], listed["models"]) == (2, [MODEL, "offline/extractive"])


def test_a_judge_gives_a_value_and_its_reason_in_a_run_of_its_own(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    suite, run = a_suite(client), recorded(client, template=None, workflow_id=a_workflow(client))
    judge = {"kind": "judge", "rubric": "Is it about the sea?", "model": MODEL}
    added(client, suite, run, judge, judge | {"threshold": 0.9})
    openai.always(text=json.dumps({"score": 0.8, "reason": "It speaks of the sea."}))
    assert client.post(f"{suite}/estimate", json={}).json()["judges"] == 2
    found = evaluated(client, suite)
    [trial] = found["trials"]
    assert (trial["status"], [score["passed"] for score in trial["scores"]]) == ("failed", [True, False])
    assert [score["value"] for score in trial["scores"]] == [0.8, 0.8]
    assert trial["scores"][0]["reason"] == "It speaks of the sea."
    judged = finished(client, {"id": trial["scores"][0]["judged_by"]})
    assert (judged["status"], judged["workflow_name"]) == ("completed", "Evaluation judge")
    asked = json.dumps(openai.calls()[0])
    assert "Is it about the sea?" in asked
    assert "The tide rises twice a day" in asked


def test_a_judge_that_answers_against_its_form_or_cannot_be_asked_is_an_error(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    suite, run = a_suite(client), recorded(client, template=None, workflow_id=a_workflow(client))
    added(client, suite, run, {"kind": "judge", "rubric": "Is it short?", "model": MODEL})
    openai.always(text=json.dumps({"score": 7}))
    [trial] = evaluated(client, suite, deadline_seconds=30)["trials"]
    assert (trial["status"], trial["code"], trial["scores"][0]["value"]) == ("error", "not_judged", None)
    assert trial["detail"].startswith("the judge has not judged (")
    case_id = client.get(suite).json()["cases"][0]["id"]
    nobody = {"kind": "judge", "rubric": "Is it short?", "agent_id": str(uuid4())}
    answer = client.put(f"{suite}/cases/{case_id}", json={"scorers": [nobody]})
    refused(answer, 422, "invalid", "scorers[0].agent_id")
    for judge, why in (
        ({"model": "offline/extractive"}, "offline/ models judge nothing"),
        ({"model": "nobody/knows"}, "the judge cannot be asked"),
    ):
        scorer = {"kind": "judge", "rubric": "Is it short?"} | judge
        assert client.put(f"{suite}/cases/{case_id}", json={"scorers": [scorer]}).status_code == 200
        [trial] = evaluated(client, suite)["trials"]
        assert (trial["status"], trial["code"]) == ("error", "not_judged")
        assert why in trial["detail"]


def test_an_agent_alone_is_a_case_too_and_may_judge(client: httpx2.Client, openai: ProviderProcess) -> None:
    suite = a_suite(client)
    doer, judge = (created(client, "/api/agents", an_agent(model=MODEL))["id"] for _ in range(2))
    openai.always(text="Twice a day.")
    run = recorded(client, template=None, agent_id=doer)
    added(client, suite, run, {"kind": "judge", "rubric": "How often?", "agent_id": judge}, {"kind": "equals"})
    [case] = client.get(suite).json()["cases"]
    assert (case["agent_id"], case["workflow_id"]) == (doer, None)
    openai.always(text="Twice a day.")
    openai.will(match="How often?", text=json.dumps({"score": 1, "reason": "So it says."}))
    [trial] = evaluated(client, suite)["trials"]
    assert (trial["status"], trial["scores"][0]["reason"]) == ("passed", "So it says.")


def test_a_worker_sees_an_evaluation_to_its_end_while_nobody_looks(client: httpx2.Client) -> None:
    suite = a_suite(client)
    added(client, suite, recorded(client))
    made = created(client, f"{suite}/evaluations", {})
    query = {"suite": suite.rpartition("/")[2], "after": made["position"]}

    def status() -> str:
        return str(client.get("/api/evaluations", params=query).json()["items"][0]["status"])

    assert seen(status, wanted="completed")


def test_only_a_completed_run_that_stands_alone_is_a_case(client: httpx2.Client) -> None:
    suite, run = a_suite(client), created(client, "/api/runs", a_run())
    path = f"{suite}/cases"
    refused(client.post(path, json={"run_id": str(uuid4())}), 404, "not_found", "run_id")
    done = finished(client, run)
    bad = {"kind": "matches", "pattern": "(a+)+"}
    why = refused(client.post(path, json={"run_id": done["id"], "scorers": [bad]}), 422, "invalid", "scorers[0]")
    assert "too long" in why
    added(client, suite, done)
    added(client, suite, done)
    assert len(client.get(suite).json()["cases"]) == 1
    cancelled = created(client, "/api/runs", a_run())
    client.post(f"/api/runs/{cancelled['id']}/cancel", json={"reason": "no"})
    if finished(client, cancelled)["status"] == "cancelled":
        refused(client.post(path, json={"run_id": cancelled["id"]}), 422, "invalid", "run_id")


def test_suites_are_listed_emptied_and_archived(client: httpx2.Client) -> None:
    suite = a_suite(client)
    refused(client.post(f"{suite}/evaluations", json={}), 422, "invalid", "cases")
    added(client, suite, recorded(client))
    [case] = client.get(suite).json()["cases"]
    removed = client.delete(f"{suite}/cases/{case['id']}").json()
    refused(client.delete(f"{suite}/cases/{uuid4()}"), 404, "not_found", "case_id")
    listed = client.get("/api/suites", params={"after": removed["position"]}).json()["items"]
    assert [each["cases"] for each in listed if each["id"] == removed["id"]] == [0]
    assert client.post(f"{suite}/archive").status_code == 200
    refused(client.post(f"{suite}/evaluations", json={}), 422, "invalid", "suite_id")
    refused(client.get(f"/api/suites/{uuid4()}"), 404, "not_found")
    refused(client.get(f"/api/evaluations/{uuid4()}"), 404, "not_found")
