"""`z2 run` starts a run once, follows it to its end, and says what came of it."""

import json
from pathlib import Path

import msgspec
import pytest

from domain import run_commands
from tests.domain import runs
from tests.interfaces.cli import answers
from tests.interfaces.cli.client import stories
from tests.interfaces.cli.client.stories import RUN_ID
from tests.support import scripted_api
from tests.support.command_line import CommandLine
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

STARTED = good({"id": RUN_ID, "position": stories.FIRST_POSITION})
DONE: list[run_commands.Commands] = [runs.start("read"), *stories.work("read")]
FAILED: list[run_commands.Commands] = [runs.start("read"), runs.begin("read"), runs.fail("read", retryable=False)]
BRIEF = "# Brief\n\n- **one** point [bold]\n"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "tides.md"
    path.write_text("The moon pulls the water.\n")
    return path


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    """A Z2 in which a run can be started that comes to a brief."""
    api.on("GET /api/templates", good(answers.TEMPLATES))
    api.on("GET /api/workflows", good(answers.WORKFLOWS))
    api.on("POST /api/runs", STARTED)
    happens(api, DONE)


def happens(api: ScriptedApi, commands: list[run_commands.Commands]) -> None:
    happened = stories.facts(*commands)
    said = stories.delta("read", 1, 0, "what a model says")
    api.on(f"GET /api/runs/{RUN_ID}/live", scripted_api.stream(said, *stories.live(happened), held=True))
    api.on(f"GET /api/runs/{RUN_ID}", good(stories.view(happened)))
    api.on(f"GET /api/runs/{RUN_ID}/output", Answer(body=BRIEF.encode(), media_type="text/markdown; charset=utf-8"))


def test_a_run_is_started_with_the_document_and_its_name(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    said = z2("run", "research-brief", "--input", paper)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"run {RUN_ID} has started: {api.url}/runs/{RUN_ID}",
        f"watch it with: z2 show {RUN_ID} --follow",
    ]
    (asked,) = api.requests("POST /api/runs")
    document = {"title": "tides", "text": "The moon pulls the water.\n"}
    assert json.loads(asked.body) == {"input": document, "template": "research-brief"}


def test_title_model_and_workflow_are_passed_on(api: ScriptedApi, z2: CommandLine) -> None:
    words = ["run", "Research brief", "--input", "-", "--title", " The  sea ", "--model", "openai/some", "--json"]
    said = z2(*words, given="Text from a pipe.")
    (asked,) = api.requests("POST /api/runs")
    assert json.loads(asked.body) == {
        "input": {"title": "The sea", "text": "Text from a pipe."},
        "workflow_id": str(answers.WORKFLOW_ID),
        "model": "openai/some",
    }
    assert json.loads(said.out) == {"id": str(RUN_ID), "position": 11, "page": f"{api.url}/runs/{RUN_ID}"}


def test_a_run_whose_answer_is_lost_is_not_started_twice(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    api.on("POST /api/runs", Answer(dropped=True), STARTED)
    assert z2("run", "research-brief", "--input", paper).code == 0
    first, second = api.requests("POST /api/runs")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body


def test_who_follows_sees_each_step_the_brief_and_what_it_took(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    said = z2("run", "research-brief", "--input", paper, "--follow")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[0] == "       0.0 s  ○ Research brief v1 on “Brief”: 1 step"
    assert "       5.0 s  ✔ read: completed in 3.0 s" in lines
    assert BRIEF in said.out
    assert lines[-1] == f"✔ completed in 6.0 s · 100 → 20 tokens · $0.000007 · {api.url}/runs/{RUN_ID}"


def test_the_brief_is_read_once_the_read_model_has_it(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    z2("run", "research-brief", "--input", paper, "--follow")
    read = [asked for asked in api.asked if asked.path in (f"/api/runs/{RUN_ID}", f"/api/runs/{RUN_ID}/output")]
    assert [asked.query for asked in read] == ["after=23", ""]


def test_a_run_is_followed_across_a_restart_of_the_api(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    pieces = stories.live(stories.facts(*DONE))
    restarting = [Answer(dropped=True), problem(503, "Service Unavailable", "not yet")]
    streams = [scripted_api.stream(*pieces[:4]), *restarting, scripted_api.stream(*pieces[2:], held=True)]
    api.on(f"GET /api/runs/{RUN_ID}/live", *streams)
    said = z2("run", "research-brief", "--input", paper, "--follow")
    assert said.code == 0
    assert said.out.count("asks offline/extract") == 1
    assert said.err.splitlines() == [
        "z2: the stream ended; waiting for it to come back",
        "z2: connected again; going on behind position 17",
    ]
    assert [asked.query for asked in api.requests(f"GET /api/runs/{RUN_ID}/live")] == ["after=0", *["after=17"] * 3]


def test_a_failed_run_says_which_step_failed_why_and_how_to_retry(
    api: ScriptedApi, z2: CommandLine, paper: Path
) -> None:
    happens(api, FAILED)
    said = z2("run", "research-brief", "--input", paper, "--follow")
    assert said.code == 1
    assert said.error == (
        f"step 'read' failed at attempt 1 of 3: model_timeout: no answer; do it again with `z2 retry {RUN_ID} read`"
    )
    assert said.out.splitlines()[-1].startswith("✘ failed in 4.0 s · no tokens · $0 · ")


def test_a_cancelled_run_ends_with_one_too(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    happens(api, [runs.start("read"), runs.cancel("wrong document")])
    said = z2("run", "research-brief", "--input", paper, "--follow")
    assert (said.code, said.error) == (1, "the run was cancelled; start it again with `z2 run`")
    assert "⊘ the run is cancelled: wrong document" in said.out


def test_programs_get_one_document_and_people_the_steps_beside_it(
    api: ScriptedApi, z2: CommandLine, paper: Path
) -> None:
    said = z2("run", "research-brief", "--input", paper, "--follow", "--json")
    document = json.loads(said.out)
    assert document["result"] == BRIEF
    assert document["page"] == f"{api.url}/runs/{RUN_ID}"
    assert document["run"] == json.loads(msgspec.json.encode(stories.view(stories.facts(*DONE))))
    assert "✔ the run is completed" in said.err


def test_a_program_gets_the_document_of_a_failed_run_too(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    happens(api, FAILED)
    said = z2("run", "research-brief", "--input", paper, "--follow", "--json")
    assert said.code == 1
    assert json.loads(said.out)["result"] is None
    assert json.loads(said.out)["run"]["status"] == "failed"


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03", b"x" * 5_000_000])
def test_a_document_that_is_none_never_reaches_the_server(
    api: ScriptedApi, z2: CommandLine, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad").write_bytes(content)
    said = z2("run", "research-brief", "--input", tmp_path / "bad")
    assert said.code == 2
    assert str(tmp_path / "bad") in said.error
    assert api.asked == []


def test_what_the_server_finds_wrong_is_bad_input_too(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    why = "OpenAI needs a key: set OPENAI_API_KEY"
    api.on("POST /api/runs", problem(422, "Unprocessable Entity", why, ("model", why)))
    said = z2("run", "research-brief", "--input", paper, "--model", "openai/some")
    assert (said.code, said.error) == (2, f"Unprocessable Entity: model: {why}")


def test_no_secret_is_printed_whatever_happens(api: ScriptedApi, z2: CommandLine, paper: Path) -> None:
    for answer in (problem(401, "Unauthorized", "no"), problem(500, "Internal Server Error", "no"), Answer(200, b"<")):
        api.on("POST /api/runs", answer)
        said = z2("run", "research-brief", "--input", paper)
        assert said.code == 1
        assert "secret-token" not in said.out + said.error
