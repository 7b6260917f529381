"""`z2 pause`, `resume`, `skip`, `signal`, `rerun`, `why`, `inbox` and `dead-letters`: people steer runs."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from tests.interfaces.cli import answers
from tests.interfaces.cli.client.stories import RUN_ID
from tests.support.command_line import CommandLine
from tests.support.given import AT
from tests.support.scripted_api import ScriptedApi, good, problem

ACCEPTED = good({"id": RUN_ID, "position": 99})
OTHER = UUID(int=9)
RUN = f"/api/runs/{RUN_ID}"
TOLD = "has been told of bell"


def an_ask(**fields: object) -> dict[str, object]:
    told: dict[str, object] = {
        "run_id": RUN_ID,
        "run_title": "Tides",
        "step": "check",
        "kind": "approval",
        "question": "Is it good?",
        "mine": True,
        "since": AT,
        "due_at": None,
        "escalated": False,
    }
    return told | fields


def a_letter(run_id: UUID = RUN_ID) -> dict[str, object]:
    told = {"title": "Tides", "step": "read", "attempt": 3, "code": "model_timeout", "detail": "no answer"}
    return {"run_id": run_id, "failed_at": AT, **told}


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/runs", good(answers.page(RUN_ID)))
    api.on("GET /api/inbox", good({"items": [an_ask()], "next": None}))
    api.on("GET /api/dead-letters", good({"items": [a_letter()], "next": None}))
    for verb in ("pause", "resume", "signals", "rerun"):
        api.on(f"POST {RUN}/{verb}", ACCEPTED)
    for path in ("check/decision", "check/answer", "each.3.read/skip"):
        api.on(f"POST {RUN}/steps/{path}", ACCEPTED)


def sent(api: ScriptedApi, path: str) -> object:
    (asked,) = api.requests(f"POST {path}")
    assert asked.headers["idempotency-key"]
    return json.loads(asked.body)


@pytest.mark.parametrize(
    ("command", "path", "body", "said"),
    [
        (("pause", "last", "--reason", "lunch"), "pause", {"reason": "lunch"}, "is paused; what is under way may end"),
        (("resume", "last"), "resume", {}, "goes on"),
        (("signal", "last", "bell"), "signals", {"name": "bell"}, "has been told of bell"),
        (("signal", "last", "bell", "--text", "x"), "signals", {"name": "bell", "text": "x"}, "has been told of bell"),
        (
            ("signal", "last", "bell", "--data", "[1]"),
            "signals",
            {"name": "bell", "data": [1]},
            "has been told of bell",
        ),
    ],
    ids=["pause", "resume", "signal", "signal with text", "signal with data"],
)
def test_a_run_is_steered_as_a_whole(
    api: ScriptedApi, z2: CommandLine, command: tuple[str, ...], path: str, body: object, said: str
) -> None:
    told = z2(*command)
    assert (told.code, told.out) == (0, f"run {RUN_ID} {said}\n")
    assert sent(api, f"{RUN}/{path}") == body


def test_a_step_inside_others_is_skipped_with_what_it_would_have_come_to(api: ScriptedApi, z2: CommandLine) -> None:
    said = z2("skip", "last", "each.3.read", "--data", '{"n": 1}')
    assert (said.code, said.out) == (0, f"run {RUN_ID} goes on without the step each.3.read\n")
    assert sent(api, f"{RUN}/steps/each.3.read/skip") == {"output": {"n": 1}}


def test_a_run_is_started_again_on_another_document(api: ScriptedApi, z2: CommandLine, tmp_path: Path) -> None:
    document = tmp_path / "new.txt"
    document.write_text("The tide turns.")
    said = z2("rerun", "last", "--input", str(document))
    assert (said.code, said.out.startswith(f"run {RUN_ID} has started")) == (0, True)
    assert sent(api, f"{RUN}/rerun") == {"input": {"title": "new", "text": "The tide turns."}}


def test_why_tells_what_a_run_and_those_that_it_started_wait_for(api: ScriptedApi, z2: CommandLine) -> None:
    inner = {
        "run_id": OTHER,
        "title": "Inner",
        "status": "waiting",
        "reasons": [{"step": "check", "waits_for": "approval", "text": "it waits for an approval"}],
        "children": [],
    }
    reason = {"step": "sub", "waits_for": "run", "text": f"it waits for the run {OTHER}"}
    outer = {"run_id": RUN_ID, "title": "Tides", "status": "waiting", "reasons": [reason], "children": [inner]}
    api.on(f"GET {RUN}/why", good(outer))
    said = z2("why", "last")
    assert (said.code, said.out.splitlines()) == (
        0,
        [
            f"· run {RUN_ID} “Tides” is waiting",
            f"  sub: it waits for the run {OTHER}",
            f"  · run {OTHER} “Inner” is waiting",
            "    check: it waits for an approval",
        ],
    )
    assert json.loads(z2("why", "last", "--json").out)["children"][0]["title"] == "Inner"


class TestInbox:
    def test_it_lists_what_waits_for_people(self, api: ScriptedApi, z2: CommandLine) -> None:
        said = z2("inbox", "--newest")
        assert said.code == 0
        assert [word in said.out for word in (str(RUN_ID), "Tides", "check", "Is it good?", "yes")] == [True] * 5
        (asked,) = api.requests("GET /api/inbox")
        assert asked.query == "limit=20&order=newest"

    @pytest.mark.parametrize(
        ("command", "body"),
        [
            (("approve", "last", "--note", "fine"), {"decision": "approve", "note": "fine"}),
            (("reject", "last", "check"), {"decision": "reject", "note": ""}),
            (("edit", "last", "--text", "better"), {"decision": "edit", "output": "better", "note": ""}),
            (("edit", "last", "check", "--data", "[1]"), {"decision": "edit", "output": [1], "note": ""}),
        ],
        ids=["approve", "reject", "edit", "edit with data"],
    )
    def test_a_decision_is_sent_to_the_only_step_that_asks_or_to_the_one_that_is_named(
        self, api: ScriptedApi, z2: CommandLine, command: tuple[str, ...], body: object
    ) -> None:
        said = z2("inbox", *command)
        assert (said.code, said.out.startswith("step check ")) == (0, True)
        assert sent(api, f"{RUN}/steps/check/decision") == body

    def test_an_answer_is_sent(self, api: ScriptedApi, z2: CommandLine) -> None:
        api.on("GET /api/inbox", good({"items": [an_ask(kind="input")], "next": None}))
        said = z2("inbox", "answer", "last", "--text", "Five")
        assert (said.code, said.out) == (0, "step check is answered\n")
        assert sent(api, f"{RUN}/steps/check/answer") == {"text": "Five"}

    def test_where_several_steps_ask_one_has_to_be_named(self, api: ScriptedApi, z2: CommandLine) -> None:
        api.on("GET /api/inbox", good({"items": [an_ask(), an_ask(step="last")], "next": None}))
        said = z2("inbox", "approve", "last")
        assert (said.code, said.error) == (2, f"run {RUN_ID} waits for an approval at 2 steps: check, last; name one")
        said = z2("inbox", "answer", "last", "--text", "x")
        assert (said.code, "waits for no such thing as an answer" in said.error) == (2, True)

    def test_a_refusal_is_one_line(self, api: ScriptedApi, z2: CommandLine) -> None:
        detail = "step 'check' waits for nobody: it was approved by user 5"
        api.on(f"POST {RUN}/steps/check/decision", problem(409, "Not waiting", detail))
        said = z2("inbox", "approve", "last", "check")
        assert (said.code, detail in said.error) == (1, True)


class TestDeadLetters:
    def test_they_are_listed_with_their_errors(self, z2: CommandLine) -> None:
        said = z2("dead-letters")
        assert said.code == 0
        assert [word in said.out for word in (str(RUN_ID), "read", "model_timeout: no answer")] == [True] * 3

    def test_all_or_some_are_done_again(self, api: ScriptedApi, z2: CommandLine) -> None:
        outcome = {"run_id": RUN_ID, "step": "read", "position": 5, "code": "", "detail": ""}
        api.on("POST /api/dead-letters/redrive", good({"items": [outcome]}))
        said = z2("dead-letters", "redrive", "--all")
        assert (said.code, said.out) == (0, "1 failed step will be done again\n")
        assert sent(api, "/api/dead-letters/redrive") == {"items": [{"run_id": str(RUN_ID), "step": "read"}]}
        assert z2("dead-letters", "redrive", "last").code == 0
        said = z2("dead-letters", "redrive", str(OTHER))
        assert (said.code, f"run {OTHER} has no dead letter" in said.error) == (2, True)

    def test_one_that_is_refused_is_a_failure(self, api: ScriptedApi, z2: CommandLine) -> None:
        outcome = {"run_id": RUN_ID, "step": "read", "position": None, "code": "rejected", "detail": "it runs"}
        api.on("POST /api/dead-letters/redrive", good({"items": [outcome]}))
        said = z2("dead-letters", "redrive", "last")
        assert (said.code, f"run {RUN_ID} was refused: it runs" in said.error) == (1, True)


@pytest.mark.parametrize(
    "command",
    [
        ("skip", "last", "a", "--data", "{"),
        ("skip", "last", "a", "--data", "1", "--text", "x"),
        ("signal", "last"),
        ("inbox", "edit", "last"),
        ("inbox", "answer", "last"),
        ("dead-letters", "redrive"),
        ("dead-letters", "redrive", "last", "--all"),
        ("run", "research-brief"),
        ("run", "research-brief", "--data", "{"),
        ("run", "research-brief", "--data", "1", "--priority", "11"),
        ("pause", "nothing"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line_and_nothing_is_sent(api: ScriptedApi, z2: CommandLine, command: tuple[str, ...]) -> None:
    said = z2(*command)
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert [asked for asked in api.asked if asked.method == "POST"] == []
