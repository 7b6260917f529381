"""Limits over real sockets: two API processes that count together in one Redis."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeAlias
from uuid import UUID, uuid4

import httpx2
import pytest

from infrastructure.identity.tokens import Tokens, now
from tests.infrastructure.redis.own import own_valkey
from tests.support.api_process import api_process
from tests.support.asked import refused
from tests.support.own_api import serving
from tests.support.residents import Residents
from tests.support.system import System
from tests.support.until import until

USER, ADDRESS, SIGN_IN = 150, 40, 5
TIGHT = {
    "Z2_LIMIT_USER": str(USER),
    "Z2_LIMIT_ADDRESS": str(ADDRESS),
    "Z2_LIMIT_SIGN_IN": str(SIGN_IN),
    "Z2_LIMIT_SECONDS": "600",
    "Z2_TRUSTED_PROXIES": "127.0.0.0/8, ::1",
}
PASSWORD = {"name": "nobody", "password": "nothing at all"}

Replica: TypeAlias = httpx2.AsyncClient
Somebody: TypeAlias = Callable[[], dict[str, str]]


@pytest.fixture(scope="module")
def urls(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two API processes with tight limits, behind a proxy on this machine."""
    logs = tmp_path_factory.mktemp("replicas")
    with ExitStack() as running:
        environment = {**system.environment, **TIGHT}
        processes = [running.enter_context(api_process(environment, logs / name)) for name in ("one", "two")]
        yield [process.url for process in processes]


@pytest.fixture
async def replicas(urls: list[str]) -> AsyncIterator[list[Replica]]:
    async with (
        httpx2.AsyncClient(base_url=urls[0], timeout=60, verify=False) as one,
        httpx2.AsyncClient(base_url=urls[1], timeout=60, verify=False) as two,
    ):
        yield [one, two]


@pytest.fixture
def somebody(residents: Residents, tokens: Tokens, home: UUID) -> Somebody:
    """Headers of a user that nobody has seen before."""
    return lambda: {"Authorization": f"Bearer {tokens.issue(residents.new('admin', home), now())[0]}"}


def from_address(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


_hosts = iter(range(1, 60_000))


def fresh_address() -> str:
    """An address that has asked nothing yet."""
    host = next(_hosts)
    return f"10.{uuid4().int % 256}.{host // 250}.{host % 250}"


async def statuses(replicas: list[Replica], times: int, path: str = "/api/agents", **asked: object) -> Counter[int]:
    """How so many requests at once are answered by the two in turn."""
    method = str(asked.pop("method", "GET"))
    gate = asyncio.Semaphore(20)

    async def one(number: int) -> int:
        async with gate:
            return (await replicas[number % 2].request(method, path, **asked)).status_code  # type: ignore[arg-type]

    return Counter(await asyncio.gather(*(one(number) for number in range(times))))


async def test_a_users_requests_to_all_processes_count_together_and_exactly(
    replicas: list[Replica], somebody: Somebody
) -> None:
    assert await statuses(replicas, USER + 50, headers=somebody()) == {200: USER, 429: 50}


async def test_the_burst_of_one_user_takes_nothing_from_another(replicas: list[Replica], somebody: Somebody) -> None:
    burst, calm = await asyncio.gather(
        statuses(replicas, 4 * USER, headers=somebody()), statuses(replicas, 50, headers=somebody())
    )
    assert (burst[200], calm) == (USER, {200: 50})


async def test_answers_tell_the_limit_and_what_is_left_of_it(replicas: list[Replica], somebody: Somebody) -> None:
    headers = somebody()
    answers = [await replicas[0].get("/api/agents", headers=headers) for _ in range(3)]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {f'"user";q={USER};w=600'}
    told = [re.fullmatch(r'"user";r=(\d+);t=(\d+)', answer.headers["ratelimit"]) for answer in answers]
    assert [int(each[1]) for each in told if each] == [USER - 1, USER - 2, USER - 3]
    assert all(each and 1 <= int(each[2]) <= 600 for each in told)
    missing = await replicas[0].get(f"/api/runs/{uuid4()}", headers=headers)
    assert (missing.status_code, "ratelimit" in missing.headers) == (404, True)


async def test_a_refusal_is_a_problem_that_says_when_to_try_again(replicas: list[Replica], somebody: Somebody) -> None:
    headers = somebody()
    await statuses(replicas, USER, headers=headers)
    answer = await replicas[0].post("/api/agents", headers=headers, content=b"{")
    detail = refused(answer, 429, "rate_limited")
    assert f"{USER} requests within 600 seconds" in detail
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 600
    assert answer.headers["ratelimit"] == f'"user";r=0;t={seconds}'
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_whoever_is_not_signed_in_counts_by_address(replicas: list[Replica], somebody: Somebody) -> None:
    headers = from_address(fresh_address())
    assert await statuses(replicas, ADDRESS + 10, headers=headers) == {401: ADDRESS, 429: 10}
    wrong = {**headers, "Authorization": "Bearer e30.e30.e30"}
    assert await statuses(replicas, 5, headers=wrong) == {429: 5}
    assert await statuses(replicas, 4, "/", headers=headers) == {429: 4}
    assert await statuses(replicas, 4, headers={**headers, **somebody()}) == {200: 4}
    assert await statuses(replicas, 4, headers=from_address(fresh_address())) == {401: 4}


async def test_whoever_asks_whether_z2_is_well_is_never_refused(replicas: list[Replica]) -> None:
    headers = from_address(fresh_address())
    assert await statuses(replicas, 2 * ADDRESS, "/health/live", headers=headers) == {200: 2 * ADDRESS}
    assert "ratelimit" not in (await replicas[0].get("/health/ready", headers=headers)).headers


async def test_signing_in_has_a_limit_of_its_own_whatever_is_sent(replicas: list[Replica]) -> None:
    headers = from_address(fresh_address())
    tried = await statuses(replicas, SIGN_IN + 6, "/api/session", method="POST", headers=headers, json=PASSWORD)
    assert tried == {401: SIGN_IN, 429: 6}
    answer = await replicas[1].post("/api/session", headers=headers, content=b"{")
    assert "address signing in" in refused(answer, 429, "rate_limited")
    assert answer.headers["ratelimit-policy"] == f'"address";q={ADDRESS};w=600, "sign-in";q={SIGN_IN};w=600'
    assert (await replicas[0].get("/", headers=headers)).status_code in (200, 503)


async def test_an_ipv6_household_is_one_address(replicas: list[Replica]) -> None:
    network = f"2001:db8:{uuid4().int % 65_536:x}:{uuid4().int % 65_536:x}"
    for number in range(4):
        headers = from_address(f"{network}::{number:x}")
        assert await statuses(replicas, ADDRESS // 4, headers=headers) == {401: ADDRESS // 4}
    assert await statuses(replicas, 2, headers=from_address(f"{network}:ffff::1")) == {429: 2}
    assert await statuses(replicas, 2, headers=from_address("2001:db8:aaaa:aaaa::1")) == {401: 2}


async def test_the_address_is_what_the_nearest_stranger_has_not_what_a_client_makes_up(
    replicas: list[Replica],
) -> None:
    real = fresh_address()
    for number in range(ADDRESS):
        made_up = from_address(f"192.0.2.{number}, {real}, 127.0.0.1")
        assert (await replicas[number % 2].get("/api/agents", headers=made_up)).status_code == 401
    assert await statuses(replicas, 2, headers=from_address(f"192.0.2.99, {real}")) == {429: 2}


@asynccontextmanager
async def own(system: System, **settings: str) -> AsyncIterator[Replica]:
    async with (
        serving({**system.environment, **settings}) as url,
        httpx2.AsyncClient(base_url=url, timeout=60, verify=False) as client,
    ):
        yield client


async def test_without_trusted_proxies_the_forwarded_address_is_nobodys(system: System) -> None:
    async with own(system, **TIGHT | {"Z2_TRUSTED_PROXIES": "", "Z2_LIMIT_ADDRESS": "3"}) as client:
        answers = [await client.get("/api/agents", headers=from_address(fresh_address())) for _ in range(4)]
    assert [answer.status_code for answer in answers][-1] == 429


async def test_a_new_window_begins_after_the_time_that_is_told(system: System, somebody: Somebody) -> None:
    async with own(system, Z2_LIMIT_USER="2", Z2_LIMIT_SECONDS="1") as client:
        headers = somebody()

        async def status() -> int:
            return (await client.get("/api/agents", headers=headers)).status_code

        async def is_refused() -> bool:
            return await status() == 429

        async def is_answered() -> bool:
            return await status() == 200

        assert await until(is_refused)
        assert await until(is_answered)


async def test_no_limit_is_set_by_nought(system: System, somebody: Somebody) -> None:
    async with own(system, Z2_LIMIT_USER="0", Z2_LIMIT_ADDRESS="0", Z2_LIMIT_SIGN_IN="0") as client:
        answers = [await client.get("/api/agents", headers=somebody()), await client.get("/api/agents")]
        answers.append(await client.post("/api/session", json=PASSWORD))
    assert [answer.status_code for answer in answers] == [200, 401, 401]
    assert not any("ratelimit" in answer.headers for answer in answers)


async def test_without_redis_reading_goes_on_uncounted_and_nobody_can_try_a_password(
    system: System, somebody: Somebody, tmp_path: Path
) -> None:
    with own_valkey() as valkey:
        async with own(system, **TIGHT | {"REDIS_URL": valkey.url}) as client:
            headers = somebody()
            assert "ratelimit" in (await client.get("/api/agents", headers=headers)).headers
            assert (await client.post("/api/session", json=PASSWORD)).status_code == 401
            valkey.kill()
            answers = [await client.get("/api/agents", headers=somebody()) for _ in range(5)]
            assert {answer.status_code for answer in answers} == {200}
            assert not any("ratelimit" in answer.headers for answer in answers)
            answer = await client.post("/api/session", json=PASSWORD)
            refused(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
            valkey.start()

            async def tried() -> bool:
                return (await client.post("/api/session", json=PASSWORD)).status_code == 401

            assert await until(tried)
