"""The read models from the command line: how far they are, and what mends them."""

import json
from uuid import UUID

import pytest

from tests.support.command_line import CommandLine
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

ERROR = "ValueError in projections/agents.py:40 evolve"
STOP = {"position": 7, "event_type": "agent.revised.v1", "error": ERROR}
KEPT = {"name": "agents", "kind": "read_model", "position": 6, "lag": 1_204, "leader": "home:12", "stopped": STOP}
POLICY = {"name": "step_jobs", "kind": "policy", "position": 1_210, "lag": 0, "leader": None, "stopped": None}
GOOD = {"rows": 1_000, "position": 6, "differing": 0, "differences": []}
ROW = UUID(int=7)
BAD = {**GOOD, "differing": 1, "differences": [{"id": str(ROW), "kind": "different", "fields": ["name", "role"]}]}
ACCEPTED = good({"id": str(ROW), "position": 1_211})


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/projections", good({"items": [KEPT, POLICY], "head": 1_210}))


def test_each_is_listed_with_what_stops_it(z2: CommandLine) -> None:
    lines = [line.split() for line in z2("projections", "list").out.splitlines()]
    assert lines[0] == ["Name", "Position", "Behind", "Led", "by", "Stopped", "at"]
    assert lines[1] == ["agents", "6", "1,204", "home:12", "7", "agent.revised.v1:", *ERROR.split()]
    assert lines[2] == ["step_jobs", "1,210", "0", "nobody"]
    assert json.loads(z2("projections", "list", "--json").out)["items"] == [KEPT, POLICY]


@pytest.mark.parametrize("words", [("rebuild",), ("projections", "rebuild")])
def test_a_rebuild_says_how_much_there_is_now(words: tuple[str, ...], api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/projections/runs/rebuild", good({"rows": 1_234, "position": 56_789}))
    assert z2(*words, "runs").out == "runs: 1,234 rows, built from the log up to position 56,789\n"


@pytest.mark.parametrize("words", [("projections", "verify"), ("verify", "projections")])
def test_all_read_models_are_verified_unless_some_are_named(
    words: tuple[str, ...], api: ScriptedApi, z2: CommandLine
) -> None:
    api.on("POST /api/projections/agents/verify", good(GOOD))
    said = z2(*words)
    assert (said.code, said.out) == (0, "agents: 1,000 rows up to position 6, as the log tells them\n")
    assert json.loads(z2(*words, "agents", "--json").out) == {"agents": GOOD}


def test_rows_that_differ_are_named_and_fail_the_command(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/projections/agents/verify", good(BAD))
    said = z2("projections", "verify", "agents")
    assert said.code == 1
    assert said.out.splitlines() == [
        "agents: 1,000 rows up to position 6, 1 differ",
        f"  {ROW} different name role",
        "  mend it with: z2 rebuild agents",
    ]


def test_skipping_an_event_is_a_decision_with_a_reason(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/projections/agents/skip", ACCEPTED)
    said = z2("projections", "skip", "agents", "7", "--reason", "broken")
    assert said.out == "agents passes over position 7 from now on\n"
    (asked,) = api.requests("POST /api/projections/agents/skip")
    assert json.loads(asked.body) == {"position": 7, "reason": "broken"}
    assert z2("projections", "skip", "agents", "7").code == 2


def test_an_event_that_was_skipped_is_restored(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/projections/agents/restore", ACCEPTED)
    said = z2("projections", "restore", "agents", "7", "--reason", "mended")
    assert said.out == "agents passes over position 7 no longer; fold it with: z2 rebuild agents\n"


def test_a_refusal_is_said_as_the_sentence_that_it_is(api: ScriptedApi, z2: CommandLine) -> None:
    refused = {"type": "urn:z2:problem:rejected", "title": "Rejected", "status": 409, "detail": "nothing stops it"}
    api.on("POST /api/projections/runs/skip", Answer(409, json.dumps(refused).encode(), "application/problem+json"))
    said = z2("projections", "skip", "runs", "7", "--reason", "broken")
    assert (said.code, said.error) == (1, "nothing stops it")


def test_what_is_refused_is_said(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/projections/runs/skip", problem(409, "Rejected", "nothing stops it"))
    said = z2("projections", "skip", "runs", "7", "--reason", "broken")
    assert (said.code, said.error) == (1, "Rejected: nothing stops it")
