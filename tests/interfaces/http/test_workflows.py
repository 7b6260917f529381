"""Workflows over HTTP."""

from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx2
import pytest
from jsonschema import Draft202012Validator

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_definition, a_node, a_prompt, an_agent, created, name, refused


@pytest.fixture
def agent_id(api: httpx2.Client) -> str:
    return str(created(api, "/api/agents", an_agent())["id"])


def post(api: httpx2.Client, *nodes: dict[str, Any], **fields: Any) -> httpx2.Response:
    return api.post("/api/workflows", json=a_definition(*nodes, **fields))


def a_value(**fields: Any) -> dict[str, Any]:
    """A node that needs nobody."""
    return {"id": "value", "kind": "transform", "expression": "input"} | fields


def mistakes(answer: httpx2.Response) -> dict[str, str]:
    """What is wrong, by its place, once the answer is a refusal of a workflow."""
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:z2:problem:invalid_workflow"), answer.text
    return {each["field"]: each["message"] for each in problem["errors"]}


def test_a_workflow_that_was_published_is_shown_with_the_names_of_its_agents(api: httpx2.Client) -> None:
    agent = an_agent()
    agent_id = created(api, "/api/agents", agent)["id"]
    nodes = [a_node(agent["name"], retry={"attempts": 1}, document=False), a_node(agent_id, id="write", needs=["read"])]
    body = a_definition(*nodes, description="Two steps.")
    answer = api.post("/api/workflows", json=body)
    accepted = answer.json()
    assert answer.headers["location"] == f"/api/workflows/{accepted['id']}"
    shown = api.get(answer.headers["location"], params={"after": accepted["position"]}).json()
    assert shown["definition"] == body["definition"]
    named = sorted([agent["name"], agent_id])
    assert shown["agents"] == [{"named": each, "agent_id": agent_id, "name": agent["name"]} for each in named]
    outline = {"kind": "agent", "title": ""}
    assert shown["nodes"] == [
        {"id": "read", "needs": [], "agents": [agent["name"]], **outline},
        {"id": "write", "needs": ["read"], "agents": [agent_id], **outline},
    ]
    assert (shown["name"], shown["description"]) == (body["definition"]["name"], "Two steps.")
    assert (shown["version"], shown["newest"], shown["status"]) == (1, 1, "active")
    (listed,) = [each for each in api.get("/api/workflows").json()["items"] if each["id"] == accepted["id"]]
    assert {key: shown[key] for key in listed} == listed


def test_a_text_of_yaml_is_published_as_it_says(api: httpx2.Client) -> None:
    title = name("Workflow")
    source = f"name: {title}\nnodes:\n  - id: pick\n    kind: vote\n    agents: [a]\n    prompt: Which?\n"
    source += "    choices: [yes, no]\nagents:\n  a: {role: Judge, instructions: Judge it.}\n"
    accepted = created(api, "/api/workflows", {"source": source})
    shown = api.get(f"/api/workflows/{accepted['id']}", params={"after": accepted["position"]}).json()
    assert shown["definition"]["nodes"][0]["choices"] == ["yes", "no"]
    own = uuid5(UUID(accepted["id"]), "agent:a")
    assert shown["agents"] == [{"named": "a", "agent_id": str(own), "name": f"{title}: a"}]
    agent = api.get(f"/api/agents/{own}").json()
    assert (agent["role"], agent["instructions"], agent["version"]) == ("Judge", "Judge it.", 1)


def test_all_mistakes_of_a_text_are_told_at_once_with_their_lines(api: httpx2.Client) -> None:
    source = "name: Triage\nnodes:\n  - id: a\n    kind: transfrom\n    expresion: input\n  - {id: B, kind: wait}\n"
    problem = api.post("/api/workflows", json={"source": source}).json()
    told = [(each["line"], each["column"], each["field"]) for each in problem["errors"]]
    assert told == [(4, 5, "nodes[0].kind"), (6, 6, "nodes[1].id")]
    assert "did you mean 'transform'?" in problem["errors"][0]["message"]
    assert problem["detail"].startswith("line 4, nodes[0].kind: ")
    assert problem["detail"].endswith("; and 1 more")


def test_validation_tells_the_same_and_writes_nothing(api: httpx2.Client, agent_id: str) -> None:
    good = a_definition(a_node(agent_id))
    before = created(api, "/api/agents", an_agent())["position"]
    assert api.get("/api/agents", params={"after": before}).is_success, "both tell of the same agents"
    assert api.post("/api/workflows/validate", json=good).json() == {"valid": True, "errors": []}
    bad = a_definition(a_node("nobody"))
    told = api.post("/api/workflows/validate", json=bad)
    assert told.status_code == 200
    assert told.json()["errors"] == api.post("/api/workflows", json=bad).json()["errors"]
    assert not told.json()["valid"]
    assert created(api, "/api/agents", an_agent())["position"] == before + 2, "only the agent and its name were added"


def test_an_unknown_agent_is_named_with_the_one_that_was_meant(api: httpx2.Client) -> None:
    meant = an_agent(name=name("Careful reader"))
    after = created(api, "/api/agents", meant)["position"]
    api.get("/api/agents", params={"after": after})
    found = mistakes(post(api, a_node(meant["name"].replace("Careful", "Carefull"))))
    assert found["nodes[0].agent"].endswith(f"did you mean {meant['name']!r}?")


def test_an_agent_of_another_workspace_or_a_workflow_is_no_agent(
    api: httpx2.Client, stranger: httpx2.Client, agent_id: str
) -> None:
    workflow_id = post(api, a_node(agent_id)).json()["id"]
    assert "nodes[0].agent" in mistakes(post(api, a_node(workflow_id)))
    assert "nodes[0].agent" in mistakes(post(stranger, a_node(agent_id)))


def test_a_workflow_that_calls_itself_through_another_is_refused(api: httpx2.Client) -> None:
    first, second = name("First"), name("Second")
    first_id = post(api, a_value(), name=first).json()["id"]
    assert post(api, {"id": "call", "kind": "workflow", "workflow": first}, name=second).status_code == 201
    body = a_definition({"id": "call", "kind": "workflow", "workflow": second}, name=first)
    told = mistakes(api.put(f"/api/workflows/{first_id}", json=body))["nodes[0].workflow"]
    assert f"({second} → {first})" in told
    assert (
        "calls itself"
        in mistakes(post(api, {"id": "call", "kind": "workflow", "workflow": "Me"}, name="me"))["nodes[0].workflow"]
    )


def test_unknown_roles_tools_and_workflows_are_named(api: httpx2.Client) -> None:
    found = mistakes(
        post(
            api,
            {"id": "ask", "kind": "approval", "question": "So?", "approvers": {"roles": ["admn"]}},
            {"id": "tool", "kind": "tool", "tool": "calculat"},
            {"id": "call", "kind": "workflow", "workflow": "Nowhere at all"},
        )
    )
    assert "did you mean 'admin'?" in found["nodes[0].approvers.roles[0]"]
    assert "did you mean 'calculate'?" in found["nodes[1].tool"]
    assert "no workflow" in found["nodes[2].workflow"]


def test_models_and_prompts_that_there_are_not_are_told_before_any_run(api: httpx2.Client) -> None:
    prompt, agent = a_prompt(), an_agent()
    prompt_id = created(api, "/api/prompts", prompt)["id"]
    created(api, "/api/agents", agent | {"prompt": prompt["name"]})
    own = {"role": "Reader", "instructions": "Read."}
    brought = {
        "one": own | {"model": "nobody/knows"},
        "two": own | {"prompt": "of-nobody@production"},
        "three": own | {"prompt": f"{prompt['name']}@candidate", "model": "route/nowhere"},
        "four": own | {"prompt": prompt["name"], "model": "openai/of-tomorrow"},
    }
    body = a_definition(a_node("one"), a_node(agent["name"], id="other"), agents=brought)
    found = mistakes(api.post("/api/workflows", json=body))
    assert found == {
        "agents.one.model": found["agents.one.model"],
        "agents.two.prompt": "there is no prompt 'of-nobody' in this workspace",
        "agents.three.model": "there is no route/nowhere in this workspace",
        "agents.three.prompt": f"the prompt '{prompt['name']}' has no version and no label 'candidate'; it has 1 to 1",
    }
    assert found["agents.one.model"].startswith('there is no model "nobody/knows"; known are offline/extractive,')
    told = api.post("/api/workflows/validate", json=body).json()
    assert {each["field"] for each in told["errors"]} == found.keys()
    assert api.post(f"/api/prompts/{prompt_id}/archive").is_success
    assert mistakes(post(api, a_node(agent["name"]))) == {
        "nodes[0].agent": (
            f"no run with '{agent['name']}' would start: the prompt '{prompt['name']}' is archived; "
            "no run that uses it is started"
        )
    }


def test_a_cycle_is_refused_with_its_path(api: httpx2.Client) -> None:
    nodes = [a_value(id="a", needs=["c"]), a_value(id="b", needs=["a"]), a_value(id="c", needs=["b"])]
    (detail,) = mistakes(post(api, *nodes)).values()
    path = detail.partition(": ")[2].partition(";")[0].split(" → ")
    assert path[0] == path[-1]
    assert set(path) == {"a", "b", "c"}


def test_a_workflow_of_1000_nodes_or_of_depth_50_is_refused(api: httpx2.Client) -> None:
    many = [a_value(id=f"n{index}") for index in range(1_000)]
    assert "at most 200" in mistakes(post(api, *many))["nodes"]
    assert post(api, *many[:200]).status_code == 201
    node = a_value()
    for _ in range(24):
        node = {"id": "deep", "kind": "parallel", "nodes": [node]}
    assert "more than 8 deep" in next(iter(mistakes(post(api, node)).values()))
    source = (
        "name: Deep\nnodes: "
        + "[{id: a, kind: parallel, nodes: " * 50
        + "[{id: z, kind: wait, seconds: 1}]"
        + "}]" * 50
    )
    assert "more than 8 deep" in str(mistakes(api.post("/api/workflows", json={"source": source})))


def test_a_text_and_an_object_do_not_go_together(api: httpx2.Client) -> None:
    for body in ({}, a_definition(a_value()) | {"source": "name: x"}):
        refused(api.post("/api/workflows", json=body), 422, "invalid", "source")


def test_the_name_of_a_workflow_is_its_own(api: httpx2.Client) -> None:
    taken = name("Workflow")
    assert post(api, a_value(), name=taken).status_code == 201
    own = {"a": {"role": "Judge", "instructions": "Judge."}}
    refused(post(api, a_node("a"), name=taken, agents=own), 409, "name_taken", "name")
    assert f"{taken}: a" not in [each["name"] for each in api.get("/api/agents").json()["items"]]
    created(api, "/api/agents", an_agent(name=taken))


def test_who_may_not_make_agents_publishes_none(client_of: ClientOf) -> None:
    reader = client_of("agent")
    refused(post(reader, a_value()), 403, "not_allowed")
    assert reader.post("/api/workflows/validate", json=a_definition(a_value())).json()["valid"]


def test_the_schema_is_everybodys_and_tells_good_from_bad(anonymous: httpx2.Client) -> None:
    answer = anonymous.get("/api/workflows/schema")
    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid(a_definition(a_value())["definition"])
    assert not validator.is_valid(a_definition(a_value(colour="blue"))["definition"])


def test_an_unknown_workflow_is_not_found(api: httpx2.Client, agent_id: str) -> None:
    for missing in (uuid4(), agent_id):
        for path in ("", "/versions", "/drawing", "/diff?from=1"):
            refused(api.get(f"/api/workflows/{missing}{path}"), 404, "not_found")
        refused(api.put(f"/api/workflows/{missing}", json=a_definition(a_value())), 404, "not_found")
        refused(api.post(f"/api/workflows/{missing}/archive"), 404, "not_found")
        body = a_definition(a_value()) | {"workflow_id": str(missing)}
        refused(api.post("/api/workflows/validate", json=body), 404, "not_found")
    assert "no id" in refused(api.get("/api/workflows/5"), 404, "not_found")
