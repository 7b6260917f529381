"""Whatever goes wrong at an address of OpenAI's is told in the form that its clients read, also before any handler."""

from collections.abc import Iterator

import httpx2
import pytest

from interfaces.http.body import MAX_DOCUMENT
from tests.interfaces.http.gateway.conftest import MODEL
from tests.support.providers import ProvidedSystem

CHAT = "/v1/chat/completions"
HEADERS = {f"X-{number}": "y" * 1_000 for number in range(40)}


@pytest.fixture
def wire(provided: ProvidedSystem, api: httpx2.Client) -> Iterator[httpx2.Client]:
    """The admin by hand, at addresses of which the document tells nothing, too."""
    with httpx2.Client(base_url=provided.system.url, headers=api.headers, timeout=30) as client:
        yield client


def told(answer: httpx2.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "code", "param"}
    assert answer.json().keys() == {"error"}
    return answer.status_code, error["type"], error["code"]


def test_half_a_body_and_one_that_is_no_json_are_refused_in_this_form(api: httpx2.Client) -> None:
    assert told(api.post(CHAT, content=b"{")) == (400, "invalid_request_error", "malformed_body")
    plain = api.post(CHAT, content=b"{}", headers={"Content-Type": "text/plain"})
    assert told(plain) == (415, "invalid_request_error", "unsupported_media_type")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", CHAT, "OPTIONS, POST"),
        ("DELETE", "/v1/responses", "OPTIONS, POST"),
        ("POST", "/v1/models", "GET, HEAD, OPTIONS"),
        ("DELETE", "/v1/models/route/auto", "GET, HEAD, OPTIONS"),
    ],
)
def test_what_is_asked_in_a_wrong_way_hears_which_ways_there_are(
    wire: httpx2.Client, method: str, path: str, allowed: str
) -> None:
    answer = wire.request(method, path)
    assert told(answer) == (405, "invalid_request_error", "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/embeddings"), ("POST", "/v1"), ("DELETE", "/v1/chat"), ("GET", "/v1/files/x")]
)
def test_there_is_nothing_at_other_addresses_however_they_are_asked(
    wire: httpx2.Client, method: str, path: str
) -> None:
    answer = wire.request(method, path)
    assert told(answer) == (404, "invalid_request_error", "not_found")
    assert "allow" not in answer.headers


@pytest.mark.parametrize("path", [CHAT, "/v1/models", "/v1/nothing"])
def test_a_head_that_is_too_long_is_refused_in_this_form(wire: httpx2.Client, path: str) -> None:
    long = wire.get(f"{path}?{'q' * 9_000}")
    assert told(long) == (414, "invalid_request_error", "address_too_long")
    assert "8192 bytes" in long.json()["error"]["message"]
    heavy = wire.get(path, headers=HEADERS)
    assert told(heavy) == (431, "invalid_request_error", "headers_too_large")
    assert heavy.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_body_that_is_too_large_is_refused_in_this_form(api: httpx2.Client) -> None:
    answer = api.post(CHAT, content=b" " * (MAX_DOCUMENT + 1))
    assert told(answer) == (413, "invalid_request_error", "body_too_large")


def test_an_address_that_only_begins_alike_is_not_one_of_them(wire: httpx2.Client) -> None:
    answer = wire.get("/v10", headers=HEADERS)
    assert (answer.status_code, answer.headers["content-type"]) == (431, "application/problem+json")
    assert wire.get("/v10").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("name", ["route/auto", "route%2Fauto", "offline/extractive", "extractive", "default"])
def test_one_model_or_route_can_be_read_by_any_of_its_names(wire: httpx2.Client, name: str) -> None:
    answer = wire.get(f"/v1/models/{name}")
    assert answer.status_code == 200
    known = {each["id"]: each for each in wire.get("/v1/models").json()["data"]}
    expected = "route/auto" if name.startswith("route") else "offline/extractive"
    assert answer.json() == known[expected]


@pytest.mark.parametrize("name", ["gpt-test", MODEL, "route/nowhere", "groq/unheard-of", "a/b/c", "x" * 300])
def test_a_model_that_cannot_be_asked_cannot_be_read(wire: httpx2.Client, name: str) -> None:
    assert told(wire.get(f"/v1/models/{name}")) == (404, "invalid_request_error", "model_not_found")
