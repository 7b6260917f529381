"""From a goal to a team: drafted by a model or chosen by similarity, seen, edited, accepted; never run before."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
import yaml

from application.goals.goals import workflow_of
from tests.interfaces.http.conftest import client_for
from tests.support.asked import TEXT, created, finished, name, refused, seen
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system

MODEL = "openai/gpt-6-luna"
BRIEF = "Write a research brief of the key points of this document"


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


def a_plan(**more: Any) -> dict[str, Any]:
    """A workflow as a planner answers it."""
    agents = {"reader": {"role": "Reader", "instructions": "Read it.", "task": "answer", "model": MODEL}}
    node = {"kind": "agent", "id": "read", "agent": "reader", "prompt": "Say what it says."}
    return {"name": name("Plan"), "description": "Reads.", "agents": agents, "nodes": [node]} | more


def asked(client: httpx2.Client, text: str, **more: Any) -> str:
    return str(created(client, "/api/goals", {"goal": text} | more)["id"])


def read(client: httpx2.Client, goal_id: str) -> dict[str, Any]:
    """The goal once it is drafted or refused."""
    found: dict[str, Any] = {}

    def settled() -> bool:
        found.update(client.get(f"/api/goals/{goal_id}").json())
        return bool(found["status"] != "asked")

    assert seen(settled, wanted=True), found
    return found


def test_a_model_drafts_and_nothing_runs_before_a_person_accepts(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    plan = a_plan(budget={"micro_usd": 900_000, "tokens": None})
    openai.will(match="Draft a workflow", text=json.dumps(plan))
    budget = {"micro_usd": 500_000}
    goal_id = asked(client, "Tell me what this says", document=TEXT, model=MODEL, budget=budget)
    shown = read(client, goal_id)
    draft = shown["draft"]
    assert (shown["status"], draft["drafted_by"], draft["chosen"]) == ("drafted", "planner", [])
    written = yaml.safe_load(draft["source"])
    assert (written["name"], written["budget"]) == (plan["name"], {"micro_usd": 500_000})
    assert draft["drawing"].startswith("flowchart TD")
    assert draft["cost"]["model"] == MODEL
    assert 0 < draft["cost"]["micro_usd_low"] < draft["cost"]["micro_usd_high"]
    assert len(openai.calls()) == 1
    refused(client.get(f"/api/workflows/{workflow_of(UUID(goal_id))}/versions"), 404, "not_found")
    planned = finished(client, {"id": shown["planned_by"]})
    assert (planned["workflow_name"], planned["status"]) == ("Goal planner", "completed")

    openai.always(text="It says that tides turn turbines.")
    accepted = client.post(f"/api/goals/{goal_id}/accept", json={"start": True})
    assert accepted.status_code == 200, accepted.text
    shown = client.get(f"/api/goals/{goal_id}").json()
    assert shown["status"] == "accepted"
    run = finished(client, {"id": shown["run_id"]})
    assert (run["status"], run["workflow_id"]) == ("completed", shown["workflow_id"])
    again = client.post(f"/api/goals/{goal_id}/accept", json={"start": True})
    assert again.status_code == 200
    assert client.get(f"/api/goals/{goal_id}").json()["run_id"] == shown["run_id"]


def test_a_planner_is_told_of_its_mistakes_once(client: httpx2.Client, openai: ProviderProcess) -> None:
    plan = a_plan()
    wrong = plan | {"nodes": [{**plan["nodes"][0], "agent": "nobody", "needs": ["never"]}]}
    openai.will(match="Draft a workflow", text=json.dumps(wrong))
    openai.will(match="You have drafted", text=json.dumps(plan))
    shown = read(client, asked(client, "Tell me what this says", model=MODEL))
    assert yaml.safe_load(shown["draft"]["source"])["name"] == plan["name"]
    told = json.dumps(openai.calls()[1]["body"])
    assert "there is no agent" in told
    assert "which is no node of this list" in told


def test_a_planner_that_goes_on_making_mistakes_is_refused(client: httpx2.Client, openai: ProviderProcess) -> None:
    plan = a_plan()
    unknown = {"reader": plan["agents"]["reader"] | {"model": "nobody/knows"}}
    openai.always(text=json.dumps(plan | {"agents": unknown}))
    shown = read(client, asked(client, "Tell me what this says", model=MODEL))
    assert (shown["status"], shown["refusal"]["code"], shown["draft"]) == ("refused", "plan_invalid", None)
    assert "there is no model 'nobody/knows' here" in shown["refusal"]["detail"]
    assert len(openai.calls()) == 2
    refused(client.post(f"/api/goals/{shown['id']}/accept", json={}), 409, "rejected")


def test_a_draft_is_edited_and_wrong_edits_are_told_with_their_lines(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    openai.always(text=json.dumps(a_plan()))
    goal_id = asked(client, "Tell me what this says", model=MODEL)
    source = read(client, goal_id)["draft"]["source"]
    wrong = client.put(f"/api/goals/{goal_id}", json={"source": source.replace("agent: reader", "agent: nobody")})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:z2:problem:invalid_workflow")
    assert client.get(f"/api/goals/{goal_id}").json()["draft"]["source"] == source
    mine = source.replace("Say what it says.", "Say it in one sentence.")
    assert client.put(f"/api/goals/{goal_id}", json={"source": mine}).status_code == 200
    draft = client.get(f"/api/goals/{goal_id}").json()["draft"]
    assert (draft["source"], draft["drafted_by"]) == (mine, "person")
    accepted = client.post(f"/api/goals/{goal_id}/accept", json={})
    assert accepted.status_code == 200, accepted.text
    workflow_id = client.get(f"/api/goals/{goal_id}").json()["workflow_id"]
    published = client.get(f"/api/workflows/{workflow_id}", params={"after": accepted.json()["position"]}).json()
    (node,) = published["definition"]["nodes"]
    assert node["prompt"] == "Say it in one sentence."


def test_without_a_model_a_template_is_chosen_by_similarity_and_said_so(client: httpx2.Client) -> None:
    goal_id = asked(client, BRIEF, document=TEXT)
    draft = read(client, goal_id)["draft"]
    assert (draft["drafted_by"], draft["chosen"][0]["template"]) == ("similarity", "research-brief")
    assert "chosen by similarity" in draft["note"]
    assert (draft["needs_model"], draft["cost"]["micro_usd_high"]) == (False, 0)
    assert client.post(f"/api/goals/{goal_id}/accept", json={"start": True}).status_code == 200
    run = finished(client, {"id": client.get(f"/api/goals/{goal_id}").json()["run_id"]})
    assert (run["status"], run["cost_micro_usd"]) == ("completed", 0)


def test_a_template_that_needs_a_model_is_offered_and_said_to_need_one(client: httpx2.Client) -> None:
    goal_id = asked(client, "Compare the two versions of our contract and tell me what changed", document=TEXT)
    draft = read(client, goal_id)["draft"]
    assert (draft["chosen"][0]["template"], draft["needs_model"]) == ("document-comparison", True)
    assert [each["template"] for each in draft["chosen"][1:]] == ["contract-check"]
    detail = refused(client.post(f"/api/goals/{goal_id}/accept", json={"start": True}), 422, "invalid", "model")
    assert "needs a language model" in detail


def test_a_goal_like_no_template_is_refused_with_those_that_there_are(client: httpx2.Client) -> None:
    shown = read(client, asked(client, "Book me a flight to Rome"))
    assert (shown["status"], shown["refusal"]["code"]) == ("refused", "no_template")
    assert "research-brief (Research brief)" in shown["refusal"]["detail"]


def test_the_same_request_under_a_key_asks_once(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text=json.dumps(a_plan()))
    body, key = {"goal": "Tell me what this says", "model": MODEL}, {"Idempotency-Key": name("goal")}
    first = created(client, "/api/goals", body, **key)
    assert created(client, "/api/goals", body, **key)["id"] == first["id"]
    read(client, first["id"])
    assert len(openai.calls()) == 1
    refused(client.post("/api/goals", json=body | {"goal": "Another"}, headers=key), 422, "idempotency_key_reused")


def test_a_goal_of_nobody_is_not_found(client: httpx2.Client) -> None:
    refused(client.get("/api/goals/00000000-0000-4000-8000-00000000000a"), 404, "not_found")


def test_a_draft_is_made_although_nobody_looks_at_the_goal(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.will(match="Draft a workflow", text=json.dumps(a_plan()))
    goal_id = asked(client, "Tell me what this says", document=TEXT, model=MODEL)

    def status() -> str:
        found = client.get("/api/goals").json()["items"]
        return str(next((each["status"] for each in found if each["id"] == goal_id), "unheard of"))

    assert seen(status, wanted="drafted")


def test_goals_are_listed_page_by_page_the_newest_first(client: httpx2.Client) -> None:
    first, second = (asked(client, f"{BRIEF}, {number}") for number in ("once", "twice"))
    unlike = created(client, "/api/goals", {"goal": "Xyzzy plugh quux"})
    page = client.get("/api/goals", params={"limit": 2, "after": unlike["position"]}).json()
    assert [each["id"] for each in page["items"]] == [unlike["id"], second]
    assert [each["status"] for each in page["items"]] == ["refused", "drafted"]
    assert page["items"][1]["goal"] == f"{BRIEF}, twice"
    older = client.get("/api/goals", params={"limit": 1, "before": page["next"]}).json()
    assert [each["id"] for each in older["items"]] == [first]
    refused(client.get("/api/goals", params={"limit": 0}), 422, "invalid", "limit")
