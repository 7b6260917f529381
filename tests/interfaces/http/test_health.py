"""Health: is the process alive, can it work, and what is said while a part is away."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx2

from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from tests.support import servers
from tests.support.asked import an_agent, created, refused
from tests.support.own_api import serving
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System, free_port


def test_a_process_that_answers_is_alive(anonymous: httpx2.Client) -> None:
    answer = anonymous.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_api_with_all_its_parts_is_ready_and_tells_how_far_the_read_models_are(
    anonymous: httpx2.Client, api: httpx2.Client
) -> None:
    position = created(api, "/api/agents", an_agent())["position"]
    api.get("/api/agents", params={"after": position})
    health = anonymous.get("/health/ready").json()
    assert (health["status"], health["checks"]["postgres"], health["checks"]["redis"]) == ("ok", "ok", "ok")
    assert health["checks"]["projections"].keys() >= {"agents", "workflows", "runs"}
    assert health["checks"]["projections"]["agents"]["position"] >= position


async def test_an_api_without_redis_is_alive_but_not_ready(system: System, promise: Promise) -> None:
    environment = {**system.environment, "REDIS_URL": f"redis://127.0.0.1:{free_port()}"}
    async with serving(environment) as url, httpx2.AsyncClient(base_url=url) as client:
        assert (await client.get("/health/live")).status_code == 200
        answer = await client.get("/health/ready")
    promise.check(answer)
    health = answer.json()
    assert (answer.status_code, health["status"]) == (503, "degraded")
    assert (health["checks"]["postgres"], health["checks"]["redis"]) == ("ok", "unreachable")


async def test_an_api_without_postgres_says_so_and_that_one_may_ask_again(
    system: System, promise: Promise, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(servers.postgres_server())
        environment = {**system.environment, "DATABASE_URL": address, "Z2_DATA_DIR": str(tmp_path)}
        environment |= {"Z2_ADMIN_NAME": "", "Z2_ADMIN_PASSWORD": ""}
        actor = Residents(environment).new("admin", uuid4())
        token, _ = Tokens(token_keys("", tmp_path), timedelta(hours=1)).issue(actor, now())
        headers = {"Authorization": f"Bearer {token}"}
        async with serving(environment) as url, httpx2.AsyncClient(base_url=url, headers=headers) as client:
            assert (await client.get("/api/agents")).status_code == 200
            await asyncio.to_thread(stack.close)
            agent = await client.get("/api/agents", timeout=30)
            health = await client.get("/health/ready")
    promise.check(agent)
    promise.check(health)
    assert "Postgres" in refused(agent, 503, "unavailable")
    assert agent.headers["retry-after"] == "1"
    assert (health.status_code, health.json()["checks"]["postgres"]) == (503, "unreachable")
