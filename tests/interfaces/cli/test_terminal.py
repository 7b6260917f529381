"""On a terminal a run is a picture that moves, its brief is set as a text, and Ctrl-C leaves it in peace."""

from pathlib import Path

import pytest

from tests.interfaces.cli.client import stories
from tests.interfaces.cli.client.stories import RUN_ID
from tests.interfaces.cli.test_run import BRIEF, DONE, STARTED
from tests.support import scripted_api, terminal
from tests.support.command_line import CommandLine
from tests.support.scripted_api import Answer, ScriptedApi, good

HAPPENED = stories.facts(*DONE)
PIECES = stories.live(HAPPENED)
FOLLOW = ("show", str(RUN_ID), "--follow")


@pytest.fixture(autouse=True)
def told(api: ScriptedApi, tmp_path: Path) -> None:
    """A Z2 with a run that comes to a brief."""
    (tmp_path / "tides.md").write_text("The moon pulls the water.\n")
    api.on("POST /api/runs", STARTED)
    api.on(f"GET /api/runs/{RUN_ID}", good(stories.view(HAPPENED)))
    api.on(f"GET /api/runs/{RUN_ID}/output", Answer(body=BRIEF.encode(), media_type="text/markdown; charset=utf-8"))


def test_the_steps_move_and_the_brief_is_set(api: ScriptedApi, z2: CommandLine) -> None:
    said = stories.delta("read", 1, 0, "The moon is \x1b]0;owned\x07 in this")
    streams = scripted_api.stream(*PIECES[:4], said), scripted_api.stream(*PIECES[4:], held=True)
    api.on(f"GET /api/runs/{RUN_ID}/live", *streams)
    with terminal.running(z2.variables, *FOLLOW) as screen:
        assert screen.end() == 0
    assert "✔ Research brief v1  Brief  completed, 6.0 s" in screen.text
    assert "• one point [bold]" in screen.text
    assert screen.text.rstrip().endswith(f"{api.url}/runs/{RUN_ID}")
    assert b"\x1b[?25l" in screen.shown
    assert screen.shown.rindex(b"\x1b[?25h") > screen.shown.rindex(b"\x1b[?25l")
    assert b"owned\x07" not in screen.shown


def test_what_a_running_step_says_is_shown_while_it_says_it(api: ScriptedApi, z2: CommandLine) -> None:
    said = stories.delta("read", 1, 0, "The moon is in this")
    api.on(f"GET /api/runs/{RUN_ID}/live", scripted_api.stream(*PIECES[:4], said, held=True))
    with terminal.running(z2.variables, *FOLLOW) as screen:
        screen.until("The moon is in this")
        screen.until("read says")


def test_ctrl_c_leaves_the_run_alone_and_says_how_to_come_back(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(f"GET /api/runs/{RUN_ID}/live", scripted_api.stream(*PIECES[:3], held=True))
    with terminal.running(z2.variables, *FOLLOW) as screen:
        screen.until("Reader (Researcher)")
        screen.interrupt()
        assert screen.end() == 130
    line = f"z2: the run goes on without you; watch it with `z2 show {RUN_ID} --follow`"
    assert screen.text.rstrip().endswith(line)
    assert b"\x1b[?25h" in screen.shown
    assert {asked.method for asked in api.asked} == {"GET"}
