"""What cannot be scored has a name and an end: what is not there any more, what is late, and what is cancelled."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from tests.support.asked import TEXT, a_definition, a_run, a_workflow, created, finished
from tests.support.evaluating import a_suite, added, evaluated, recorded
from tests.support.system import System

GONE = "DELETE FROM payloads WHERE sha256 = %s RETURNING true"
WAITS = {"id": "held", "kind": "wait", "event": "go"}


def test_what_cannot_be_run_any_more_is_an_error_with_a_name_and_the_rest_goes_on(api: httpx2.Client) -> None:
    suite, workflow_id = a_suite(api), a_workflow(api)
    added(api, suite, recorded(api, template=None, workflow_id=workflow_id))
    added(api, suite, recorded(api))
    assert api.post(f"/api/workflows/{workflow_id}/archive").status_code == 200
    first, second = evaluated(api, suite)["trials"]
    assert (first["status"], first["code"], second["status"]) == ("error", "not_started", "passed")
    assert "is archived" in first["detail"]


def a_patient_run(api: httpx2.Client) -> dict[str, Any]:
    """A recorded run that waited for an event, which came; those after it wait in vain."""
    workflow_id = created(api, "/api/workflows", a_definition(WAITS))["id"]
    run = created(api, "/api/runs", a_run(template=None, workflow_id=workflow_id))
    assert api.post(f"/api/runs/{run['id']}/signals", json={"name": "go"}).status_code == 200
    return finished(api, run)


def test_a_case_whose_input_is_gone_is_an_error(api: httpx2.Client, system: System) -> None:
    suite, text = a_suite(api), f"{TEXT} {uuid4()}"
    added(api, suite, recorded(api, input={"title": "Tides", "text": text}))
    with psycopg.connect(system.environment["DATABASE_URL"]) as connection:
        gone = connection.execute(GONE, (hashlib.sha256(text.encode()).digest(),))
        assert gone.fetchall() == [(True,)]
    assert api.post(f"{suite}/estimate", json={}).json()["micro_usd"] == 0
    [trial] = evaluated(api, suite)["trials"]
    assert (trial["status"], trial["code"]) == ("error", "input_gone")


def test_a_run_without_an_end_is_over_at_its_deadline(api: httpx2.Client) -> None:
    suite = a_suite(api)
    added(api, suite, a_patient_run(api))
    found = evaluated(api, suite, deadline_seconds=1)
    [trial] = found["trials"]
    assert (trial["status"], trial["code"], found["errors"]) == ("error", "deadline_passed", 1)


def test_an_evaluation_that_is_cancelled_ends_its_runs(api: httpx2.Client) -> None:
    suite = a_suite(api)
    added(api, suite, a_patient_run(api))
    path = f"/api/evaluations/{created(api, f'{suite}/evaluations', {})['id']}"
    [trial] = api.get(path).json()["trials"]
    assert trial["status"] == "running"
    assert api.post(f"{path}/cancel").status_code == 200
    assert finished(api, {"id": trial["made"]["run_id"]})["status"] == "cancelled"
    found = api.get(path).json()
    assert (found["status"], found["trials"][0]["status"]) == ("cancelled", "cancelled")
