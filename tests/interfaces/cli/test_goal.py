"""`z2 goal`: the draft is printed with what it costs, and accepted only where that is said."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from tests.interfaces.cli.answers import PAID
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good

GOAL, WORKFLOW, RUN = UUID(int=1), UUID(int=2), UUID(int=3)
DRAFT = {
    "drafted_by": "similarity",
    "source": "name: Brief\nnodes: []\n",
    "drawing": "flowchart TD\n",
    "chosen": [{"template": "research-brief", "score": 0.3}],
    "note": "research-brief was chosen by similarity (0.30 of 1); runners-up: none",
    "needs_model": True,
    "cost": PAID,
    "assumptions": [],
}
DRAFTED = {
    "id": GOAL,
    "status": "drafted",
    "goal": "Brief me",
    "document": True,
    "model": None,
    "planned_by": None,
    "draft": DRAFT,
    "refusal": None,
    "workflow_id": None,
    "run_id": None,
}
ACCEPTED = DRAFTED | {"status": "accepted", "workflow_id": WORKFLOW, "run_id": RUN}
ANSWER = {"id": GOAL, "position": 7}


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "tides.md"
    path.write_text("Tides turn turbines.", encoding="utf-8")
    return path


def test_a_draft_is_printed_and_nothing_is_run(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    api.on("POST /api/goals", good(ANSWER))
    api.on(f"GET /api/goals/{GOAL}", good(DRAFTED | {"status": "asked", "draft": None}), good(DRAFTED))
    said = z2("goal", "Brief me", "--file", paper, "--model", "openai/some", "--budget", "0.5")
    assert said.code == 0, said.err
    assert said.out.startswith("name: Brief\nnodes: []\n")
    assert "# drafted by similarity: research-brief was chosen by similarity" in said.out
    assert "# it needs a language model" in said.out
    assert "# with openai/some a run costs at least $0.00076, and at most $0.008859" in said.out
    assert said.out.splitlines()[-1].endswith(f"z2 goal {GOAL} --accept")
    (asked,) = api.requests("POST /api/goals")
    assert json.loads(asked.body) == {
        "goal": "Brief me",
        "document": "Tides turn turbines.",
        "model": "openai/some",
        "budget": {"micro_usd": 500_000},
    }


def test_a_draft_is_accepted_by_its_id_and_started_on_its_document(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(f"GET /api/goals/{GOAL}", good(DRAFTED), good(ACCEPTED))
    api.on(f"POST /api/goals/{GOAL}/accept", good(ANSWER))
    said = z2("goal", str(GOAL), "--accept")
    assert f"# published as workflow {WORKFLOW}" in said.out
    assert f"# started as run {RUN}" in said.out
    (accepted,) = api.requests(f"POST /api/goals/{GOAL}/accept")
    assert json.loads(accepted.body) == {"start": True}


def test_what_could_not_be_drafted_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    why = {"code": "no_template", "detail": "no template is like this goal"}
    api.on("POST /api/goals", good(ANSWER))
    api.on(f"GET /api/goals/{GOAL}", good(DRAFTED | {"status": "refused", "draft": None, "refusal": why}))
    said = z2("goal", "Book me a flight")
    assert (said.code, said.out) == (1, "")
    assert said.error == "nothing could be drafted: no template is like this goal"


def test_a_program_gets_the_goal_as_json(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(f"GET /api/goals/{GOAL}", good(DRAFTED))
    shown = json.loads(z2("goal", str(GOAL), "--json").out)
    assert (shown["status"], shown["draft"]["source"]) == ("drafted", DRAFT["source"])


def test_goals_are_listed(api: ScriptedApi, z2: CommandLine) -> None:
    line = {"goal": "Brief\nme", "asked_at": "2026-11-22T09:00:00Z", "run_id": RUN, "workflow_id": WORKFLOW}
    api.on("GET /api/goals", good({"items": [{"id": GOAL, "status": "accepted", **line}], "next": None}))
    said = z2("goal", "list")
    assert said.code == 0, said.err
    assert "accepted" in said.out
    assert "Brief me" in said.out
