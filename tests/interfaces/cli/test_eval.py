"""Recorded runs are kept and run anew from the command line, whose exit code tells CI how it went."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.asked import a_definition, a_run, created, finished, name, seen
from tests.support.command_line import CommandLine
from tests.support.system import System
from tests.support.waiting_runs import an_approval, waiting

SCORERS = """\
- kind: contains
  text: turbine
- kind: at_most_cost
  micro_usd: 0
"""


@pytest.fixture
def z2(system: System, tmp_path: Path) -> CommandLine:
    token = system.client.headers["Authorization"].removeprefix("Bearer ")
    return CommandLine(tmp_path, Z2_URL=system.url, Z2_TOKEN=token, COLUMNS="300")


@pytest.fixture
def run_id(system: System) -> str:
    return str(finished(system.client, created(system.client, "/api/runs", a_run()))["id"])


def called() -> str:
    return name("suite").lower().replace(" ", "-")


def test_a_run_becomes_a_case_and_passes(z2: CommandLine, run_id: str) -> None:
    suite = called()
    said = z2("eval", "add", run_id, "--suite", suite, "--same", "--contains", "turbine", "--at-most-cost", "0")
    assert said.out == f"run {run_id} is a case of {suite}, scored by equals, contains, at_most_cost\n"
    assert any(suite in line for line in z2("eval", "list").out.splitlines())
    said = z2("eval", "run", suite, "--estimate")
    assert (said.code, said.out) == (0, "runs: 1; they cost $0.00 at the most, unless attempts fail\n")
    said = z2("eval", "run", suite, "--repeat", "2")
    assert (said.code, said.err) == (0, "runs: 2; they cost $0.00 at the most, unless attempts fail\n"), said
    assert said.out.count("✔ passed") == 2
    assert f"{suite} is completed: 2 of 2 passed, 0 failed" in said.out
    evaluation = said.out.rstrip().rpartition("(")[2].removesuffix(")")
    assert z2("eval", "show", evaluation).out == said.out
    assert run_id in z2("eval", "show", suite).out
    summary = f"{evaluation} completed: 2 of 2 passed"
    assert seen(lambda: summary in z2("eval", "show", suite).out, wanted=True), "the list comes a moment later"
    told = json.loads(z2("eval", "run", suite, "--case", run_id[:12], "--json").out)
    assert (told["passed"], told["trials"][0]["same_output"]) == (1, True)


def test_what_does_not_hold_is_told_and_ends_with_1(z2: CommandLine, run_id: str, tmp_path: Path) -> None:
    suite, place = called(), tmp_path / "scorers.yaml"
    z2("eval", "add", run_id, "--suite", suite)
    place.write_text(SCORERS, encoding="utf-8")
    assert z2("eval", "add", run_id, "--suite", suite, "--scorers", place).out.endswith("contains, at_most_cost\n")
    assert z2("eval", "run", suite).code == 0
    z2("eval", "add", run_id, "--suite", suite, "--contains", "turbine", "--contains", "volcano", "--uses", "fetch")
    said = z2("eval", "run", suite)
    assert said.code == 1
    assert "contains: the text is not in the output; uses: not called: fetch" in said.out
    assert "0 of 1 passed, 1 failed" in said.out


def test_what_cannot_be_started_ends_with_1_and_says_why(z2: CommandLine, system: System, run_id: str) -> None:
    suite = called()
    z2("eval", "add", run_id, "--suite", suite)
    said = z2("eval", "run", suite, "--model", "nobody/knows")
    assert said.code == 1
    assert "not_started: " in said.out
    assert "1 could not be scored" in said.out
    definition = a_definition({"id": "held", "kind": "wait", "event": "go"})
    workflow_id = created(system.client, "/api/workflows", definition)["id"]
    run = created(system.client, "/api/runs", a_run(template=None, workflow_id=workflow_id))
    assert system.client.post(f"/api/runs/{run['id']}/signals", json={"name": "go"}).is_success
    finished(system.client, run)
    z2("eval", "add", run["id"], "--suite", suite)
    said = z2("eval", "run", suite, "--deadline", "1")
    assert (said.code, "deadline_passed" in said.out) == (1, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("run", "nothing-here"), "there is no suite 'nothing-here'"),
        (("show", "nothing-here"), "there is no suite 'nothing-here'"),
        (("add", str(uuid4())), "there is no such run"),
        (("add", "last", "--matches", "("), "no regular expression"),
        (("add", "last", "--scorers", "-"), "holds no scorers"),
        (("add", "last", "--uses", "Not A Tool"), "it cannot be scored so"),
    ],
)
def test_bad_input_ends_with_2(z2: CommandLine, run_id: str, words: tuple[str, ...], why: str) -> None:
    assert run_id
    said = z2("eval", *words, given="- kind: nothing")
    assert (said.code, why in said.error) == (2, True), said


def test_what_becomes_no_case_makes_no_suite_either(z2: CommandLine, system: System, run_id: str) -> None:
    suite = called()
    assert z2("eval", "add", run_id, "--suite", suite, "--matches", "(").code == 2
    said = z2("eval", "add", waiting(system.client, an_approval()), "--suite", suite)
    assert (said.code, "only a completed run becomes a case" in said.error) == (2, True), said
    assert suite not in z2("eval", "list").out


def test_a_case_is_removed_and_a_suite_archived(z2: CommandLine, run_id: str) -> None:
    suite = called()
    z2("eval", "add", run_id, "--suite", suite, "--title", "Tides")
    assert z2("eval", "remove", suite, run_id).out.endswith(" is removed\n")
    assert "no cases" in z2("eval", "remove", suite, run_id).error
    said = z2("eval", "run", suite)
    assert (said.code, "has no cases" in said.error) == (2, True)
    assert z2("eval", "remove", suite).out == f"{suite} is archived\n"
    assert "is archived" in z2("eval", "run", suite).error
