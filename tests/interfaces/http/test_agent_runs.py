"""Runs of one agent: it works on a task with its tools, asks people, and is started again as it was."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.asked import an_agent, created, finished, name, refused
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.waiting_runs import inbox, reached

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
def client(provided: ProvidedSystem) -> httpx2.Client:
    return provided.system.client


def an_id(client: httpx2.Client, *tools: str, **more: Any) -> str:
    """That of an agent with these tools."""
    body = an_agent(task="answer", model=MODEL, tools=list(tools), **more)
    return str(created(client, "/api/agents", body)["id"])


def a_task(agent_id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"agent_id": agent_id, "input": {"title": "Harbour dues", "text": text}} | more


def wanted(name: str, **arguments: Any) -> dict[str, Any]:
    return {"name": name, "arguments": json.dumps(arguments)}


def told(openai: ProviderProcess) -> str:
    """What the model was told last."""
    return json.dumps(openai.calls()[-1]["body"], ensure_ascii=False)


def test_an_agent_works_on_the_documents_of_its_run_with_tools(client: httpx2.Client, openai: ProviderProcess) -> None:
    table = "ship,dues\nAda,7\nBabbage,35\n"
    calls = [
        wanted("query-run", title="Harbour dues", sql="SELECT sum(dues) AS all_dues FROM data"),
        wanted("read-run"),
        wanted("search-run", query="Babbage"),
    ]
    openai.will(text="", wanted=calls)
    openai.always(text="42 in all.")
    run = finished(
        client, created(client, "/api/runs", a_task(an_id(client, "query-run", "read-run", "search-run"), table))
    )
    assert (run["status"], [step["id"] for step in run["steps"]]) == ("completed", ["answer"])
    assert "[[42]]" in told(openai)
    assert "Harbour dues" in told(openai)
    assert "Babbage" in told(openai)


def test_a_table_with_a_broken_row_is_explained_with_its_line(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.will(text="", wanted=[wanted("query-run", title="Harbour dues", sql="SELECT 1 FROM data")])
    openai.always(text="It is broken.")
    run = finished(client, created(client, "/api/runs", a_task(an_id(client, "query-run"), "a,b\n1,2\n1,2,3\n4,5\n")))
    assert run["status"] == "completed"
    assert "line 3 has 3 values, and the table has 2 columns" in told(openai)


def test_pages_are_not_fetched_where_no_host_is_named(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.will(text="", wanted=[wanted("fetch-page", url="https://example.org/")])
    openai.always(text="I may not.")
    run = finished(client, created(client, "/api/runs", a_task(an_id(client, "fetch-page"), "Look it up.")))
    assert run["status"] == "completed"
    assert "Z2_FETCH_HOSTS" in told(openai)


def test_what_an_agent_asks_a_person_stands_in_the_inbox_and_is_answered_there(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    openai.will(text="", wanted=[wanted("ask-person", question="Which {{ harbour }}?")])
    openai.always(text="Kiel it is.")
    accepted = created(client, "/api/runs", a_task(an_id(client, "ask-person"), "Pay the dues."))
    reached(client, accepted["id"], "waiting")
    (item,) = inbox(client, run=accepted["id"])
    assert (item["kind"], item["question"], item["step"]) == ("input", "Which {{ harbour }}?", "answer")
    assert item["mine"]
    assert item["schema"] is None
    answer = client.post(f"/api/runs/{accepted['id']}/steps/answer/answer", json={"text": "Kiel"})
    assert answer.status_code == 200, answer.text
    run = finished(client, answer.json())
    assert run["status"] == "completed"
    assert "Kiel" in told(openai)
    assert inbox(client, run=accepted["id"]) == []


def test_a_run_of_an_agent_is_done_again_by_the_agent_as_it_is_now(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    openai.always(text="Done.")
    agent_id = an_id(client)
    first = created(client, "/api/runs", a_task(agent_id, "Count the ships."))
    finished(client, first)
    second = finished(client, created(client, f"/api/runs/{first['id']}/rerun", {}))
    assert (second["status"], second["rerun_of"], second["workflow_id"]) == ("completed", first["id"], agent_id)
    assert "Count the ships." in told(openai)


def test_the_same_task_under_one_key_is_one_run(client: httpx2.Client, openai: ProviderProcess) -> None:
    openai.always(text="Done.")
    body, key = a_task(an_id(client), "Count."), str(uuid4())
    first = created(client, "/api/runs", body, **{"Idempotency-Key": key})
    assert created(client, "/api/runs", body, **{"Idempotency-Key": key}) == first
    finished(client, first)


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"template": "research-brief"}, 422, "invalid", "agent_id"),
        ({"workflow_id": str(uuid4())}, 422, "invalid", "agent_id"),
        ({"input": {"title": "T", "text": "  "}}, 422, "invalid", "input.text"),
        ({"input": {"title": "T", "text": "x" * 200_001}}, 422, "invalid", "input.text"),
        ({"agent_id": str(uuid4())}, 422, "invalid", "agent_id"),
        ({"agent_id": "x"}, 422, "invalid", "agent_id"),
    ],
)
def test_a_task_that_cannot_be_begun_is_refused_at_its_field(
    client: httpx2.Client, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    refused(client.post("/api/runs", json=a_task(an_id(client), "Count.") | fields), status, code, field)


def test_a_workflow_brings_agents_with_tools_and_colleagues_of_their_own(client: httpx2.Client) -> None:
    title, boss = name("Dues"), {"role": "Boss", "instructions": "Decide."}
    clerk = {**boss, "tools": ["calculate"], "colleagues": ["boss"], "limits": {"turns": 3}, "memory": "read"}
    node = {"id": "a", "kind": "agent", "agent": "clerk", "prompt": "Work."}
    definition = {"name": title, "agents": {"clerk": clerk, "boss": boss}, "nodes": [node]}
    accepted = created(client, "/api/workflows", {"definition": definition})
    agents = client.get("/api/agents", params={"after": accepted["position"]}).json()["items"]
    (made,) = [each for each in agents if each["name"] == f"{title}: clerk"]
    assert (made["tools"], made["colleagues"], made["memory"]) == (["calculate"], [f"{title}: boss"], "read")
    assert made["limits"]["turns"] == 3
    wrong = {**definition, "agents": {"clerk": {**clerk, "tools": ["calculat"]}, "boss": boss}}
    answer = client.post("/api/workflows", json={"definition": wrong})
    assert answer.status_code == 422
    assert "agents.clerk.tools[0]: there is no tool" in answer.text


def test_a_node_cannot_call_a_tool_that_waits_for_somebody(client: httpx2.Client) -> None:
    node = {"id": "a", "kind": "tool", "tool": "ask-person", "arguments": "{question: 'Why?'}"}
    answer = client.post("/api/workflows", json={"definition": {"name": name("Ask"), "nodes": [node]}})
    assert answer.status_code == 422
    assert "there is no tool" in answer.text
