"""`z2 replay` folds the record of a run, executes nothing, and says whether the read model agrees."""

import json

import pytest

from domain.kernel import replace
from tests.domain import runs
from tests.interfaces.cli.client import stories
from tests.interfaces.cli.client.stories import RUN_ID
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good

HAPPENED = stories.facts(runs.start("read", "write: read"), *stories.work("read"), *stories.work("write"))
EVENTS = stories.log(HAPPENED)
LOG = f"GET /api/runs/{RUN_ID}/events"
VIEW = f"GET /api/runs/{RUN_ID}"


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on(LOG, good({"items": EVENTS, "next": None}))
    api.on(VIEW, good(stories.view(HAPPENED)))


def test_the_state_after_each_event_is_shown(z2: CommandLine) -> None:
    said = z2("replay", str(RUN_ID))
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"run {RUN_ID}: read from the log; nothing is executed",
        "",
        "  position  event                    run        what changed",
        "        11  started.v2               pending    read waiting; write waiting",
        "        13  step_scheduled.v1        pending    read scheduled (attempt 1)",
        "        15  step_begun.v1            running    read running (attempt 1)",
        "        17  call_begun.v1            running    read running (attempt 1, call 1 begun)",
        "        19  call_recorded.v1         running    read running (attempt 1, call 1 recorded, 100 → 20 tokens)",
        "        21  step_completed.v1        running    read completed (attempt 1, call 1 recorded, 100 → 20 tokens)",
        "        23  step_scheduled.v1        running    write scheduled (attempt 1)",
        "        25  step_begun.v1            running    write running (attempt 1)",
        "        27  call_begun.v1            running    write running (attempt 1, call 1 begun)",
        "        29  call_recorded.v1         running    write running (attempt 1, call 1 recorded, 100 → 20 tokens)",
        "        31  step_completed.v1        running    write completed (attempt 1, call 1 recorded, 100 → 20 tokens)",
        "        33  completed.v1             completed  output output (6 bytes)",
        "",
        "12 events folded: completed, 2 steps, 200 → 40 tokens, $0.000014.",
        "The read model says the same at position 33.",
    ]


def test_nothing_but_reading_is_asked_of_the_server(api: ScriptedApi, z2: CommandLine) -> None:
    z2("replay", str(RUN_ID))
    assert {asked.method for asked in api.asked} == {"GET"}


def test_a_program_gets_a_line_for_each_event_and_the_verdict(z2: CommandLine) -> None:
    lines = [json.loads(line) for line in z2("replay", str(RUN_ID), "--json").out.splitlines()]
    assert [line["position"] for line in lines[:-1]] == [event.position for event in EVENTS]
    assert lines[2]["type"] == "run.step_begun.v1"
    assert lines[2]["steps"]["read"]["status"] == "running"
    assert lines[-1] == {"equal": True, "position": 33, "differences": []}


def test_a_read_model_that_says_otherwise_is_a_failure_with_the_differences(api: ScriptedApi, z2: CommandLine) -> None:
    shown = stories.view(HAPPENED)
    api.on(VIEW, good(replace(shown, status="failed", cost_micro_usd=None)))
    said = z2("replay", str(RUN_ID))
    assert said.code == 1
    assert said.error == (
        "the read model differs from the log: status is completed in the log and failed in the read model; "
        "cost is 14 in the log and None in the read model; mend it with `z2 rebuild runs`"
    )
    verdict = json.loads(z2("replay", str(RUN_ID), "--json").out.splitlines()[-1])
    assert verdict["equal"] is False
    assert verdict["differences"][0] == {"what": "status", "log": "completed", "read_model": "failed"}


def test_a_run_that_goes_on_is_read_until_log_and_read_model_meet(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(LOG, good({"items": EVENTS[:5], "next": None}), good({"items": EVENTS[5:], "next": None}))
    said = z2("replay", str(RUN_ID))
    assert said.code == 0
    assert [asked.query for asked in api.requests(LOG)] == ["after=0&limit=1000", "after=19&limit=1000"]
    assert [asked.query for asked in api.requests(VIEW)] == ["after=19", "after=33"]


def test_a_hole_in_the_record_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(LOG, good({"items": [*EVENTS[:3], *EVENTS[4:]], "next": None}))
    said = z2("replay", str(RUN_ID))
    assert (said.code, said.error) == (1, "the record has no event 4; the next one is 5")


def test_an_event_of_a_newer_z2_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(LOG, good({"items": [EVENTS[0], replace(EVENTS[1], type="run.dreamt.v1")], "next": None}))
    said = z2("replay", str(RUN_ID))
    assert said.code == 1
    assert said.error.startswith("this Z2 does not know the event run.dreamt.v1 at position 13: ")
