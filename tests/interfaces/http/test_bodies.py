"""What bodies of requests must be before anybody looks at their fields."""

from uuid import uuid4

import httpx2
import pytest

from tests.support.asked import a_run, an_agent, created, refused

PATHS = ("/api/agents", "/api/workflows", "/api/runs", "/api/session", f"/api/runs/{uuid4()}/cancel")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "it ends too early"),
        (b'{"na', "it ends too early"),
        (b"{nope: 1}", "byte"),
        (b"name=a&role=b", "byte"),
        (b"{,}", "byte"),
        (b'{"\\ud800 alone": 1}', "surrogate"),
        (b'{"\\ud800', "it ends too early"),
        (b"\xef\xbb\xbf{}", "byte"),
        (b'{"na\xffme": 1}', "UTF-8"),
        (b"\x00", "byte"),
        (b"\x89PNG\r\n\x1a\n", "byte"),
        (b"   ", "it ends too early"),
    ],
)
def test_what_is_no_json_is_refused_as_such(api: httpx2.Client, path: str, body: bytes, says: str) -> None:
    detail = refused(api.post(path, content=body), 400, "malformed_body")
    assert detail.startswith("the body is not valid JSON: ")
    assert says in detail


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"5", b"true", b"[" * 64])
def test_json_that_is_no_object_is_refused_as_such(api: httpx2.Client, path: str, body: bytes) -> None:
    detail = refused(api.post(path, content=body), 422, "invalid", "body")
    assert detail == "the body must be an object"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 65,
        b"[" * 100_000,
        b'{"a":' * 65,
        b'{"name": ' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"a":[' * 100_000 + b"]}" * 100_000,
        b'["\\\\", ' + b"[" * 64,
    ],
    ids=["just so", "endless", "objects", "whole", "mixed", "behind a backslash"],
)
def test_a_body_that_nests_too_deeply_is_refused_with_the_limit(api: httpx2.Client, path: str, body: bytes) -> None:
    answer = api.post(path, content=body)
    assert "at most 64 objects and lists within each other" in refused(answer, 400, "body_too_deep")


def test_brackets_in_a_text_nest_nothing(api: httpx2.Client) -> None:
    text = '[{"' * 1_000 + "\\" * 7 + "[" * 100
    created(api, "/api/agents", an_agent(instructions=text))


@pytest.mark.parametrize("path", ["/api/agents", "/api/session", f"/api/runs/{uuid4()}/cancel"])
def test_a_body_of_more_than_a_mebibyte_is_too_large(api: httpx2.Client, path: str) -> None:
    answer = api.post(path, content=b" " * (2**20 + 1))
    assert "at most 1 MiB" in refused(answer, 413, "body_too_large")


@pytest.mark.parametrize("path", ["/api/runs", "/api/workflows"])
def test_documents_may_be_larger(api: httpx2.Client, path: str) -> None:
    refused(api.post(path, content=b'{"zz": "%s"}' % (b" " * 2 * 2**20)), 422, "invalid", "zz")
    assert "at most 8 MiB" in refused(api.post(path, content=b" " * (8 * 2**20 + 1)), 413, "body_too_large")


@pytest.mark.parametrize("path", PATHS[:-1])
def test_a_body_that_is_missing_is_asked_for(api: httpx2.Client, path: str) -> None:
    for answer in (api.post(path), api.post(path, content=b"", headers={"Content-Type": "application/json"})):
        assert refused(answer, 422, "invalid", "body") == "the body is empty; send a JSON object"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b'{"%s": 1}', b'{"%s": {"a": [1, {"b": null}]}}', b'{"%s": ' + b"[" * 63])
@pytest.mark.parametrize("name", ["unknown", "a`b", "a.b", "", "$", "k" * 5_000], ids=lambda name: name[:9])
def test_a_field_that_is_unknown_is_named_whatever_its_name_and_value(
    api: httpx2.Client, path: str, body: bytes, name: str
) -> None:
    detail = refused(api.post(path, content=body % name.encode()), 422, "invalid", name[:60] or '""')
    assert len(detail) < 300


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "json",
        "",
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_a_body_that_is_said_to_be_something_else_is_not_read(api: httpx2.Client, path: str, media_type: str) -> None:
    answer = api.post(path, content=b"{}", headers={"Content-Type": media_type})
    assert "Content-Type: application/json" in refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.z2+json"]
)
def test_a_body_that_is_said_to_be_json_is_read(api: httpx2.Client, media_type: str) -> None:
    answer = api.post("/api/runs", content=b'{"zz": 1}', headers={"Content-Type": media_type})
    refused(answer, 422, "invalid", "zz")


def test_an_unknown_field_deep_in_a_body_is_named_by_its_path(api: httpx2.Client) -> None:
    node = {"id": "a", "kind": "agent", "agent": str(uuid4()), "prompt": "p"}
    body = {"definition": {"name": "n", "nodes": [node, node | {"size": 1}]}}
    refused(api.post("/api/workflows", json=body), 422, "invalid_workflow", "nodes[1].size")
    run = a_run(input={"title": "t", "text": "t", "pages": 3})
    refused(api.post("/api/runs", json=run), 422, "invalid", "input.pages")


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999", b"-0", b"1" * 5_000])
def test_odd_numbers_are_refused_where_they_stand(api: httpx2.Client, number: bytes) -> None:
    answer = api.post("/api/agents", content=b'{"name": %s}' % number)
    if answer.status_code == 400:
        refused(answer, 400, "malformed_body")
    else:
        refused(answer, 422, "invalid", "name")
