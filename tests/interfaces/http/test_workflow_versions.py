"""The versions of a workflow over HTTP: read, compared, drawn and archived."""

from typing import Any

import httpx2

from tests.support.asked import a_definition, a_node, created, name, refused


def a_value(**fields: Any) -> dict[str, Any]:
    """A node that needs nobody."""
    return {"id": "value", "kind": "transform", "expression": "input"} | fields


def test_a_new_version_revises_the_agents_that_it_brings_and_keeps_the_old_versions(api: httpx2.Client) -> None:
    def body(instructions: str, prompt: str) -> dict[str, Any]:
        agents = {"a": {"role": "Judge", "instructions": instructions}}
        return a_definition(a_node("a", prompt=prompt), agents=agents, name=title)

    title = name("Workflow")
    workflow_id = created(api, "/api/workflows", body("One.", "First."))["id"]
    path = f"/api/workflows/{workflow_id}"
    second = api.put(path, json=body("Two.", "Second.")).json()
    assert second["id"] == workflow_id
    assert api.put(path, json=body("Two.", "Second.")).json()["position"] <= second["position"], (
        "the same is no version"
    )
    newest = api.get(path, params={"after": second["position"]}).json()
    first = api.get(path, params={"version": 1}).json()
    assert [each["definition"]["nodes"][0]["prompt"] for each in (first, newest)] == ["First.", "Second."]
    assert (first["version"], first["newest"], newest["version"]) == (1, 2, 2)
    agent = api.get(f"/api/agents/{newest['agents'][0]['agent_id']}").json()
    assert (agent["instructions"], agent["version"]) == ("Two.", 2)
    versions = api.get(f"{path}/versions").json()["items"]
    assert [each["version"] for each in versions] == [2, 1]
    assert versions[1]["published_at"] <= versions[0]["published_at"]
    refused(api.get(path, params={"version": 3}), 404, "not_found", "version")


def test_two_versions_are_compared_node_by_node(api: httpx2.Client) -> None:
    title = name("Workflow")
    path = f"/api/workflows/{created(api, '/api/workflows', a_definition(a_value(), name=title))['id']}"
    api.put(path, json=a_definition(a_value(expression="input.x"), a_value(id="more", needs=["value"]), name=title))
    diff = api.get(f"{path}/diff", params={"from": 1}).json()
    assert (diff["before"], diff["after"]) == (1, 2)
    assert [(each["change"], each["name"]) for each in diff["changes"]] == [("changed", "value"), ("added", "more")]
    assert diff["changes"][0]["fields"] == [{"field": "expression", "before": "input", "after": "input.x"}]
    assert diff["lines"][:2] == ["~ node value (transform)", "    expression: input → input.x"]
    assert api.get(f"{path}/diff", params={"from": 2, "to": 2}).json()["changes"] == []
    refused(api.get(f"{path}/diff", params={"from": 1, "to": 9}), 404, "not_found", "version")
    assert api.get(f"{path}/diff").json() == diff, "the newest and the one before it, unless told otherwise"
    refused(api.get(f"{path}/diff", params={"from": "x"}), 422, "invalid", "from")


def test_a_workflow_is_drawn(api: httpx2.Client) -> None:
    workflow_id = created(api, "/api/workflows", a_definition(a_value(), a_value(id="then", needs=["value"])))["id"]
    drawn = api.get(f"/api/workflows/{workflow_id}/drawing").json()
    assert drawn["version"] == 1
    assert drawn["mermaid"].splitlines()[0] == "flowchart TD"
    assert "n1 --> n2" in drawn["mermaid"]


def test_an_archived_workflow_starts_no_run_until_it_is_published_again(api: httpx2.Client) -> None:
    body = a_definition(a_value())
    workflow_id = created(api, "/api/workflows", body)["id"]
    path = f"/api/workflows/{workflow_id}"
    archived = api.post(f"{path}/archive")
    assert archived.status_code == 200
    assert api.get(path, params={"after": archived.json()["position"]}).json()["status"] == "archived"
    run = {"workflow_id": workflow_id, "input": {"title": "Tides", "text": "They rise."}}
    refused(api.post("/api/runs", json=run), 422, "invalid", "workflow_id")
    again = api.put(path, json=body).json()
    shown = api.get(path, params={"after": again["position"]}).json()
    assert (shown["status"], shown["version"]) == ("active", 2)
