"""A live stream is read to the letter of its standard, and resumed without gap or repeat where it broke."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from interfaces.cli.client import connection, credentials, stream
from interfaces.cli.client.connection import Away, Connection
from interfaces.cli.client.credentials import Access, Login
from interfaces.cli.client.stream import Interrupted, Message, Resumed
from interfaces.cli.client.wire import Delta, LogEvent
from interfaces.cli.failure import Failure
from tests.domain import runs
from tests.interfaces.cli.client import stories
from tests.support import scripted_api
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

LIVE = "/api/events"
HAPPENED = stories.facts(runs.start("read", "write: read"))
EVENTS = stories.live([*HAPPENED, *HAPPENED[1:], *HAPPENED[1:]])
KEEP_ALIVE = ": keep-alive\n\n"


@pytest.fixture
def line(api: ScriptedApi) -> Iterator[Connection]:
    with connection.connect(Access(api.url, "token")) as line:
        yield line


def first(count: int, messages: Iterator[Message]) -> list[Message]:
    return list(itertools.islice(messages, count))


def positions(messages: list[Message]) -> list[int]:
    return [message.position for message in messages if isinstance(message, LogEvent)]


def test_events_and_what_models_say_come_in_their_order(api: ScriptedApi, line: Connection) -> None:
    said = stories.delta("read", 1, 0, "two\nlines of “text”")
    api.on(f"GET {LIVE}", scripted_api.stream(EVENTS[0], KEEP_ALIVE, said, KEEP_ALIVE, EVENTS[1], held=True))
    one, two, three = first(3, stream.follow(line, LIVE))
    assert isinstance(one, LogEvent)
    assert two == Delta("read", 1, 0, "two\nlines of “text”")
    assert isinstance(three, LogEvent)
    assert (one.position, three.position) == (11, 13)
    assert api.asked[0].headers["accept"] == "text/event-stream"


def test_data_in_several_lines_is_put_together_and_unknown_fields_are_passed_over(
    api: ScriptedApi, line: Connection
) -> None:
    pieces = [
        "retry: 10\nevent: weather\ndata: rain\n\n",
        "event: delta\nunknown: field\n",
        'data: {"step": "read",\ndata:"attempt": 1, "offset": 0,\ndata: "text": "so"}\n\n',
    ]
    api.on(f"GET {LIVE}", scripted_api.stream(*pieces, held=True))
    assert first(1, stream.follow(line, LIVE)) == [Delta("read", 1, 0, "so")]


def test_a_broken_stream_goes_on_behind_the_last_event(api: ScriptedApi, line: Connection) -> None:
    half = EVENTS[2][: len(EVENTS[2]) // 2]
    api.on(
        f"GET {LIVE}",
        scripted_api.stream(*EVENTS[:2], half),
        Answer(dropped=True),
        problem(503, "Service Unavailable", "Postgres is away"),
        scripted_api.stream(*EVENTS[2:], held=True),
    )
    messages = first(6, stream.follow(line, LIVE, 4))
    assert positions(messages) == [11, 13, 15, 17]
    assert messages[2] == Interrupted("the stream ended")
    assert messages[3] == Resumed()
    assert [asked.query for asked in api.asked] == ["after=4", "after=13", "after=13", "after=13"]


def test_a_z2_that_stays_away_is_given_up_after_a_while(api: ScriptedApi, line: Connection) -> None:
    api.on(f"GET {LIVE}", scripted_api.stream(EVENTS[0]), Answer(dropped=True))
    messages = stream.follow(line, LIVE, patience=0.3)
    assert len(first(2, messages)) == 2
    with pytest.raises(Away, match="no Z2 answers"):
        next(messages)
    assert len(api.asked) >= 2, "it is asked once more at the least"


def test_a_stream_goes_on_with_the_next_token(
    api: ScriptedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    credentials.write(Login(api.url, "ada", "stale", "refresh"))
    renewed = {"token": "fresh", "expires_at": "2026-01-01T00:00:00Z", "refresh_token": "next"}
    api.on("POST /api/session/refresh", good(renewed))
    api.on(f"GET {LIVE}", problem(401, "Unauthorized", "no"), scripted_api.stream(EVENTS[0], held=True))
    with connection.connect(credentials.find()) as line:
        messages = first(3, stream.follow(line, LIVE))
    assert messages[:2] == [Interrupted("the token had ended"), Resumed()]
    tokens = [asked.headers["authorization"] for asked in api.requests(f"GET {LIVE}")]
    assert tokens == ["Bearer stale", "Bearer fresh"]


def test_a_stream_that_is_refused_is_not_asked_for_again(api: ScriptedApi, line: Connection) -> None:
    api.on(f"GET {LIVE}", problem(404, "Not Found", "there is no such run in this workspace"))
    with pytest.raises(Failure, match="there is no such run"):
        next(stream.follow(line, LIVE))
    assert len(api.asked) == 1


def test_a_web_page_is_no_stream(api: ScriptedApi, line: Connection) -> None:
    api.on(f"GET {LIVE}", Answer(body=b"<!doctype html>", media_type="text/html"))
    with pytest.raises(Failure, match="does not speak as this Z2 does"):
        next(stream.follow(line, LIVE))


def test_a_message_that_cannot_be_understood_is_said(api: ScriptedApi, line: Connection) -> None:
    api.on(f"GET {LIVE}", scripted_api.stream("event: event\ndata: {}\n\n"))
    with pytest.raises(Failure, match="does not speak as this Z2 does"):
        next(stream.follow(line, LIVE))
