"""Workflows over HTTP."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.asked import a_node, an_agent, created, name, refused


@pytest.fixture
def agent_id(api: httpx2.Client) -> str:
    return str(created(api, "/api/agents", an_agent())["id"])


def post(api: httpx2.Client, *nodes: dict[str, Any], **fields: Any) -> httpx2.Response:
    return api.post("/api/workflows", json={"name": name("Workflow"), "nodes": nodes} | fields)


def test_a_workflow_that_was_made_is_shown_with_the_names_of_its_agents(api: httpx2.Client) -> None:
    agent = an_agent()
    agent_id = created(api, "/api/agents", agent)["id"]
    nodes = [
        a_node(agent_id, max_attempts=1, document=False),
        a_node(agent_id, id="write", needs=["read"]),
    ]
    body = {"name": name("Workflow"), "description": "Two steps.", "nodes": nodes}
    answer = api.post("/api/workflows", json=body)
    accepted = answer.json()
    assert answer.headers["location"] == f"/api/workflows/{accepted['id']}"
    shown = api.get(answer.headers["location"], params={"after": accepted["position"]}).json()
    defaults = {"agent_name": agent["name"], "needs": [], "max_attempts": 3, "document": True}
    assert shown["nodes"] == [defaults | node for node in nodes]
    assert (shown["name"], shown["description"], shown["version"]) == (body["name"], "Two steps.", 1)
    listed = api.get("/api/workflows").json()["items"]
    assert shown in listed


def test_a_node_may_say_its_kind(api: httpx2.Client, agent_id: str) -> None:
    assert post(api, a_node(agent_id, kind="agent")).status_code == 201
    detail = refused(post(api, a_node(agent_id, kind="loop")), 422, "invalid", "nodes[0].kind")
    assert "one of agent" in detail


def test_a_workflow_with_an_unknown_agent_names_the_node(api: httpx2.Client, agent_id: str) -> None:
    answer = post(api, a_node(agent_id), a_node(str(uuid4()), id="write"))
    assert "'write'" in refused(answer, 422, "invalid", "nodes[1].agent_id")


def test_a_workflow_is_no_agent(api: httpx2.Client, agent_id: str) -> None:
    workflow_id = post(api, a_node(agent_id)).json()["id"]
    refused(post(api, a_node(workflow_id)), 422, "invalid", "nodes[0].agent_id")


def test_a_cycle_is_refused_with_its_path(api: httpx2.Client, agent_id: str) -> None:
    nodes = [
        a_node(agent_id, id="a", needs=["c"]),
        a_node(agent_id, id="b", needs=["a"]),
        a_node(agent_id, id="c", needs=["b"]),
    ]
    detail = refused(post(api, *nodes), 422, "invalid_workflow", "nodes")
    path = detail.rpartition(": ")[2].split(" → ")
    assert path[0] == path[-1]
    assert set(path) == {"a", "b", "c"}


def test_a_node_that_needs_itself_is_a_cycle(api: httpx2.Client, agent_id: str) -> None:
    assert "read → read" in refused(post(api, a_node(agent_id, needs=["read"])), 422, "invalid_workflow", "nodes")


def test_a_need_that_is_no_node_and_an_id_that_comes_twice_are_named(api: httpx2.Client, agent_id: str) -> None:
    nodes = [a_node(agent_id), a_node(agent_id, id="write", needs=["wrote"])]
    assert "'wrote'" in refused(post(api, *nodes), 422, "invalid_workflow", "nodes[1].needs")
    assert "'read'" in refused(post(api, a_node(agent_id), a_node(agent_id)), 422, "invalid_workflow", "nodes[1].id")


def test_a_workflow_has_at_least_one_and_at_most_200_nodes(api: httpx2.Client, agent_id: str) -> None:
    many = [a_node(agent_id, id=f"n{index}") for index in range(201)]
    for nodes in ([], many):
        assert "1 to 200 items" in refused(post(api, *nodes), 422, "invalid", "nodes")
    assert post(api, *many[:200]).status_code == 201


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"id": "Read"}, "nodes[0].id", "lower-case letters"),
        ({"id": "r" * 41}, "nodes[0].id", "1 to 40 characters"),
        ({"agent_id": "tom"}, "nodes[0].agent_id", "a UUID"),
        ({"prompt": ""}, "nodes[0].prompt", "1 to 20,000 characters"),
        ({"prompt": "a\x00"}, "nodes[0].prompt", "without the character NUL"),
        ({"needs": "read"}, "nodes[0].needs", "a list"),
        ({"needs": [5]}, "nodes[0].needs[0]", "text of 1 to 40 characters"),
        ({"max_attempts": 0}, "nodes[0].max_attempts", "from 1 to 10"),
        ({"max_attempts": 11}, "nodes[0].max_attempts", "from 1 to 10"),
        ({"max_attempts": "3"}, "nodes[0].max_attempts", "a whole number"),
        ({"max_attempts": 2.5}, "nodes[0].max_attempts", "a whole number"),
        ({"document": "no"}, "nodes[0].document", "true or false"),
        ({"colour": "blue"}, "nodes[0].colour", "no field here"),
    ],
)
def test_a_field_of_a_node_is_named_with_its_place(
    api: httpx2.Client, agent_id: str, fields: dict[str, Any], field: str, says: str
) -> None:
    assert says in refused(post(api, a_node(agent_id, **fields)), 422, "invalid", field)


def test_a_field_that_a_node_misses_is_named_with_its_place(api: httpx2.Client) -> None:
    assert "is missing" in refused(post(api, {"id": "a", "prompt": "p"}), 422, "invalid", "nodes[0].agent_id")


def test_the_name_of_a_workflow_is_its_own(api: httpx2.Client, agent_id: str) -> None:
    taken = name("Workflow")
    assert post(api, a_node(agent_id), name=taken).status_code == 201
    refused(post(api, a_node(agent_id), name=taken), 409, "name_taken", "name")
    created(api, "/api/agents", an_agent(name=taken))


def test_a_description_is_not_too_long(api: httpx2.Client, agent_id: str) -> None:
    answer = post(api, a_node(agent_id), description="d" * 2_001)
    assert "at most 2,000 characters" in refused(answer, 422, "invalid", "description")


def test_an_unknown_workflow_is_not_found(api: httpx2.Client) -> None:
    refused(api.get(f"/api/workflows/{uuid4()}"), 404, "not_found")
    assert "no id" in refused(api.get("/api/workflows/5"), 404, "not_found")
