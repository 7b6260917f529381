"""Lists, the log and rebuilding: what there is, as tables for people and JSON for programs."""

import json
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from tests.domain import runs
from tests.interfaces.cli import answers
from tests.interfaces.cli.client import stories
from tests.interfaces.cli.client.stories import RUN_ID
from tests.support import scripted_api
from tests.support.command_line import CommandLine, Said
from tests.support.given import CONTEXT
from tests.support.scripted_api import ScriptedApi, good, problem

EVENTS = stories.log(stories.facts(runs.start("read")))
LISTS = {
    "runs": answers.page(RUN_ID),
    "agents": answers.AGENTS,
    "workflows": answers.WORKFLOWS,
    "templates": answers.TEMPLATES,
    "models": answers.MODELS,
}


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    for name, answer in LISTS.items():
        api.on(f"GET /api/{name}", good(answer))
    api.on("GET /api/events", good({"items": EVENTS, "next": None}))
    api.on(f"GET /api/runs/{RUN_ID}/events", good({"items": EVENTS, "next": None}))


def rows(said: Said) -> list[list[str]]:
    """The cells of a table; two spaces stand between them."""
    assert (said.code, said.err) == (0, "")
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in said.out.splitlines()]


def test_runs_are_listed_with_an_id_that_is_long_enough_to_name_them(api: ScriptedApi, z2: CommandLine) -> None:
    alike = UUID(f"{str(RUN_ID)[:10]}{str(UUID(int=0))[10:]}")
    api.on("GET /api/runs", good(answers.page(RUN_ID, alike)))
    table = rows(z2("runs", "--status", "completed", "--limit", "2"))
    assert table[1][:4] == [str(RUN_ID)[:11], "✔ completed", "Tides", "Research brief v3"]
    assert table[1][5:] == ["0.0 s", "4/4", "10,336 → 1,538", "cost unknown"]
    assert len(table) == 3
    assert api.asked[0].query == "limit=2&status=completed"


def test_the_other_lists_say_what_one_needs_to_choose(z2: CommandLine) -> None:
    assert rows(z2("agents"))[1] == ["Reader", "Researcher", "summarise", "default", "v2", "active"]
    assert rows(z2("workflows"))[1] == ["Research brief", "v3", "read", str(answers.WORKFLOW_ID)]
    assert rows(z2("templates"))[1:5] == [
        ["research-brief", "Research brief", "no", "offline/extractive", "2-3", "$0", "$0"],
        ["openai/some", "2-3", "$0.00076", "$0.008859"],
        ["press-review", "Press review", "yes", "openai/some", "2-3", "$0.00076", "$0.008859"],
        ["table-questions", "Table questions", "or `sql`", "openai/other", "?", "$0.000029", "unknown"],
    ]
    assert rows(z2("models"))[1:] == [
        ["offline/extractive (default)", "✔", "0", "0", "unknown", "Ranks sentences."],
        ["openai/some", "✘", "0.125", "unknown", "8,000", "OpenAI needs a key: set OPENAI_API_KEY"],
    ]


def test_what_the_costs_of_templates_assume_is_told(z2: CommandLine) -> None:
    assert z2("templates").out.splitlines()[-1] == "- attempts that fail are not counted"


def test_costs_are_for_the_model_that_is_named(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("templates", "--model", "openai/some").code == 0
    assert parse_qsl(api.asked[0].query) == [("model", "openai/some")]


def test_the_sample_of_a_template_is_printed_as_it_is_taken(z2: CommandLine) -> None:
    assert z2("templates", "--sample", "press-review").out == "The sample of press-review.\n"
    said = z2("templates", "--sample", "nope")
    assert (said.code, "there are research-brief, press-review" in said.error) == (2, True)


@pytest.mark.parametrize("name", LISTS)
def test_a_program_gets_each_list_as_the_server_wrote_it(name: str, api: ScriptedApi, z2: CommandLine) -> None:
    said = z2(name, "--json")
    assert said.out.encode() == api.answer(api.asked[0]).body + b"\n"


def test_the_log_of_a_run_is_a_line_for_each_event(z2: CommandLine) -> None:
    lines = z2("events", str(RUN_ID)).out.splitlines()
    assert len(lines) == 2
    assert lines[0].split()[0] == "11"
    assert lines[0].split()[3:5] == [str(RUN_ID)[:8], "run.started.v2"]
    assert lines[1].endswith("step=read attempt=1 due_at=2026-01-01T00:00:00Z taken=False priority=0")


def test_the_log_of_the_workspace_is_read_page_by_page_also_where_one_is_empty(
    api: ScriptedApi, z2: CommandLine
) -> None:
    first, second = EVENTS
    api.on(
        "GET /api/events",
        good({"items": [first], "next": 11}),
        good({"items": [], "next": 12}),
        good({"items": [second], "next": None}),
    )
    lines = [json.loads(line) for line in z2("events", "--json", "--after", "4").out.splitlines()]
    assert [line["position"] for line in lines] == [11, 13]
    assert set(lines[0]) == {*EVENTS[0].__struct_fields__}
    pages = api.requests("GET /api/events")
    assert [asked.query for asked in pages] == [f"after={after}&limit=1000" for after in (4, 11, 12)]
    assert {asked.headers["accept"] for asked in pages} == {"application/json"}


def test_what_is_read_is_narrowed_down_by_the_server(api: ScriptedApi, z2: CommandLine) -> None:
    words = ["--stream", str(RUN_ID), "--type", "run.step_", "--correlation", str(CONTEXT.correlation_id)]
    said = z2("events", "--json", *words)
    assert [json.loads(line)["type"] for line in said.out.splitlines()] == ["run.step_scheduled.v1"]
    (asked,) = api.requests("GET /api/events")
    wanted = {"type": "run.step_", "stream": str(RUN_ID), "correlation": str(CONTEXT.correlation_id)}
    assert dict(parse_qsl(asked.query)) == {**wanted, "after": "0", "limit": "1000"}


def test_behind_the_head_of_the_log_there_is_nothing_to_read(api: ScriptedApi, z2: CommandLine) -> None:
    future = problem(422, "Invalid", "position 40 is in the future; the log ends at 13")
    api.on("GET /api/events", future)
    said = z2("events", "--after", "40")
    assert (said.code, said.out, said.error) == (2, "", "Invalid: position 40 is in the future; the log ends at 13")


def test_a_followed_log_goes_on_across_a_restart(api: ScriptedApi, z2: CommandLine) -> None:
    pieces = stories.live(stories.facts(runs.start("read")))
    end = problem(404, "Not Found", "the test is over")
    api.on("GET /api/events", scripted_api.stream(pieces[0]), scripted_api.stream(pieces[1]), end)
    said = z2("events", "--follow", "--json")
    assert [json.loads(line)["position"] for line in said.out.splitlines()] == [11, 13]
    assert [asked.query for asked in api.requests("GET /api/events")] == ["after=0", "after=11", "after=13"]
    assert said.err.splitlines()[-1] == "z2: Not Found: the test is over"


def test_rebuilding_says_how_much_there_is_now(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/projections/runs/rebuild", good({"rows": 1_234, "position": 56_789}))
    assert z2("rebuild", "runs").out == "runs: 1,234 rows, built from the log up to position 56,789\n"
    assert json.loads(z2("rebuild", "runs", "--json").out) == {"rows": 1_234, "position": 56_789}


def test_who_may_not_rebuild_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    refused = problem(403, "Forbidden", "rebuilding needs the scope workspace:admin")
    api.on("POST /api/projections/runs/rebuild", refused)
    said = z2("rebuild", "runs")
    assert said.code == 1
    assert said.error == "Forbidden: rebuilding needs the scope workspace:admin; ask somebody whose role allows it"


def test_a_followed_log_is_narrowed_down_by_the_server(api: ScriptedApi, z2: CommandLine) -> None:
    pieces = stories.live(stories.facts(runs.start("read")))
    api.on("GET /api/events", scripted_api.stream(*pieces), problem(404, "Not Found", "the test is over"))
    words = ["--stream", str(RUN_ID), "--type", "run.step_", "--correlation", str(CONTEXT.correlation_id)]
    said = z2("events", "--follow", "--json", *words)
    assert [json.loads(line)["type"] for line in said.out.splitlines()] == ["run.step_scheduled.v1"]
    asked = [dict(parse_qsl(each.query)) for each in api.requests("GET /api/events")]
    wanted = {"type": "run.step_", "stream": str(RUN_ID), "correlation": str(CONTEXT.correlation_id)}
    assert asked == [{**wanted, "after": "0"}, {**wanted, "after": "13"}]
