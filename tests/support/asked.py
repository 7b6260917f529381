"""What tests ask of the API, and how its refusals are told apart."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx2

TEXT = (
    "The tide rises twice a day because the Moon pulls at the sea. "
    "A turbine in the current turns as long as the water runs. "
    "Salt water corrodes metal, so a turbine must be mended often. "
    "The cost falls when the same machine is built again and again."
)

_numbers = itertools.count()


def name(kind: str) -> str:
    """A name that nothing else in the test run has."""
    return f"{kind} {next(_numbers)}"


def an_agent(**fields: Any) -> dict[str, Any]:
    return {"name": name("Agent"), "role": "Reader", "instructions": "Read it.", "task": "summarise"} | fields


def a_prompt(**fields: Any) -> dict[str, Any]:
    """What publishes a prompt template."""
    return {"name": f"prompt-{next(_numbers)}", "sections": {"role": "You help.", "task": "{{ ask }}"}} | fields


def a_node(done_by: str, **fields: Any) -> dict[str, Any]:
    return {"id": "read", "kind": "agent", "agent": done_by, "prompt": "Say what it says."} | fields


def a_definition(*nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What publishes a workflow of these nodes."""
    return {"definition": {"name": name("Workflow"), "nodes": list(nodes)} | fields}


def a_run(**fields: Any) -> dict[str, Any]:
    return {"template": "research-brief", "input": {"title": "Tides", "text": TEXT}} | fields


def a_document(**fields: Any) -> dict[str, Any]:
    return a_run(input={"title": "Tides", "text": TEXT} | fields)


def created(client: httpx2.Client, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """The answer to a command that makes something."""
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


def a_workflow(client: httpx2.Client, *nodes: dict[str, Any], **agent: Any) -> str:
    """The id of a new workflow; a node without an agent is done by a new one."""
    agent_id = created(client, "/api/agents", an_agent(**agent))["id"]
    whole = [a_node(agent_id) | node for node in nodes or ({"id": "read"},)]
    return str(created(client, "/api/workflows", a_definition(*whole))["id"])


def a_long_run(client: httpx2.Client) -> dict[str, Any]:
    """A run that goes on for seconds unless it is cancelled: a hundred steps, one after the other."""
    nodes = [{"id": f"n{index}", "needs": [f"n{index - 1}"] if index else []} for index in range(100)]
    workflow_id = a_workflow(client, *nodes)
    return created(client, "/api/runs", a_run(template=None, workflow_id=workflow_id))


def finished(client: httpx2.Client, accepted: dict[str, Any]) -> dict[str, Any]:
    """The run at its end, as its own stream of events tells it."""
    with client.stream("GET", f"/api/runs/{accepted['id']}/live") as stream:
        for line in stream.iter_lines():
            if '"type":"run.' in line and any(f'"run.{end}.v1"' in line for end in ENDS):
                position = line.partition('"position":')[2].partition(",")[0]
                break
    answer = client.get(f"/api/runs/{accepted['id']}", params={"after": position})
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    return run


def seen(look: Callable[[], object], wanted: object, seconds: float = 60) -> bool:
    """Whether it comes to what is wanted, in good time."""
    end = time.monotonic() + seconds
    while look() != wanted:
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


ENDS = ("completed", "failed", "cancelled")


def refused(answer: httpx2.Response, status: int, code: str, field: str | None = None) -> str:
    """What the problem says, once it is the one that is expected."""
    problem = answer.json()
    fields = [each["field"] for each in problem.get("errors", [])]
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (status, status), answer.text
    assert (problem["type"], fields) == (f"urn:z2:problem:{code}", [field] if field else []), answer.text
    assert problem["instance"] == answer.request.url.path
    return str(problem["detail"])
