"""The Idempotency-Key: a request that is sent again does nothing again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support import asked
from tests.support.asked import a_run, an_agent, created, finished, refused

KEY = "Idempotency-Key"


def positions(client: httpx2.Client) -> int:
    """How far the log is, by adding to it."""
    return int(created(client, "/api/agents", an_agent())["position"])


def test_a_run_that_is_asked_for_twice_is_one_run(api: httpx2.Client) -> None:
    key, body = str(uuid4()), a_run()
    first = created(api, "/api/runs", body, **{KEY: key})
    run = finished(api, first)
    before = positions(api)
    assert created(api, "/api/runs", body, **{KEY: key}) == first
    assert positions(api) == before + 2, "only the agent that tells the position, and its name, were added"
    assert finished(api, first) == run


@pytest.mark.parametrize("path", ["/api/agents", "/api/workflows"])
def test_what_is_made_twice_under_one_key_is_made_once(api: httpx2.Client, path: str) -> None:
    agent_id = created(api, "/api/agents", an_agent())["id"]
    bodies: dict[str, dict[str, Any]] = {
        "/api/agents": an_agent(),
        "/api/workflows": asked.a_definition(asked.a_node(agent_id)),
    }
    key = {KEY: str(uuid4())}
    first = created(api, path, bodies[path], **key)
    assert created(api, path, bodies[path], **key) == first
    refused(api.post(path, json=bodies[path]), 409, "name_taken", "name")


def test_the_same_request_under_two_keys_is_two_runs(api: httpx2.Client) -> None:
    body = a_run()
    first, second = (created(api, "/api/runs", body, **{KEY: str(uuid4())}) for _ in range(2))
    assert first["id"] != second["id"]


def test_a_key_of_another_request_is_refused(api: httpx2.Client) -> None:
    key = {KEY: str(uuid4())}
    first = created(api, "/api/runs", a_run(), **key)
    for path, body in (
        ("/api/runs", asked.a_document(title="Other")),
        ("/api/agents", an_agent()),
        (f"/api/runs/{first['id']}/cancel", {}),
    ):
        assert "new key" in refused(api.post(path, json=body, headers=key), 422, "idempotency_key_reused")


def test_a_request_that_was_refused_can_be_mended_under_its_key(api: httpx2.Client) -> None:
    key = {KEY: str(uuid4())}
    refused(api.post("/api/runs", json=a_run(template="nope"), headers=key), 422, "invalid", "template")
    created(api, "/api/runs", a_run(), **key)


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_that_is_empty_or_too_long_is_refused(api: httpx2.Client, key: str) -> None:
    answer = api.post("/api/runs", json=a_run(), headers={KEY: key})
    assert "1 to 200 characters" in refused(answer, 422, "invalid", KEY)


def test_a_key_may_be_long_and_need_not_be_ascii(api: httpx2.Client) -> None:
    for key in (b"k" * 200, "schlüssel/\u00ff'; --".encode("latin-1")):
        body = an_agent()
        answers = [api.post("/api/agents", json=body, headers=[(KEY.encode(), key)]) for _ in range(2)]
        assert answers[0].status_code == 201
        assert answers[0].json() == answers[1].json()


def test_requests_at_the_same_time_under_one_key_start_one_run(client_of: ClientOf) -> None:
    workspace, key, body = uuid4(), {KEY: str(uuid4())}, a_run()
    clients = [client_of("admin", workspace) for _ in range(8)]
    # the template is made first, so that the race is about the run alone
    finished(clients[0], created(clients[0], "/api/runs", body))
    with ThreadPoolExecutor(len(clients)) as threads:
        answers = list(threads.map(lambda client: client.post("/api/runs", json=body, headers=key), clients))
    assert [answer.status_code for answer in answers] == [201] * len(answers)
    (accepted,) = {answer.text for answer in answers}
    run = finished(clients[0], answers[0].json())
    assert run["id"] in accepted
    assert len(clients[0].get("/api/runs", params={"after": run["position"]}).json()["items"]) == 2


def test_the_first_runs_of_a_template_at_the_same_time_all_start(client_of: ClientOf) -> None:
    workspace = uuid4()
    clients = [client_of("admin", workspace) for _ in range(4)]
    with ThreadPoolExecutor(len(clients)) as threads:
        answers = list(threads.map(lambda client: client.post("/api/runs", json=a_run()), clients))
    assert [answer.status_code for answer in answers] == [201] * len(answers), [each.text for each in answers]
    assert len({answer.json()["id"] for answer in answers}) == len(answers)


def test_a_cancellation_sent_again_under_its_key_gets_its_first_answer(api: httpx2.Client) -> None:
    run_id = asked.a_long_run(api)["id"]
    key = {KEY: str(uuid4())}
    first, second = (api.post(f"/api/runs/{run_id}/cancel", headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
