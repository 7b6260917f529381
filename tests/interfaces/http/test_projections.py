"""Read models over HTTP: how far they are, built anew, verified, and helped past an event that stops them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.support.asked import a_run, an_agent, created, finished, refused
from tests.support.system import System, until

DECISION = {"reason": "broken"}


@pytest.mark.parametrize("name", ["agents", "workflows", "runs"])
def test_a_read_model_that_is_folded_anew_has_the_same_rows(api: httpx2.Client, name: str) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    after = {"after": run["position"]}
    api.get("/api/agents", params=after)
    api.get("/api/workflows", params=after)
    before = api.get(f"/api/{name}", params=after).json()["items"]
    rebuilt = api.post(f"/api/projections/{name}/rebuild").json()
    assert rebuilt["position"] >= run["position"]
    assert rebuilt["rows"] >= len(before) > 0
    assert api.get(f"/api/{name}").json()["items"] == before


def test_an_unknown_read_model_is_refused_with_those_that_there_are(api: httpx2.Client) -> None:
    detail = refused(api.post("/api/projections/nope/rebuild"), 404, "not_found")
    assert "agents, workflows, prompts, runs" in detail


def progress(api: httpx2.Client, name: str) -> Any:
    """What is told of one that follows the log."""
    (found,) = [each for each in api.get("/api/projections").json()["items"] if each["name"] == name]
    return found


def test_everybody_who_follows_the_log_is_listed_with_its_leader(api: httpx2.Client, system: System) -> None:
    position = created(api, "/api/agents", an_agent())["position"]
    api.get("/api/agents", params={"after": position})
    agents = progress(api, "agents")
    assert (agents["kind"], agents["stopped"]) == ("read_model", None)
    assert agents["position"] >= position
    assert agents["leader"].endswith(f":{system.processes['projector'].pid}")
    assert progress(api, "step_jobs")["kind"] == "policy"


def test_references_to_payloads_are_counted_anew(api: httpx2.Client, client_of: ClientOf) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    recounted = api.post("/api/projections/payload_references/rebuild").json()
    assert recounted["rows"] > 0
    assert recounted["position"] >= run["position"]
    told = progress(api, "payload_references")
    assert (told["kind"], told["stopped"]) == ("counts", None)
    assert told["position"] >= recounted["position"]
    answer = client_of("user").post("/api/projections/payload_references/rebuild")
    assert "projections:manage" in refused(answer, 403, "not_allowed")


def test_a_read_model_is_verified(api: httpx2.Client) -> None:
    position = created(api, "/api/agents", an_agent())["position"]
    api.get("/api/agents", params={"after": position})
    verified = api.post("/api/projections/agents/verify").json()
    assert verified["position"] >= position
    assert (verified["differing"], verified["differences"]) == (0, [])
    refused(api.post("/api/projections/nope/verify"), 404, "not_found")


@contextmanager
def unwilling(system: System) -> Iterator[None]:
    """The table of the agents refuses one role."""
    with psycopg.connect(system.environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER TABLE agents ADD CONSTRAINT unwilling CHECK (body ->> 'role' <> 'Unwelcome')")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE agents DROP CONSTRAINT unwilling")


def test_one_that_an_event_stops_is_shown_in_health_and_goes_on_once_somebody_has_decided(
    api: httpx2.Client, anonymous: httpx2.Client, client_of: ClientOf, system: System
) -> None:
    with unwilling(system):
        after = created(api, "/api/agents", an_agent() | {"role": "Unwelcome"})["position"]
        position = until(lambda: progress(api, "agents")["stopped"])["position"]
        decision = DECISION | {"position": position}
        health = anonymous.get("/health/ready")
        stopped = health.json()["checks"]["projections"]["agents"]["stopped"]
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert (stopped["position"], stopped["event_type"]) == (position, "agent.created.v1")
        assert stopped["error"].startswith("CheckViolation (23514) in projections/table.py:")
        refused(client_of("user").post("/api/projections/agents/skip", json=decision), 403, "not_allowed")
        other = decision | {"position": position + 1}
        assert "stopped at" in refused(
            api.post("/api/projections/agents/skip", json=other), 409, "rejected", "position"
        )
        created(api, "/api/projections/agents/skip", decision)
        assert api.get("/api/agents", params={"after": after}).status_code == 200
    assert progress(api, "agents")["stopped"] is None
    assert api.post("/api/projections/agents/verify").json()["differing"] == 0
    created(api, "/api/projections/agents/restore", decision)
    assert api.post("/api/projections/agents/verify").json()["differing"] == 1
    api.post("/api/projections/agents/rebuild")
    assert api.post("/api/projections/agents/verify").json()["differing"] == 0


def test_only_what_follows_the_log_and_is_stopped_can_be_helped(api: httpx2.Client) -> None:
    decision = DECISION | {"position": 1}
    refused(api.post("/api/projections/nope/skip", json=decision), 404, "not_found")
    for verb, why in (("skip", "nothing stops it"), ("restore", "does not pass over")):
        answer = api.post(f"/api/projections/runs/{verb}", json=decision)
        assert why in refused(answer, 409, "rejected", "position")
    first = {"position": 0, "reason": "x"}
    refused(api.post("/api/projections/runs/skip", json=first), 422, "invalid", "position")
