"""Every query can be told to wait for a position of the log, and says when it would take too long."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.support.asked import a_run, an_agent, created, finished
from tests.support.system import System

CURSOR = "pages and streams of the log itself, which every accepted command is in; `after` is their cursor"
FROM_THE_LOG = "it is folded from the log itself, which every accepted command is in"
NO_READ_MODEL = "what it tells is in no read model"
EXCEPTIONS = {
    "listRunEvents": CURSOR,
    "listStreamEvents": CURSOR,
    "watchRun": CURSOR,
    "watchEvents": CURSOR,
    "listProjections": "it tells how far each read model is, and would hide it by waiting",
    "listTemplates": NO_READ_MODEL,
    "listTools": NO_READ_MODEL,
    "readSession": NO_READ_MODEL,
    "listBudgets": FROM_THE_LOG,
    "listConcurrency": FROM_THE_LOG,
    "listInvitations": FROM_THE_LOG,
    "listMembers": FROM_THE_LOG,
    "listModels": FROM_THE_LOG,
    "listOfferedModels": FROM_THE_LOG,
    "readOfferedModel": FROM_THE_LOG,
    "listRoles": FROM_THE_LOG,
    "listRoutes": FROM_THE_LOG,
    "listSecrets": FROM_THE_LOG,
    "listWorkflowVersions": FROM_THE_LOG,
    "readEstimate": FROM_THE_LOG,
    "readGoal": FROM_THE_LOG,
    "readSuite": FROM_THE_LOG,
    "readEvaluation": FROM_THE_LOG,
    "readProfile": FROM_THE_LOG,
    "readCallPrompt": FROM_THE_LOG,
    "listStepCompactions": FROM_THE_LOG,
    "listSessionCompactions": FROM_THE_LOG,
    "readToolArguments": FROM_THE_LOG,
    "readToolOutput": FROM_THE_LOG,
    "readPromptDifference": FROM_THE_LOG,
    "readWorkflowDifference": FROM_THE_LOG,
    "readWorkflowDrawing": FROM_THE_LOG,
    "readWorkflowSchema": NO_READ_MODEL,
    "listPasswordResets": NO_READ_MODEL,
    "listSigningKeys": NO_READ_MODEL,
    "listSignOnProviders": NO_READ_MODEL,
    "readDeviceCode": NO_READ_MODEL,
    "beginSignOn": NO_READ_MODEL,
    "finishSignOn": NO_READ_MODEL,
    "readLiveness": NO_READ_MODEL,
    "readReadiness": NO_READ_MODEL,
}
"""Queries that cannot wait, each with its reason; metrics and the OpenAPI document are no operations."""

WAITS = "Wait until the read model has seen this position of the log."
FAR = 2**40


def queries(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        if "get" in item:
            yield path, item["get"]


def waiting(document: dict[str, Any]) -> dict[str, str]:
    """The paths of the queries that wait, by operation."""
    return {
        operation["operationId"]: path
        for path, operation in queries(document)
        for each in operation["parameters"]
        if (each["name"], each["description"] if each["in"] == "query" else "") == ("after", WAITS)
    }


def test_every_query_waits_for_a_position_but_for_those_with_a_reason(document: dict[str, Any]) -> None:
    asked = {operation["operationId"] for _, operation in queries(document)}
    assert asked - waiting(document).keys() == EXCEPTIONS.keys()
    assert {"listRuns", "readWorkflow", "listWebhookDeliveries"} <= waiting(document).keys()


async def test_a_query_that_waits_too_long_says_when_to_ask_again(system: System, document: dict[str, Any]) -> None:
    headers = {"Authorization": system.client.headers["Authorization"]}
    async with httpx2.AsyncClient(base_url=system.url, headers=headers, timeout=60) as client:

        async def ask(path: str) -> httpx2.Response:
            for name in (
                "run_id",
                "agent_id",
                "workflow_id",
                "webhook_id",
                "schedule_id",
                "trigger_id",
                "prompt_id",
                "session_id",
                "message_id",
                "fact_id",
                "step",
            ):
                path = path.replace(f"{{{name}}}", str(uuid4()))
            path = path.replace("{number}", "1")
            return await client.get(path, params={"after": FAR})

        answers = await asyncio.gather(*(ask(path) for path in waiting(document).values()))
    assert len(answers) >= 10
    for answer in answers:
        assert (answer.status_code, answer.headers.get("retry-after")) == (503, "1"), answer.url
        assert answer.json()["type"] == "urn:z2:problem:behind"


def test_pages_of_the_log_have_a_command_as_soon_as_it_is_accepted(api: httpx2.Client) -> None:
    for _ in range(20):
        made = created(api, "/api/agents", an_agent())
        position = made["position"] - 2
        page = api.get(
            "/api/events", params={"after": position, "type": "agent."}, headers={"Accept": "application/json"}
        )
        assert made["id"] in {event["stream"] for event in page.json()["items"]}
        stream = api.get(f"/api/streams/{made['id']}/events", params={"after": position}).json()
        assert [event["stream"] for event in stream["items"]] == [made["id"]]


def test_a_cursor_in_the_future_is_named(api: httpx2.Client) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    paths = ("/api/events", f"/api/runs/{run['id']}/events", f"/api/streams/{run['id']}/events")
    for path in paths:
        refused = api.get(path, params={"after": FAR}, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "after")
        assert f"position {FAR} is in the future; the log ends at " in refused.json()["detail"]


def test_a_webhook_is_found_by_its_deliveries_and_by_redriving_as_soon_as_it_is_accepted(api: httpx2.Client) -> None:
    for _ in range(5):
        made = created(api, "/api/webhooks", {"url": "https://example.invalid/hook", "tags": ["nothing."]})
        path = f"/api/webhooks/{made['id']}"
        assert api.post(f"{path}/redrive", json={}).json() == {"count": 0}
        assert api.get(f"{path}/deliveries", params={"after": made["position"]}).json() == {"items": [], "next": None}
        api.delete(path)
        assert api.post(f"{path}/redrive", json={}).status_code == 404


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream", "text/event-stream, application/json;q=0.5"])
def test_who_does_not_insist_on_json_follows_the_log(api: httpx2.Client, accept: str) -> None:
    with api.stream("GET", "/api/events", headers={"Accept": accept}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
