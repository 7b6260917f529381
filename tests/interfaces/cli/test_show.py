"""`z2 show`, `z2 cancel` and `z2 retry`: a person looks at a run and steps in."""

import json

import pytest

from domain import run_commands
from tests.domain import runs
from tests.interfaces.cli import answers
from tests.interfaces.cli.client import stories
from tests.interfaces.cli.client.stories import RUN_ID
from tests.support import scripted_api
from tests.support.command_line import CommandLine
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

ACCEPTED = good({"id": RUN_ID, "position": 99})
HAPPENED = stories.facts(runs.start("read", "write: read"), *stories.work("read"), *stories.work("write"))


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    """A Z2 with one completed run, whose log comes in two pages."""
    events = stories.log(HAPPENED)
    first, second = (
        {"items": events[:5], "next": events[4].position, "position": 7},
        {"items": events[5:], "next": None},
    )
    api.on("GET /api/runs", good(answers.page(RUN_ID)))
    api.on(f"GET /api/runs/{RUN_ID}", good(stories.view(HAPPENED)))
    api.on(f"GET /api/runs/{RUN_ID}/events", good(first), good(second))
    api.on(f"GET /api/runs/{RUN_ID}/output", Answer(body=b"The brief.", media_type="text/markdown"))
    api.on(f"POST /api/runs/{RUN_ID}/cancel", ACCEPTED)
    api.on(f"POST /api/runs/{RUN_ID}/steps/read/retry", ACCEPTED)


def test_a_run_is_shown_with_its_steps_and_its_result(api: ScriptedApi, z2: CommandLine) -> None:
    said = z2("show", str(RUN_ID)[:6])
    assert (said.code, said.err) == (0, "")
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines[0] == "✔ Research brief v1 Brief completed, 11.0 s"
    assert lines[2] == "✔ read Reader (Researcher) offline/extract 100 → 20 3.0 s"
    assert "The brief." in lines
    assert lines[-1] == f"✔ completed in 11.0 s · 200 → 40 tokens · $0.000014 · {api.url}/runs/{RUN_ID}"


def test_a_program_gets_the_run_as_the_server_wrote_it(z2: CommandLine) -> None:
    said = z2("show", "last", "--json")
    assert json.loads(said.out)["id"] == str(RUN_ID)


def test_who_follows_a_run_that_is_over_sees_it_to_its_present_end(api: ScriptedApi, z2: CommandLine) -> None:
    failed: list[run_commands.Commands] = [runs.start("read"), runs.begin("read"), runs.fail("read", retryable=False)]
    again: list[run_commands.Commands] = [runs.retry("read"), *stories.work("read", 2)]
    happened = stories.facts(*failed, *again)
    api.on(f"GET /api/runs/{RUN_ID}", good(stories.view(happened)))
    api.on(f"GET /api/runs/{RUN_ID}/live", scripted_api.stream(*stories.live(happened), held=True))
    said = z2("show", "last", "--follow")
    assert said.code == 0
    assert "✘ the run has failed at read" in said.out
    assert "✔ the run is completed" in said.out


def test_a_run_is_cancelled_with_a_reason(api: ScriptedApi, z2: CommandLine) -> None:
    said = z2("cancel", "last", "--reason", "wrong document")
    assert (said.code, said.out) == (0, f"run {RUN_ID} is cancelled\n")
    (asked,) = api.requests(f"POST /api/runs/{RUN_ID}/cancel")
    assert json.loads(asked.body) == {"reason": "wrong document"}
    assert asked.headers["idempotency-key"]


def test_what_cannot_be_cancelled_any_more_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(f"POST /api/runs/{RUN_ID}/cancel", problem(409, "Conflict", "the run is completed"))
    said = z2("cancel", "last")
    assert (said.code, said.error) == (1, "Conflict: the run is completed")


def test_a_failed_step_is_done_again(z2: CommandLine) -> None:
    said = z2("retry", "last", "read")
    assert (said.code, said.out) == (0, f"step read is to be done again; watch it with: z2 show {RUN_ID} --follow\n")


def test_the_name_of_a_step_cannot_lead_elsewhere(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("retry", "last", "../../cancel?x=#").code == 2
    assert api.asked[-1].path == f"/api/runs/{RUN_ID}/steps/..%2F..%2Fcancel%3Fx%3D%23/retry"
