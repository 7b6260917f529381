"""A run as a terminal shows it, and as lines for a pipe."""

import io
from datetime import timedelta

import pytest
from rich.console import Console

from domain import run_commands
from domain.kernel import replace
from domain.run_events import Events
from interfaces.cli.client import live_view
from interfaces.cli.client.live_view import LiveView, Picture
from interfaces.cli.client.plain_view import PlainView
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import Delta
from tests.domain import runs
from tests.interfaces.cli.client import stories
from tests.support.given import AT

DIAMOND = runs.start("read", "terms", "write: read terms")
UNDER_WAY = (DIAMOND, runs.begin("read"), *stories.work("terms"))


def picture(watched: Watched, *, seconds: float = 60, width: int = 120, height: int = 30, note: str = "") -> list[str]:
    """The lines that a terminal of this size shows, so long after the run began."""
    shown = Picture(lambda: AT + timedelta(seconds=seconds))
    shown.watched, shown.note = watched, note
    console = Console(file=io.StringIO(), record=True, width=width, height=height, markup=False, highlight=False)
    console.print(shown)
    return [line.rstrip() for line in console.export_text().splitlines()]


def lines(*happened: Events) -> list[str]:
    """What a pipe gets."""
    stream = io.StringIO()
    view, watched = PlainView(stream), Watched()
    for event in stories.log(happened):
        watched = watched.after(event)
        view.event(event, watched)
    return stream.getvalue().splitlines()


def test_the_picture_shows_each_step_with_its_state_agent_model_tokens_and_time() -> None:
    spin = live_view.FRAMES[0]
    assert picture(stories.watched(*UNDER_WAY)) == [
        "● Research brief v1  Brief  running, 1 min 00 s",
        "    Step   Agent                Model            Try    Tokens    Time",
        f" {spin}  read   Reader (Researcher)  offline/extract                 57.0 s",
        " ✔  terms  Reader (Researcher)  offline/extract       100 → 20   3.0 s",
        " ·  write  Reader (Researcher)  offline/extract                         waits for read",
    ]


def test_before_the_first_event_the_picture_says_so() -> None:
    assert picture(Watched())[0] == "waiting for the run to appear …"


def test_a_second_attempt_and_what_ended_the_first_are_shown() -> None:
    shown = picture(stories.watched(runs.start("read"), runs.begin("read"), runs.fail("read"), runs.begin("read", 2)))
    assert shown[2].endswith("  2/3          55.0 s  model_timeout: no answer")


def test_the_time_of_a_run_that_is_over_stands_still() -> None:
    watched = stories.watched(runs.start("read"), runs.begin("read"), runs.cancel())
    assert picture(watched, seconds=5) == picture(watched, seconds=5_000)
    assert picture(watched)[0] == "⊘ Research brief v1  Brief  cancelled, 3.0 s"


def test_under_the_table_running_steps_say_what_their_models_say() -> None:
    watched = (
        stories.watched(*UNDER_WAY)
        .hearing(Delta("read", 1, 0, "# Tides\n\nThe moon pulls."))
        .hearing(Delta("terms", 1, 0, "This step is over."))
    )
    assert picture(watched)[5:] == ["", "  read says", "  # Tides", "", "  The moon pulls."]


def test_the_picture_fits_the_terminal_however_much_is_said() -> None:
    watched = stories.watched(DIAMOND, runs.begin("read"), runs.begin("terms"))
    for step in ("read", "terms"):
        watched = watched.hearing(Delta(step, 1, 0, "word " * 500 + step))
    for height in (6, 10, 14, 20, 40):
        shown = picture(watched, width=60, height=height)
        assert len(shown) <= height
        assert all(len(line) <= 60 for line in shown)
    assert shown[-1].endswith("word terms")


def test_a_note_about_the_line_stands_under_the_picture() -> None:
    assert picture(stories.watched(DIAMOND), note="no Z2 answers")[-1] == "  no Z2 answers"


def test_nothing_that_a_model_or_a_title_says_steers_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J[bold]not markup[/bold]\u202egnp.exe\r\n\x9b31mred"
    started = replace(runs.start("read"), title=hostile, workflow_name=hostile)
    watched = stories.watched(started, runs.begin("read")).hearing(Delta("read", 1, 0, hostile))
    shown = "\n".join([*picture(watched), *lines(*stories.facts(started))])
    assert not set("\x1b\x07\x9b\r\u202e") & set(shown)
    assert "[bold]not markup[/bold]" in shown


def test_the_last_picture_stays_on_the_screen() -> None:
    console = Console(file=io.StringIO(), record=True, width=120, height=30, force_terminal=True, markup=False)
    view = LiveView(console, lambda: AT)
    watched = stories.watched(runs.start("read"), *stories.work("read"))
    view.event(stories.log(stories.facts(runs.start("read")))[0], watched)
    view.note("connected again")
    view.close()
    shown = console.export_text()
    assert "✔ Research brief v1  Brief  completed, 6.0 s" in shown
    assert "connected again" not in shown


def test_a_pipe_gets_a_line_for_each_event() -> None:
    happened = stories.facts(runs.start("read"), *stories.work("read"))
    assert lines(*happened) == [
        "       0.0 s  ○ Research brief v1 on “Brief”: 1 step",
        "       1.0 s  ○ read: scheduled",
        "       2.0 s  ● read: Reader (Researcher) begins",
        "       3.0 s  ● read: asks offline/extract",
        "       4.0 s  ● read: answer recorded: 100 → 20 tokens, $0.000007",
        "       5.0 s  ✔ read: completed in 3.0 s",
        "       6.0 s  ✔ the run is completed",
    ]


@pytest.mark.parametrize(
    ("commands", "line"),
    [
        (
            [runs.begin("read"), runs.fail("read")],
            "✘ read: attempt 1 failed (model_timeout): no answer; it will be tried again",
        ),
        (
            [runs.begin("read"), runs.fail("read"), runs.begin("read", 2)],
            "● read: Reader (Researcher) begins attempt 2",
        ),
        ([runs.begin("read"), runs.fail("read")], "○ read: scheduled for attempt 2"),
        ([runs.begin("read"), runs.fail("read", retryable=False)], "✘ the run has failed at read (model_timeout)"),
        ([runs.begin("read"), runs.lose("read")], "✘ read: attempt 1 lost its worker"),
        (
            [runs.begin("read"), runs.begin_call("read"), runs.lose("read")],
            "✘ read: the call of attempt 1 is in doubt; it may have been billed",
        ),
        (
            [runs.begin("read"), runs.begin_call("read"), runs.fail("read", billed="no")],
            "✘ read: the provider refused the call; nothing was billed",
        ),
        ([runs.begin("read"), runs.fail("read", retryable=False), runs.retry("read")], "· read: is to be done again"),
        ([runs.cancel("enough")], "⊘ the run is cancelled: enough"),
        ([runs.cancel("")], "⊘ the run is cancelled"),
    ],
)
def test_what_does_not_go_well_is_told_too(commands: list[run_commands.Commands], line: str) -> None:
    happened = stories.facts(runs.start("read"), *commands)
    assert any(told.endswith(f"  {line}") for told in lines(*happened))


def test_an_event_that_no_code_here_knows_is_told_by_its_name() -> None:
    stream = io.StringIO()
    event = replace(stories.log(stories.facts(runs.start("read")))[0], type="run.dreamt.v1")
    PlainView(stream).event(event, Watched().after(event))
    assert stream.getvalue().strip() == "? run.dreamt.v1"
