"""The line to a Z2 holds out while nobody answers, does nothing twice, and says refusals in one line."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from interfaces.cli.client import connection, credentials, wire
from interfaces.cli.client.connection import Away, Connection
from interfaces.cli.client.credentials import Access, Login
from interfaces.cli.failure import BAD_INPUT, FAILED, Failure
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

ACCEPTED = {"id": "6566d006-a1af-4d01-87ba-269330db5c36", "position": 7}


@pytest.fixture
def line(api: ScriptedApi) -> Iterator[Connection]:
    with connection.connect(Access(api.url, "stored-token")) as line:
        yield line


def test_each_request_carries_the_token(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/templates", good({"items": [], "assumptions": []}))
    line.get("/api/templates", wire.Templates)
    assert api.asked[0].headers["authorization"] == "Bearer stored-token"


def test_a_command_whose_answer_is_lost_is_sent_again_under_the_same_key(api: ScriptedApi, line: Connection) -> None:
    api.on("POST /api/runs", Answer(dropped=True), problem(503, "Unavailable", "wait"), good(ACCEPTED))
    accepted = line.post("/api/runs", {"text": "ä" * 10}, wire.Accepted)
    assert accepted.position == 7
    first, second, third = api.requests("POST /api/runs")
    assert first.body == second.body == third.body == msgspec.json.encode({"text": "ä" * 10})
    assert len({asked.headers["idempotency-key"] for asked in (first, second, third)}) == 1


def test_two_commands_have_two_keys(api: ScriptedApi, line: Connection) -> None:
    api.on("POST /api/runs", good(ACCEPTED))
    for _ in range(2):
        line.post("/api/runs", {}, wire.Accepted)
    assert len({asked.headers["idempotency-key"] for asked in api.asked}) == 2


def test_a_question_is_asked_again_after_as_long_as_a_busy_z2_wishes(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/templates", Answer(503, headers={"Retry-After": "1"}), good({"items": [], "assumptions": []}))
    begun = time.monotonic()
    assert line.get("/api/templates", wire.Templates).items == ()
    assert time.monotonic() - begun >= 1.0


def test_patience_ends(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/templates", Answer(dropped=True))
    line.patience = 0.0
    with pytest.raises(Away, match="no Z2 answers at"):
        line.get("/api/templates", wire.Templates)
    assert len(api.asked) == 1


def test_what_is_refused_is_not_asked_again(api: ScriptedApi, line: Connection) -> None:
    api.on("POST /api/runs", problem(409, "Conflict", "the run is completed"))
    with pytest.raises(Failure, match=r"^Conflict: the run is completed$") as refusal:
        line.post("/api/runs", {}, wire.Accepted)
    assert refusal.value.code == FAILED
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("answer", "line_said", "code"),
    [
        (problem(422, "Unprocessable Entity", "it is empty", ("text", "it is empty")), "text: it is empty", BAD_INPUT),
        (
            problem(422, "Unprocessable Entity", "a: wrong; b: missing", ("a", "wrong"), ("b", "missing")),
            "a: wrong; b: missing",
            BAD_INPUT,
        ),
        (
            problem(422, "Unprocessable Entity", "not valid", ("a", "wrong")),
            "not valid; a: wrong",
            BAD_INPUT,
        ),
    ],
)
def test_wrong_fields_are_named_once(
    api: ScriptedApi, line: Connection, answer: Answer, line_said: str, code: int
) -> None:
    api.on("GET /api/templates", answer)
    with pytest.raises(Failure) as refusal:
        line.get("/api/templates", wire.Templates)
    assert (str(refusal.value), refusal.value.code) == (f"Unprocessable Entity: {line_said}", code)


def test_a_refused_token_says_how_to_get_another(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/templates", problem(401, "Unauthorized", "Sign in first"))
    with pytest.raises(Failure, match=r"^Unauthorized: Sign in first; sign in with `z2 login`$"):
        line.get("/api/templates", wire.Templates)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<!doctype html>", media_type="text/html"),
        Answer(body=b'{"items": 7}'),
        Answer(404, b"<h1>Not here</h1>", "text/html"),
        Answer(302, b"", headers={"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_somebody_else_at_the_address_is_recognised(api: ScriptedApi, line: Connection, answer: Answer) -> None:
    api.on("GET /api/templates", answer)
    with pytest.raises(Failure, match="does not speak as this Z2 does") as failure:
        line.get("/api/templates", wire.Templates)
    assert failure.value.code == FAILED


SIGNED_OUT = problem(401, "Unauthorized", "Sign in first")
RENEWED = {"token": "second", "expires_at": "2026-01-01T00:00:00Z", "refresh_token": "refresh-2"}


@pytest.fixture
def stored(api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Login:
    """A stored login, whose token is over."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    login = Login(api.url, "ada", "first", "refresh-1")
    credentials.write(login)
    return login


def bearers(api: ScriptedApi, request: str) -> list[str]:
    return [asked.headers["authorization"] for asked in api.requests(request)]


def test_a_stored_token_that_is_over_is_renewed_and_the_next_one_is_kept(api: ScriptedApi, stored: Login) -> None:
    api.on("POST /api/runs", SIGNED_OUT, good(ACCEPTED))
    api.on("POST /api/session/refresh", good(RENEWED))
    with connection.connect(credentials.find()) as line:
        line.post("/api/runs", {}, wire.Accepted)
    assert bearers(api, "POST /api/runs") == ["Bearer first", "Bearer second"]
    assert len({asked.headers["idempotency-key"] for asked in api.requests("POST /api/runs")}) == 1
    (asked,) = api.requests("POST /api/session/refresh")
    assert json.loads(asked.body) == {"refresh_token": "refresh-1"}
    assert credentials.read() == Login(api.url, "ada", "second", "refresh-2")


def test_a_token_that_another_command_has_renewed_is_taken_over(api: ScriptedApi, stored: Login) -> None:
    api.on("GET /api/templates", SIGNED_OUT, good({"items": [], "assumptions": []}))
    with connection.connect(credentials.find()) as line:
        credentials.write(Login(api.url, "ada", "second", "refresh-2"))
        line.get("/api/templates", wire.Templates)
    assert bearers(api, "GET /api/templates") == ["Bearer first", "Bearer second"]
    assert api.requests("POST /api/session/refresh") == []


def test_a_sign_in_that_is_over_is_told_and_nothing_is_tried_twice(api: ScriptedApi, stored: Login) -> None:
    api.on("GET /api/templates", SIGNED_OUT)
    api.on("POST /api/session/refresh", SIGNED_OUT)
    with (
        connection.connect(credentials.find()) as line,
        pytest.raises(Failure, match=r"Sign in first; sign in with `z2 login`$"),
    ):
        line.get("/api/templates", wire.Templates)
    assert len(api.asked) == 2
    assert credentials.read() == stored


def test_a_token_from_the_environment_is_not_renewed(api: ScriptedApi, stored: Login) -> None:
    api.on("GET /api/templates", SIGNED_OUT)
    with connection.connect(Access(api.url, "first")) as line, pytest.raises(Failure, match="Sign in first"):
        line.get("/api/templates", wire.Templates)
    assert len(api.asked) == 1


def test_commands_at_the_same_time_use_a_refresh_token_once(api: ScriptedApi, stored: Login) -> None:
    api.on("POST /api/session/refresh", good(RENEWED), SIGNED_OUT)
    lines = [connection.connect(credentials.find()) for _ in range(4)]
    with ExitStack() as opened, ThreadPoolExecutor(len(lines)) as threads:
        opened_lines = [opened.enter_context(line) for line in lines]
        assert [*threads.map(lambda line: line._renew(), opened_lines)] == [True] * len(lines)
    assert len(api.requests("POST /api/session/refresh")) == 1


def test_what_stays_on_this_machine_passes_no_proxy(
    api: ScriptedApi, line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    api.on("GET /api/templates", good({"items": [], "assumptions": []}))
    with connection.connect(Access(api.url, "token")) as unproxied:
        assert unproxied.get("/api/templates", wire.Templates).items == ()


def test_json_is_passed_on_as_the_server_wrote_it(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", Answer(body=b'{"items": [], "of_tomorrow": 1.0}'))
    assert line.raw("/api/runs") == b'{"items": [], "of_tomorrow": 1.0}'


def test_a_text_is_read_in_utf8(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs/x/output", Answer(body="größer".encode(), media_type="text/markdown; charset=utf-8"))
    assert line.text("/api/runs/x/output") == "größer"
