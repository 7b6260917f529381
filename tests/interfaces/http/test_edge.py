"""What holds for every answer, and what the log says of it."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
import structlog

from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from tests.support.api_process import api_process
from tests.support.asked import a_document, a_run, created, finished, refused
from tests.support.own_api import serving
from tests.support.residents import Residents
from tests.support.system import System, until


@pytest.fixture
def token(admin_token: str) -> str:
    return admin_token


NO_PAGE = [
    "/api/runs",
    "/api/nothing",
    "/api/runs/5",
    "/health/live",
    "/api/openapi.json",
    "/assets/gone.js",
    "/metrics",
]


@pytest.mark.parametrize("path", [*NO_PAGE, "/metrics", "/", "/runs/new", "/api/docs", "/api/docs/start.js"])
def test_no_answer_is_guessed_at_shared_or_allowed_what_the_page_does_not_need(api: httpx2.Client, path: str) -> None:
    headers = api.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(headers["permissions-policy"].split(", "))
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers
    assert max(len(headers.get_list(name)) for name in headers) == 1


@pytest.mark.parametrize("path", NO_PAGE)
def test_no_answer_with_data_is_kept_or_run(api: httpx2.Client, path: str) -> None:
    headers = api.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_over_https_the_browser_is_told_to_stay_there(system: System) -> None:
    async with (
        serving({**system.environment, "Z2_TRUSTED_PROXIES": "127.0.0.1"}) as url,
        httpx2.AsyncClient(base_url=url) as client,
    ):
        for path in ("/", "/api/nothing", "/health/live", "/api/runs"):
            secure = await client.get(path, headers={"X-Forwarded-Proto": "https"})
            assert secure.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
            assert "strict-transport-security" not in (await client.get(path)).headers
    async with serving(system.environment) as url, httpx2.AsyncClient(base_url=url) as client:
        assert (
            "strict-transport-security" not in (await client.get("/", headers={"X-Forwarded-Proto": "https"})).headers
        )


@pytest.mark.parametrize("path", ["/api/runs", "/runs", "/api/nothing"])
def test_a_head_that_is_too_long_is_refused_with_the_limit(system: System, path: str) -> None:
    with httpx2.Client(base_url=system.url) as client:
        for address in (f"{path}?{'q' * 9_000}", f"{path}/{'q' * 9_000}"):
            answer = client.get(address)
            assert (answer.status_code, answer.json()["type"]) == (414, "urn:z2:problem:address_too_long")
            assert "8192 bytes" in answer.json()["detail"]
        headers = {f"X-{number}": "y" * 1_000 for number in range(40)}
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (431, "urn:z2:problem:headers_too_large")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert client.get("/health/live", headers=dict([*headers.items()][:20])).status_code == 200


def test_every_answer_has_an_id_of_its_own(api: httpx2.Client) -> None:
    ids = {UUID(api.get(path).headers["x-correlation-id"]) for path in ("/api/runs", "/api/runs", "/api/nothing")}
    assert len(ids) == 3


def test_the_page_keeps_its_own_policy(anonymous: httpx2.Client) -> None:
    answer = anonymous.get("/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/runs/x/y/z", "/api//nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_unknown_address_is_a_problem(api: httpx2.Client, path: str, method: str) -> None:
    refused(api.request(method, path), 404, "not_found")


def test_an_unknown_probe_is_a_problem_and_not_the_page(anonymous: httpx2.Client) -> None:
    refused(anonymous.get("/health/nothing"), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/runs", "GET, HEAD, OPTIONS, POST"),
        ("DELETE", f"/api/runs/{uuid4()}", "GET, HEAD, OPTIONS"),
        ("GET", f"/api/runs/{uuid4()}/cancel", "OPTIONS, POST"),
        ("HEAD", f"/api/runs/{uuid4()}/cancel", "OPTIONS, POST"),
        ("PATCH", "/api/session", "DELETE, GET, HEAD, OPTIONS, POST"),
        ("POST", "/health/ready", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_possible_is_a_problem_that_names_those_that_are(
    api: httpx2.Client, method: str, path: str, allowed: str
) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        refused(answer, 405, "method_not_allowed")
    asked_about = api.options(path)
    assert (asked_about.status_code, asked_about.headers["allow"], asked_about.content) == (204, allowed, b"")


@pytest.mark.parametrize("path", ["/api/runs", "/api/agents", "/health/ready", "/api/openapi.json", "/"])
def test_head_answers_as_get_does_but_without_a_body(api: httpx2.Client, path: str) -> None:
    head, whole = api.head(path), api.get(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers[name] == whole.headers[name]


def test_head_of_a_stream_ends(api: httpx2.Client) -> None:
    run = finished(api, created(api, "/api/runs", a_run()))
    answer = api.head(f"/api/runs/{run['id']}/live")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_head_of_what_is_not_there_is_not_found(api: httpx2.Client) -> None:
    assert api.head(f"/api/runs/{uuid4()}").status_code == 404


async def test_each_request_is_one_line_in_the_log_that_tells_the_route_and_not_the_address(
    system: System, token: str
) -> None:
    run_id, headers = uuid4(), {"Authorization": f"Bearer {token}"}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        async with (
            serving(system.environment) as url,
            httpx2.AsyncClient(base_url=url, headers=headers) as client,
        ):
            answers = [
                await client.get(f"/api/runs/{run_id}?after=0"),
                await client.post("/api/agents", json={"secret": "tide"}),
                await client.head("/api/runs"),
                await client.get("/api/nothing/private"),
                await client.get("/health/live"),
            ]
    lines = [line for line in logs if line["event"] == "http.request"]
    told = [(line["log_level"], line["method"], line["route"], line["status"]) for line in lines]
    assert told == [
        ("info", "GET", "/api/runs/{run_id}", 404),
        ("info", "POST", "/api/agents", 422),
        ("info", "HEAD", "/api/runs", 200),
        ("info", "GET", "none", 404),
        ("debug", "GET", "/health/live", 200),
    ]
    assert [line["correlation_id"] for line in lines] == [each.headers["x-correlation-id"] for each in answers]
    assert all(0 < line["ms"] < 10_000 for line in lines)
    assert not any(secret in str(logs) for secret in (str(run_id), "tide", "private", token))


async def test_a_failure_of_our_own_says_nothing_of_what_is_inside(
    system: System, database_url: str, tmp_path: Path
) -> None:
    environment = {**system.environment, "DATABASE_URL": database_url, "Z2_DATA_DIR": str(tmp_path)}
    environment |= {"Z2_ADMIN_NAME": "", "Z2_ADMIN_PASSWORD": ""}
    token, _ = Tokens(token_keys("", tmp_path), timedelta(hours=1)).issue(
        Residents(environment).new("user", uuid4()), now()
    )
    headers = {"Authorization": f"Bearer {token}"}
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        async with (
            serving(environment) as url,
            httpx2.AsyncClient(base_url=url, headers=headers) as client,
        ):
            async with await psycopg.AsyncConnection.connect(database_url) as connection:
                await connection.execute("DROP TABLE agents")
            answer = await client.get("/api/agents")
    detail = refused(answer, 500, "internal")
    known_as = answer.headers["x-correlation-id"]
    assert known_as in detail
    assert not any(inner in answer.text.lower() for inner in ("select", "psycopg", "traceback", "undefined", ".py"))
    (failure,) = (line for line in logs if line["event"] == "http.failed")
    assert (failure["error"], failure["correlation_id"]) == ("UndefinedTable", known_as)


def test_nothing_that_people_send_gets_into_the_log(system: System, tmp_path: Path, token: str) -> None:
    environment = {**system.environment, "Z2_LOG_LEVEL": "debug", "Z2_LOG_FORMAT": "json"}
    secrets = {
        "token": token,
        "password": "correct horse",
        "name": "Marigold",
        "text": "the treaty of Utrecht",
        "place": "in-the-address",
        "key": "my-key",
        "cookie": "oatmeal",
    }
    headers = {"Authorization": f"Bearer {token}", "Cookie": "x=oatmeal", "Idempotency-Key": secrets["key"]}
    with api_process(environment, tmp_path / "log") as api:
        with httpx2.Client(base_url=api.url, headers=headers) as client:
            client.post("/api/session", json={"name": secrets["name"], "password": secrets["password"]})
            client.post("/api/session", json={"name": system.admin.name, "password": system.admin.password})
            client.post("/api/runs", json=a_document(text=secrets["text"]))
            client.post("/api/runs", json={secrets["text"]: 1})
            client.get(f"/api/{secrets['place']}", params={"q": secrets["place"]})
        until(lambda: api.log.count("http.request") >= 5)
    log = api.log
    assert [name for name, secret in secrets.items() if secret in log] == []
    assert system.admin.password not in log
