"""What the processes say reaches the person who watches, line by line behind their names."""

import io
import os

from interfaces.processes.backoff import Backoff
from interfaces.processes.output import LONGEST_LINE, Lines, Output


def test_chunks_become_whole_lines_whatever_their_cut() -> None:
    lines = Lines()
    assert lines.feed("grö".encode()[:-1]) == []
    assert lines.feed("grö".encode()[-1:] + b"sse\r\nnext") == ["größe".replace("ß", "ss")]
    assert lines.end() == ["next"]
    assert lines.end() == []


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    lines = Lines()
    assert lines.feed(b"x" * (LONGEST_LINE + 1)) == ["x" * (LONGEST_LINE + 1)]
    assert lines.feed(b"\n") == [""]


def test_each_line_stands_behind_its_name_and_is_plain_without_a_terminal() -> None:
    console = io.StringIO()
    Output(console).line("api", "started")
    assert console.getvalue() == "api       │ started\n"


def test_on_a_terminal_each_name_has_its_own_colour() -> None:
    console = io.StringIO()
    output = Output(console, colour=True)
    for name in ("api", "worker", "api"):
        output.line(name, "x")
    api, worker, again = console.getvalue().splitlines()
    assert api == again
    assert api.split("m")[0] != worker.split("m")[0]


def test_with_a_log_the_terminal_keeps_to_our_own_words() -> None:
    console, log = io.StringIO(), io.StringIO()
    output = Output(console, log=log)
    output.line("api", "started")
    output.say("ready")
    assert (console.getvalue(), log.getvalue()) == ("z2        │ ready\n", "api       │ started\n")


def test_a_reader_that_has_gone_away_does_no_harm() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(os.dup(writing), "w", buffering=1) as console:
        Output(console).say("anyone there?")
        os.dup2(os.open(os.devnull, os.O_WRONLY), console.fileno())
    os.close(writing)


def test_the_wait_doubles_to_five_seconds_and_a_stable_life_forgives() -> None:
    backoff = Backoff()
    assert [round(backoff.after(0), 1) for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert backoff.after(60) == 0.2
    assert backoff.after(0) == 0.4
