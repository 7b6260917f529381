"""The keys of a workspace are nowhere but in the vault: not on the disk of the database, in no log and in no answer."""

import base64
from typing import Any

import httpx2
import pytest

from tests.support import asked, canary
from tests.support.asked import a_run, created, finished, refused
from tests.support.canary import Canary
from tests.support.providers import provided_system
from tests.support.system import free_port

OPENAI, ANTHROPIC = "/api/secrets/openai", "/api/secrets/anthropic"


def run(client: httpx2.Client, model: str) -> dict[str, Any]:
    workflow_id = asked.a_workflow(client, model=model)
    return finished(client, created(client, "/api/runs", a_run(template=None, workflow_id=workflow_id)))


def test_a_key_is_found_nowhere(postgres: str, capfd: pytest.CaptureFixture[str]) -> None:
    used, replaced, refused_one, unsent, crooked = birds = [canary.fresh(name) for name in ("a", "b", "c", "d", "e")]
    heard: list[bytes] = []

    def listen(answer: httpx2.Response) -> None:
        if answer.headers["content-type"].startswith("text/event-stream"):
            return  # it has no end; the same is told by /api/events
        answer.read()
        heard.append(str(answer.headers).encode() + answer.content)

    talkative = {"OPENAI_LOG": "debug", "ANTHROPIC_LOG": "debug"}
    metrics = free_port()
    with provided_system(
        postgres, Z2_PROVIDER_ALLOW_PRIVATE="true", Z2_METRICS_PORT=str(metrics), **talkative
    ) as provided:
        client = provided.system.client
        provided.openai.takes(replaced.secret, used.secret)
        provided.anthropic.takes(used.secret)
        assert client.put(OPENAI, json={"value": replaced.secret}).status_code == 200
        client.event_hooks = {"response": [listen]}
        for path in (OPENAI, ANTHROPIC):
            assert client.put(path, json={"value": used.secret}).status_code == 200
            refused(client.put(path, json={"value": refused_one.secret}), 422, "invalid", "value")
            nowhere = {"base_url": f"http://127.0.0.1:{free_port()}"}
            refused(client.put(path, json={"value": unsent.secret} | nowhere), 422, "key_untested", "base_url")
            refused(client.put(path, json={"value": f'"{crooked.secret}"'}), 422, "invalid", "value")
            refused(client.put(path, content=f'{{"value": "{crooked.secret}"'), 400, "malformed_body")
            refused(client.put(path, json={"value": [crooked.secret]}), 422, "invalid", "value")
            assert client.post(f"{path}/test").json()["works"] is True
        for model in ("openai/gpt-test", "anthropic/claude-test"):
            assert run(client, model)["status"] == "completed"
        provided.openai.takes()
        assert run(client, "openai/gpt-test")["status"] == "failed"
        assert client.post(f"{OPENAI}/test").json()["works"] is False
        for path in ("/api/secrets", "/api/models", "/api/events", "/api/runs", "/metrics", "/api/openapi.json"):
            assert client.get(path, headers={"Accept": "application/json"}).status_code == 200
        heard += [httpx2.get(f"http://127.0.0.1:{port}/metrics").content for port in (metrics, metrics + 1)]
        assert {call["key"] for call in provided.openai.calls()} == {used.secret}, "the birds do fly"
        found = canary.in_database(provided.system.environment["DATABASE_URL"], birds)
    log = capfd.readouterr()
    assert found == []
    assert canary.in_text("the log", log.out + log.err, birds) == []
    assert canary.in_bytes("answers", b"\n".join(heard), birds) == []
    assert len(heard) > 20
    assert "HTTP Request: GET" in log.err, "the SDKs were made to talk"


def test_the_search_would_find_a_key_that_was_only_encoded() -> None:
    bird: Canary = canary.fresh("a")
    assert canary.in_bytes("the log", base64.b64encode(b"a box with " + bird.secret.encode()), [bird])
