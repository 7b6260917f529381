"""A workflow of every kind of node is published, and run to its end by real workers that ask models over a socket."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import httpx2
import pytest

from domain import nodes
from tests.interfaces.http.conftest import client_for
from tests.interfaces.http.node_kinds import agreeing, alone, leading, people
from tests.interfaces.http.node_kinds.case import INPUT, Case
from tests.support.asked import created, finished
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system

CASES = alone.CASES | agreeing.CASES | leading.CASES | people.CASES
MARK = re.compile(r"<<([\w-]+)\.(\w+)>>")
"""How the instructions of each agent name its case and itself."""

UNASKED = {"status": 400, "message": "nobody was to ask this"}


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


@pytest.fixture(scope="module")
def begun(provided: ProvidedSystem) -> dict[str, dict[str, Any]]:
    """The runs of all cases, which go on side by side."""
    for provider in (provided.openai, provided.anthropic):
        provider.always(**UNASKED)
    for name, case in CASES.items():
        for who, text in case.answers:
            provider_of(provided, case).will(match=f"<<{name}.{who}>>", text=text)
    return {name: start(provided.system.client, name, case) for name, case in CASES.items()}


def provider_of(provided: ProvidedSystem, case: Case) -> ProviderProcess:
    return provided.openai if case.model.startswith("openai") else provided.anthropic


def start(client: httpx2.Client, name: str, case: Case) -> dict[str, Any]:
    hand = {"role": "Hand", "task": "answer", "model": case.model}
    team = {who: hand | {"instructions": f"You are <<{name}.{who}>>."} for who in case.team()}
    if case.inner:
        publish(client, name=f"{name}-inner", nodes=case.inner, agents=team)
    workflow_id = publish(client, name=name, nodes=case.nodes, agents=team)
    return created(client, "/api/runs", {"workflow_id": workflow_id, "input": {"title": name, "data": INPUT}})


def publish(client: httpx2.Client, **definition: Any) -> str:
    return str(created(client, "/api/workflows", {"definition": definition})["id"])


def calls_of(provided: ProvidedSystem, case: Case, name: str) -> list[tuple[str, str]]:
    """Who was asked in a run of the case, and with what, by the provider's own count."""
    told = [json.dumps(call["body"], ensure_ascii=False) for call in provider_of(provided, case).calls()]
    return [(found[2], body) for body in told if (found := MARK.search(body)) and found[1] == name]


def is_told(calls: list[tuple[str, str]], told: tuple[str, str]) -> bool:
    return any(who == told[0] and told[1] in body for who, body in calls)


def record_of(client: httpx2.Client, *run_ids: str) -> list[tuple[str, str]]:
    """What happened in the runs, each with the step that it happened to."""
    pages = [client.get(f"/api/runs/{run_id}/events").json()["items"] for run_id in run_ids]
    happened = [(event["type"].split(".")[1], event["data"].get("step", "")) for page in pages for event in page]
    assert "call_in_doubt" not in dict(happened)
    return happened


def output_of(client: httpx2.Client, run: dict[str, Any]) -> Any:
    if run["output"] is None:
        return None
    answer = client.get(f"/api/runs/{run['id']}/output")
    return answer.json() if answer.headers["content-type"].startswith("application/json") else answer.text


def test_every_kind_of_node_is_run_to_its_end() -> None:
    kinds = {str(kind.__struct_config__.tag) for kind in get_args(nodes.AnyNode)}
    assert {case.kind for case in CASES.values()} == kinds


@pytest.mark.parametrize("name", CASES)
def test_a_node_comes_to_its_output_by_its_steps_and_asks_each_model_once(
    provided: ProvidedSystem, client: httpx2.Client, begun: dict[str, dict[str, Any]], name: str
) -> None:
    case, run_id = CASES[name], begun[name]["id"]
    for deed in case.deeds:
        deed(client, run_id)
    run = finished(client, begun[name])
    assert (run["error"] or {"code": ""})["code"] == case.code, run["error"]
    assert {step["id"]: step["status"] for step in run["steps"]} == case.ends()
    assert [step["shown_as"] for step in run["steps"] if step["id"] == "main"] == [case.kind]
    assert output_of(client, run) == case.output
    calls = calls_of(provided, case, name)
    assert Counter(who for who, _ in calls) == Counter(who for who, _ in case.answers)
    assert [told for told in case.heard if not is_told(calls, told)] == []
    assert [told for told in case.untold if is_told(calls, told)] == []
    happened = record_of(client, run_id, *run["children"])
    assert Counter(what for what, _ in happened)["call_recorded"] == len(case.answers)
    ended = Counter(step for what, step in happened if what in ("step_completed", "step_skipped"))
    assert set(ended.values()) <= {1}


def test_a_map_has_no_more_items_under_way_than_its_limit(client: httpx2.Client, begun: dict[str, Any]) -> None:
    finished(client, begun["map-limit"])
    under_way: set[str] = set()
    most = 0
    for happened, step in record_of(client, begun["map-limit"]["id"]):
        if happened == "step_begun" and step.endswith(".look"):
            under_way.add(step.removesuffix(".look"))
        elif happened == "step_completed" and step.endswith(".pair"):
            under_way.remove(step.removesuffix(".pair"))
        most = max(most, len(under_way))
    assert most == 2
