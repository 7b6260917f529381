"""Postgres or Redis away or silent, seen through HTTP: done and durable, or an error that says how to ask again."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import httpx2
import pytest

from infrastructure.embedded.postgres import SOCKET
from tests.support.asked import a_run, an_agent
from tests.support.fault_proxy import FaultProxy, Way, faulty_network
from tests.support.own_api import serving
from tests.support.system import System
from tests.support.until import until

BOUND_SECONDS = 60.0


@asynccontextmanager
async def networks(system: System) -> AsyncIterator[tuple[FaultProxy, FaultProxy, dict[str, str]]]:
    """Networks to the Postgres and to the Redis of the running Z2, and an environment that uses them."""
    postgres, redis = urlsplit(system.environment["DATABASE_URL"]), urlsplit(system.environment["REDIS_URL"])
    sockets = Path(unquote(parse_qs(postgres.query)["host"][0]))
    database = parse_qs(redis.query)["db"][0]
    async with faulty_network(sockets / SOCKET) as to_postgres, faulty_network(Path(redis.path)) as to_redis:
        yield (
            to_postgres,
            to_redis,
            {
                **system.environment,
                "DATABASE_URL": f"postgresql://z2@127.0.0.1:{to_postgres.port}{postgres.path}",
                "REDIS_URL": f"redis://127.0.0.1:{to_redis.port}/{database}",
                "Z2_DATABASE_SECONDS": "1",
            },
        )


@asynccontextmanager
async def api_behind(system: System) -> AsyncIterator[tuple[FaultProxy, FaultProxy, httpx2.AsyncClient]]:
    """An API of its own behind such networks, and a client that is signed in there."""
    headers = {"Authorization": system.client.headers["Authorization"]}
    async with (
        networks(system) as (to_postgres, to_redis, environment),
        serving(environment) as url,
        httpx2.AsyncClient(base_url=url, headers=headers, timeout=BOUND_SECONDS) as client,
    ):
        try:
            yield to_postgres, to_redis, client
        finally:
            to_postgres.heal()
            to_redis.heal()


@pytest.mark.parametrize("ways", [("requests",), ("answers",)], ids="+".join)
async def test_a_command_to_a_silent_postgres_is_answered_in_time_and_done_once_under_its_key(
    system: System, ways: tuple[Way, ...]
) -> None:
    key, agent = {"Idempotency-Key": str(uuid4())}, an_agent()
    async with api_behind(system) as (network, _, client):
        assert (await client.post("/api/agents", json=an_agent())).status_code == 201
        network.hold(*ways)
        begun = time.monotonic()
        refused = await client.post("/api/agents", json=agent, headers=key)
        assert time.monotonic() - begun < BOUND_SECONDS
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:z2:problem:unavailable")
        assert refused.headers["retry-after"] == "1"
        assert "the same Idempotency-Key" in refused.json()["detail"]
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]["postgres"]) == (503, "unreachable")
        network.heal()

        async def accepted() -> Any:
            answer = await client.post("/api/agents", json=agent, headers=key)
            return answer.json() if answer.status_code == 201 else None

        first = await until(accepted, BOUND_SECONDS)
        assert await until(accepted, BOUND_SECONDS) == first
        listed = await client.get("/api/agents", params={"after": first["position"]})
    assert [each["id"] for each in listed.json()["items"] if each["name"] == agent["name"]] == [first["id"]]


@pytest.mark.parametrize("fault", ["cut", "silent"])
async def test_commands_are_done_without_redis_and_what_they_began_goes_on(system: System, fault: str) -> None:
    async with api_behind(system) as (_, network, client):
        if fault == "cut":
            network.refusing = True
            network.cut()
        else:
            network.hold("requests", "answers")
        started = await client.post("/api/runs", json=a_run())
        assert started.status_code == 201, started.text
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]["redis"]) == (503, "unreachable")
        assert ready.json()["checks"]["postgres"] == "ok"
        run, position = started.json()["id"], started.json()["position"]

        async def ended() -> str | None:
            answer = await client.get(f"/api/runs/{run}", params={"after": position})
            assert answer.status_code == 200, answer.text
            status = str(answer.json()["status"])
            return status if status not in ("pending", "running") else None

        assert await until(ended, BOUND_SECONDS) == "completed"
