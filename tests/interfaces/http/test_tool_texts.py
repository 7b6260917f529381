"""What tools were given and gave is read call by call, and only in the workspace of the run."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support.asked import an_agent, created, finished, refused
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, provided_system


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def test_what_a_tool_was_given_and_what_it_gave_is_read(client: httpx2.Client, provided: ProvidedSystem) -> None:
    sums = [{"name": "calculate", "arguments": f'{{"expression": "{sum_}"}}'} for sum_ in ("6 * 7", "6 / 0")]
    provided.openai.will(text="", wanted=sums)
    provided.openai.will(text="It is 42.")
    agent = an_agent(task="answer", model="openai/gpt-6-luna", tools=["calculate"])
    body = {"agent_id": created(client, "/api/agents", agent)["id"], "message": {"text": "How many?"}}
    run_id = created(client, "/api/sessions", body)["run_id"]
    (step,) = finished(client, {"id": run_id})["steps"]
    calls = f"/api/runs/{run_id}/steps/{step['id']}/calls"
    assert client.get(f"{calls}/0/tools/0/arguments").json() == {"expression": "6 * 7"}
    assert client.get(f"{calls}/0/tools/0/output").json()["result"] == 42
    assert client.get(f"{calls}/0/tools/1/arguments").json() == {"expression": "6 / 0"}
    refused(client.get(f"{calls}/0/tools/2/arguments"), 404, "not_found")
    refused(client.get(f"{calls}/1/tools/0/output"), 404, "not_found")
    refused(client.get(f"/api/runs/{run_id}/steps/nobody/calls/0/tools/0/output"), 404, "not_found")
    refused(client.get(f"/api/runs/{uuid4()}/steps/{step['id']}/calls/0/tools/0/output"), 404, "not_found")
