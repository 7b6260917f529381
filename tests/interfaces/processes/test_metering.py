"""A worker and a projector tell what they measure at ports of their own, where they are asked to."""

from collections.abc import Iterator

import httpx2
import pytest
import structlog

from infrastructure import settings
from interfaces.composition import core
from interfaces.processes import metering
from tests.support import servers
from tests.support.asked import a_run, created, finished
from tests.support.system import System, free_port, running_system, until


@pytest.fixture(scope="module")
def port() -> int:
    """A free one whose neighbour is free too."""
    return next(port for port in iter(free_port, 0) if port < 60_000)


@pytest.fixture(scope="module")
def measured(postgres: str, redis_url: str, port: int) -> Iterator[System]:
    """A Z2 whose worker and projector can be read."""
    database = servers.create_database(postgres, "measured")
    with running_system(database, redis_url, Z2_METRICS_PORT=str(port), Z2_METRICS_TOKEN="t") as running:
        yield running


def told(port: int, token: str = "t") -> httpx2.Response | None:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {token}"})
    except httpx2.HTTPError:
        return None


def test_what_models_were_asked_and_how_far_the_read_models_are_is_told(measured: System, port: int) -> None:
    run = finished(measured.client, created(measured.client, "/api/runs", a_run()))
    calls = len(run["steps"])

    def counted() -> str | None:
        answer = told(port)
        line = f'z2_model_call_seconds_count{{outcome="completed",provider="offline"}} {calls}.0'
        return answer.text if answer and line in answer.text else None

    worker = until(counted)
    assert 'z2_model_tokens_total{kind="output",provider="offline"}' in worker
    projector = until(lambda: told(port + 1))
    assert projector.status_code == 200
    assert projector.headers["content-type"].startswith("text/plain; version=")
    assert 'z2_projection_lag_events{projection="runs"}' in projector.text


def test_nobody_reads_without_the_token_and_there_is_nothing_else(measured: System, port: int) -> None:
    refused = until(lambda: told(port, "wrong"))
    assert (refused.status_code, "z2_" in refused.text) == (401, False)
    assert httpx2.get(f"http://127.0.0.1:{port}/api/runs").status_code == 404
    assert httpx2.post(f"http://127.0.0.1:{port}/metrics").status_code == 404


async def test_a_port_that_is_taken_stops_no_work(measured: System, port: int) -> None:
    until(lambda: told(port))
    with structlog.testing.capture_logs() as logs:
        async with core(settings.load(measured.environment)) as parts, metering.served(parts, port):
            assert await parts.store.head() >= 0
    assert [line["port"] for line in logs if line["event"] == "metrics.not_served"] == [port]
