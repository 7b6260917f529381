"""A payload that does not match its hash is given to nobody: who needs it is told its name, and the others go on."""

import hashlib
from typing import Any
from uuid import uuid4

import psycopg

from tests.support.asked import TEXT, a_definition, a_document, a_node, an_agent, created, finished, refused
from tests.support.system import System

ALTER = "UPDATE payloads SET encoding = 'plain', body = 'something else' WHERE sha256 = %s RETURNING true"


def altered(system: System, text: str) -> str:
    """The name of the stored text, which somebody has altered since."""
    digest = hashlib.sha256(text.encode())
    with psycopg.connect(system.environment["DATABASE_URL"]) as connection:
        assert connection.execute(ALTER, (digest.digest(),)).fetchall() == [(True,)]
    return digest.hexdigest()


def run(system: System, text: str) -> dict[str, Any]:
    return finished(system.client, created(system.client, "/api/runs", a_document(text=text)))


def test_a_reader_is_told_which_one_it_is(system: System) -> None:
    text = f"{TEXT} {uuid4()}"
    whole = run(system, text)
    name = altered(system, text)
    answer = system.client.get(f"/api/runs/{whole['id']}/input")
    assert f"sha256:{name} does not match its hash" in refused(answer, 500, "payload_altered")


def test_a_step_that_needs_it_fails_for_that_reason_and_the_next_run_is_none_the_worse(system: System) -> None:
    text = f"{TEXT} {uuid4()}"
    reader = created(system.client, "/api/agents", an_agent())["id"]
    held = a_definition({"kind": "wait", "id": "held", "event": "go"}, a_node(reader, needs=["held"]))
    workflow_id = created(system.client, "/api/workflows", held)["id"]
    asked = a_document(text=text) | {"template": None, "workflow_id": workflow_id}
    accepted = created(system.client, "/api/runs", asked)
    name = altered(system, text)  # before any worker has read it
    system.client.post(f"/api/runs/{accepted['id']}/signals", json={"name": "go", "text": ""})
    failed = finished(system.client, accepted)
    assert failed["status"] == "failed"
    errors = [step["error"] for step in failed["steps"] if step.get("error")]
    assert errors
    assert all(error["code"] == "payload_altered" for error in errors), errors
    assert any(f"sha256:{name}" in str(error) for error in errors), errors
    assert run(system, f"{TEXT} {uuid4()}")["status"] == "completed"
