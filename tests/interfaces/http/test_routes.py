"""Routes over HTTP: defined and removed, explained for a request, and tried on a run of the past."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support import asked

OFFLINE = "offline/extractive"
MINE = "offline/*"


@pytest.fixture
def admin(client_of: ClientOf) -> httpx2.Client:
    """The admin of a workspace that nobody else uses."""
    return client_of("admin", uuid4())


def listed(client: httpx2.Client) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in client.get("/api/routes").json()["items"]}


def done(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_route_is_defined_listed_changed_and_removed(admin: httpx2.Client) -> None:
    assert [*listed(admin)] == ["auto"]
    done(admin.put("/api/routes/small", json={"strategy": "cheapest", "models": [MINE]}))
    assert listed(admin)["small"]["policy"].items() >= {"strategy": "cheapest", "models": [MINE]}.items()
    done(admin.put("/api/routes/small", json={"strategy": "fastest"}))
    assert listed(admin)["small"]["policy"].items() >= {"strategy": "fastest", "models": []}.items()
    done(admin.delete("/api/routes/small"))
    assert [*listed(admin)] == ["auto"]
    asked.refused(admin.delete("/api/routes/small"), 404, "not_found")


def test_the_routes_of_a_workspace_are_its_own(admin: httpx2.Client, client_of: ClientOf) -> None:
    done(admin.put("/api/routes/mine", json={}))
    other = client_of("admin", uuid4())
    assert "mine" not in listed(other)
    asked.refused(other.delete("/api/routes/mine"), 404, "not_found")
    asked.refused(other.post("/api/routes/explain", json={"route": "mine"}), 422, "invalid", "route")


@pytest.mark.parametrize(
    ("name", "policy", "code", "field"),
    [
        ("auto", {}, "name_taken", "name"),
        ("Not%20a%20name", {}, "invalid", "name"),
        ("odd", {"strategy": "split"}, "invalid_policy", "shares"),
        ("odd", {"models": ["route/auto"]}, "invalid", "models[0]"),
        ("odd", {"strategy": "best"}, "invalid", "strategy"),
    ],
)
def test_a_route_that_cannot_be_is_refused(
    admin: httpx2.Client, name: str, policy: dict[str, Any], code: str, field: str
) -> None:
    answer = admin.put(f"/api/routes/{name}", json=policy)
    asked.refused(answer, 409 if code == "name_taken" else 422, code, field)


def test_a_choice_tells_of_each_model_whether_it_would_be_asked_and_why_not(admin: httpx2.Client) -> None:
    told = done(admin.post("/api/routes/explain", json={}))
    assert [each["model"] for each in told["candidates"]] == [OFFLINE]
    models = {each["id"]: each for each in admin.get("/api/models").json()["items"]}
    ruled_out = {model: out for out in told["ruled_out"] for model in out["models"]}
    assert models.keys() <= {OFFLINE, *ruled_out}
    assert all(out["detail"] for out in ruled_out.values())
    keyless = next(model for model, it in models.items() if it["provider"] == "openai")
    assert ruled_out[keyless]["code"] == "unavailable"
    assert "OPENAI_API_KEY" in ruled_out[keyless]["detail"]


def test_a_text_is_counted_and_a_policy_can_be_tried_before_it_is_defined(admin: httpx2.Client) -> None:
    body = {"policy": {"models": [MINE], "strategy": "cheapest"}, "text": asked.TEXT, "output_tokens": 100}
    told = done(admin.post("/api/routes/explain", json=body))
    assert 40 < told["needs"]["input_tokens"] < 400
    assert told["strategy"] == "cheapest"
    unable = done(admin.post("/api/routes/explain", json={**body, "capabilities": ["vision"]}))
    assert unable["candidates"] == []
    assert [out["code"] for out in unable["ruled_out"] if OFFLINE in out["models"]] == ["incapable"]
    asked.refused(
        admin.post("/api/routes/explain", json={"policy": {"strategy": "split"}}), 422, "invalid_policy", "shares"
    )


def test_a_past_run_is_told_as_it_would_have_been_and_nothing_is_done(admin: httpx2.Client) -> None:
    workflow_id = asked.a_workflow(admin, {"id": "read", "document": True})
    run = asked.created(admin, "/api/runs", asked.a_run(template=None, workflow_id=workflow_id))
    asked.finished(admin, run)
    before = admin.get(f"/api/runs/{run['id']}/events").json()
    same = done(admin.post("/api/routes/simulate", json={"run_id": run["id"]}))
    (call,) = same["calls"]
    assert (call["step"], call["model"], call["chosen"]) == ("read", OFFLINE, OFFLINE)
    assert (same["cost_micro_usd"], same["chosen_micro_usd"]) == (0, 0)
    nobody = done(admin.post("/api/routes/simulate", json={"run_id": run["id"], "policy": {"never": [MINE]}}))
    assert nobody["calls"][0]["chosen"] is None
    assert nobody["chosen_micro_usd"] is None
    assert admin.get(f"/api/runs/{run['id']}/events").json() == before
    asked.refused(admin.post("/api/routes/simulate", json={"run_id": str(uuid4())}), 404, "not_found")


def test_a_run_names_a_route_as_its_model_and_one_that_is_not_there_is_refused(admin: httpx2.Client) -> None:
    done(admin.put("/api/routes/small", json={"models": [MINE]}))
    workflow_id = asked.a_workflow(admin, {"id": "read", "document": True})
    body = asked.a_run(template=None, workflow_id=workflow_id, model="route/small")
    run = asked.created(admin, "/api/runs", body)
    assert asked.finished(admin, run)["status"] == "completed"
    detail = asked.refused(admin.post("/api/runs", json={**body, "model": "route/absent"}), 422, "invalid", "model")
    assert "route/absent" in detail


def test_whoever_may_only_read_defines_nothing_and_has_it_explained(client_of: ClientOf) -> None:
    workspace_id = uuid4()
    client_of("admin", workspace_id)
    user = client_of("user", workspace_id)
    asked.refused(user.put("/api/routes/small", json={}), 403, "not_allowed")
    done(user.post("/api/routes/explain", json={"route": "auto"}))
