"""The line to a Z2 holds out while nobody answers, does nothing twice, and says refusals in one line."""

import json
import time
from collections.abc import Iterator

import msgspec
import pytest

from interfaces.cli.client import connection, wire
from interfaces.cli.client.connection import Away, Connection
from interfaces.cli.client.credentials import Access, Password
from interfaces.cli.failure import BAD_INPUT, FAILED, Failure
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

ACCEPTED = {"id": "6566d006-a1af-4d01-87ba-269330db5c36", "position": 7}
SESSION = {"name": "admin", "role": "admin", "token": "fresh-token", "expires_at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def line(api: ScriptedApi) -> Iterator[Connection]:
    with connection.connect(Access(api.url, "stored-token")) as line:
        yield line


def test_each_request_carries_the_token(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/templates", good({"items": []}))
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
    api.on("GET /api/templates", Answer(503, headers={"Retry-After": "1"}), good({"items": []}))
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


def test_the_owner_is_signed_in_when_first_needed_and_again_when_the_session_ends(api: ScriptedApi) -> None:
    signed_out = problem(401, "Unauthorized", "Sign in first")
    api.on("POST /api/session", good(SESSION))
    api.on("GET /api/templates", signed_out, good({"items": []}), signed_out, good({"items": []}))
    with connection.connect(Access(api.url, owner=Password("admin", "owner-password"))) as line:
        for _ in range(2):
            line.get("/api/templates", wire.Templates)
    bodies = [json.loads(asked.body) for asked in api.requests("POST /api/session")]
    assert bodies == [{"name": "admin", "password": "owner-password"}] * 2
    answered = api.requests("GET /api/templates")
    assert "authorization" not in answered[0].headers
    assert answered[1].headers["authorization"] == "Bearer fresh-token"


def test_a_command_is_done_once_though_its_session_had_ended(api: ScriptedApi) -> None:
    api.on("POST /api/session", good(SESSION))
    api.on("POST /api/runs", problem(401, "Unauthorized", "Sign in first"), good(ACCEPTED))
    with connection.connect(Access(api.url, "stale", Password("admin", "owner-password"))) as line:
        line.post("/api/runs", {}, wire.Accepted)
    tokens = [asked.headers["authorization"] for asked in api.requests("POST /api/runs")]
    assert tokens == ["Bearer stale", "Bearer fresh-token"]
    assert len({asked.headers["idempotency-key"] for asked in api.requests("POST /api/runs")}) == 1


def test_a_wrong_password_of_the_owner_is_told(api: ScriptedApi) -> None:
    api.on("GET /api/templates", problem(401, "Unauthorized", "Sign in first"))
    api.on("POST /api/session", problem(401, "Unauthorized", "the name or the password is wrong"))
    with (
        connection.connect(Access(api.url, owner=Password("admin", "changed"))) as line,
        pytest.raises(Failure, match="the name or the password is wrong"),
    ):
        line.get("/api/templates", wire.Templates)


def test_what_stays_on_this_machine_passes_no_proxy(
    api: ScriptedApi, line: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    api.on("GET /api/templates", good({"items": []}))
    with connection.connect(Access(api.url, "token")) as unproxied:
        assert unproxied.get("/api/templates", wire.Templates).items == ()


def test_json_is_passed_on_as_the_server_wrote_it(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs", Answer(body=b'{"items": [], "of_tomorrow": 1.0}'))
    assert line.raw("/api/runs") == b'{"items": [], "of_tomorrow": 1.0}'


def test_a_text_is_read_in_utf8(api: ScriptedApi, line: Connection) -> None:
    api.on("GET /api/runs/x/output", Answer(body="größer".encode(), media_type="text/markdown; charset=utf-8"))
    assert line.text("/api/runs/x/output") == "größer"
