"""The page as it is served: one document for every address, files for ever, nothing from anywhere else."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from interfaces.http import app, page, problems

OPENAPI = Path(__file__).parents[3] / "frontend" / "openapi.json"
DOCUMENT = b"<!doctype html><title>Z2</title>"
SCRIPT = b"export const answer = 42;"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "secret.html").write_bytes(b"secret")
    folder = tmp_path / "dist"
    for name, content in {
        "index.html": DOCUMENT,
        "assets/index-a1b2.js": SCRIPT,
        "assets/index-a1b2.js.gz": gzip.compress(SCRIPT),
        "assets/inter.woff2": b"wOF2",
        "assets/.hidden.js": SCRIPT,
        "swagger/index.html": b"<!doctype html><title>API</title>",
        "swagger/start.js": SCRIPT,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def client(built: Path) -> Iterator[TestClient[Litestar]]:
    served = Litestar(page.handlers(built), exception_handlers=problems.HANDLERS, openapi_config=None)
    with TestClient(served) as client:
        yield client


def policy(header: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.strip().partition(" ") for part in header.split(";"))}


@pytest.mark.parametrize("address", ["/", "/runs", "/runs/new", "/runs/5f3c?view=timeline", "/no/such/place"])
def test_every_address_of_the_page_is_the_same_document_and_is_never_stored(
    client: TestClient[Litestar], address: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (200, DOCUMENT)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_the_document_may_run_and_load_only_what_is_our_own(client: TestClient[Litestar]) -> None:
    rules = policy(client.get("/").headers["content-security-policy"])
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["font-src"] == "'self'"
    assert (rules["require-trusted-types-for"], rules["trusted-types"]) == ("'script'", "'none'")
    assert not any("unsafe" in value or "http" in value for value in rules.values())


def test_a_file_is_kept_for_ever_and_comes_compressed_where_that_is_taken(client: TestClient[Litestar]) -> None:
    squeezed = client.get("/assets/index-a1b2.js", headers={"accept-encoding": "gzip"})
    assert squeezed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert squeezed.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (squeezed.headers["content-encoding"], squeezed.content) == ("gzip", SCRIPT)
    plain = client.get("/assets/index-a1b2.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == SCRIPT
    assert plain.headers["vary"] == squeezed.headers["vary"] == "Accept-Encoding"
    assert client.get("/assets/inter.woff2").headers["content-type"] == "font/woff2"


@pytest.mark.parametrize(
    "address",
    [
        "/assets/gone.js",
        "/assets/.hidden.js",
        "/assets/index-a1b2.js.gz",
        "/assets/..%2f..%2fsecret.html",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.html",
        "/assets/..%5c..%5csecret.html",
        "/api/docs/..%2f..%2f..%2fsecret.html",
        "/api/docs/gone.js",
        "/api/gone",
        "/health/gone",
    ],
)
def test_what_is_not_there_is_a_problem_and_not_the_page(client: TestClient[Litestar], address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_documentation_of_the_api_is_served_from_our_own_files(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    rules = policy(answer.headers["content-security-policy"])
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert client.get("/api/docs/start.js").content == SCRIPT


def test_a_page_may_be_asked_for_by_head_but_not_written(client: TestClient[Litestar]) -> None:
    answer = client.head("/runs")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.post("/runs").status_code == 405


def test_a_page_that_is_not_built_says_so(tmp_path: Path) -> None:
    served = Litestar(page.handlers(tmp_path), exception_handlers=problems.HANDLERS, openapi_config=None)
    with TestClient(served) as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "npm run build" in answer.text


def test_the_page_is_written_for_the_api_as_it_is() -> None:
    """`z2 openapi > frontend/openapi.json`, then `npm run types` there, makes it so again."""
    document = msgspec.json.encode(app.openapi_document())
    assert msgspec.json.decode(OPENAPI.read_bytes()) == msgspec.json.decode(document)
