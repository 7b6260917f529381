"""Rebuilding read models over HTTP."""

import httpx2
import pytest

from tests.support.asked import a_run, created, finished, refused


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
    assert "agents, workflows, runs" in detail
