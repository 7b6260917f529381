"""Pages of other sites may use the API where the settings say so, and never with the browser's cookie."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.api_process import api_process
from tests.support.system import System

FRIEND, STRANGER = "https://a.example", "https://evil.example"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}


def client(system: System, origins: str, folder: Path) -> Iterator[httpx2.Client]:
    environment = {**system.environment, "Z2_CORS_ORIGINS": origins}
    with (
        api_process(environment, folder / "log") as api,
        httpx2.Client(base_url=api.url, timeout=30, verify=False) as connected,
    ):
        yield connected


@pytest.fixture(scope="module")
def some(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """An API that two sites may use."""
    yield from client(system, f"{FRIEND}, https://b.example:8443", tmp_path_factory.mktemp("some"))


@pytest.fixture(scope="module")
def everybody(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """An API that every site may use."""
    yield from client(system, "*", tmp_path_factory.mktemp("everybody"))


def permissions(answer: httpx2.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("origin", [FRIEND, "https://b.example:8443"])
def test_a_site_of_the_settings_is_allowed_by_name(some: httpx2.Client, origin: str) -> None:
    for path, status in (("/api/agents", 401), ("/api/nothing", 404), ("/api/openapi.json", 200)):
        answer = some.get(path, headers={"Origin": origin})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, origin)
        assert "Origin" in answer.headers["vary"]
        assert "RateLimit" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        STRANGER,
        "null",
        "",
        "https://a.example.evil.example",
        "https://evil-a.example",
        "http://a.example",
        "https://a.example:444",
        "https://b.example",
        f"{FRIEND}/",
        f"{FRIEND}, {STRANGER}",
        "HTTPS://A.EXAMPLE",
        "*",
    ],
)
def test_no_other_site_is_allowed(some: httpx2.Client, origin: str) -> None:
    answer = some.get("/api/openapi.json", headers={"Origin": origin})
    assert (permissions(answer), answer.headers["vary"]) == (set(), "Origin")
    preflight = some.options("/api/agents", headers={"Origin": origin, **ASKS})
    assert permissions(preflight) == set()


def test_a_preflight_of_an_allowed_site_is_answered(some: httpx2.Client) -> None:
    answer = some.options("/api/agents", headers={"Origin": FRIEND, **ASKS})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == FRIEND
    assert "POST" in answer.headers["access-control-allow-methods"].split(", ")
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key", "last-event-id"} <= set(allowed)
    assert answer.headers["access-control-max-age"] == "600"
    plain = some.options("/api/agents", headers={"Origin": FRIEND})
    assert "access-control-allow-methods" not in plain.headers


def test_what_depends_on_the_site_says_so_also_where_no_site_is_named(some: httpx2.Client) -> None:
    assert some.get("/api/agents").headers["vary"] == "Origin"
    assert some.get("/api/docs").headers["vary"] == "Accept-Encoding, Origin"


def test_the_page_and_the_probes_are_for_no_other_site(some: httpx2.Client) -> None:
    for path in ("/", "/health/live", "/metrics"):
        assert permissions(some.get(path, headers={"Origin": FRIEND})) == set()


def test_every_site_may_be_allowed_but_then_without_anybodys_cookie(everybody: httpx2.Client) -> None:
    answer = everybody.get("/api/agents", headers={"Origin": STRANGER, "Cookie": "z2_session=x"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    preflight = everybody.options("/api/agents", headers={"Origin": STRANGER, **ASKS})
    assert preflight.headers["access-control-allow-origin"] == "*"


def test_by_default_no_site_is_allowed(anonymous: httpx2.Client) -> None:
    answer = anonymous.get("/api/openapi.json", headers={"Origin": FRIEND})
    assert (permissions(answer), "vary" in answer.headers) == (set(), False)
    assert permissions(anonymous.options("/api/agents", headers={"Origin": FRIEND, **ASKS})) == set()
