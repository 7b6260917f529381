"""Prompts from the command line: published, shown, tried, labelled, compared and archived."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.asked import a_definition, a_node, a_run, an_agent, created, finished, name
from tests.support.command_line import CommandLine
from tests.support.system import System

FIRST = """\
name: {name}
sections:
  role: You help {{{{ agent }}}}.
  task: |
    {{{{ ask }}}}
    Answer in {{{{ language }}}}.
variables:
  type: object
  properties:
    language: {{enum: [English, German], default: English}}
cases:
  - {{name: plain, values: {{ask: Why}}, has: [Why, English]}}
"""


@pytest.fixture
def z2(system: System, tmp_path: Path) -> CommandLine:
    token = system.client.headers["Authorization"].removeprefix("Bearer ")
    return CommandLine(tmp_path, Z2_URL=system.url, Z2_TOKEN=token, COLUMNS="300")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        place = tmp_path / "prompt.yaml"
        place.write_text(text, encoding="utf-8")
        return place

    return write


def called() -> str:
    return name("prompt").lower().replace(" ", "-")


def test_a_prompt_goes_from_a_file_to_production(z2: CommandLine, file: Callable[[str], Path]) -> None:
    known = called()
    first = FIRST.format(name=known)
    assert "as version 1" in z2("prompt", "publish", file(first)).out
    assert "as version 2" in z2("prompt", "publish", "-", given=first.replace("You help", "You guide")).out
    assert z2("prompt", "label", f"{known}@1", "production").out == "production is version 1\n"
    shown = z2("prompt", "show", known).out
    assert shown.startswith("# version 1 of 2, active, production is 1\n")
    assert "as version 3" in z2("prompt", "publish", "-", given=shown).out, "what is shown can be published"
    assert "-[role]" not in z2("prompt", "diff", known, "1", "3").out
    assert "+You guide {{ agent }}." in z2("prompt", "diff", known, "1", "2").out
    assert any(known in line and "production v1" in line for line in z2("prompt", "list").out.splitlines())
    assert "has no label" in z2("prompt", "label", known, "production", "--remove").out
    assert json.loads(z2("prompt", "show", f"{known}@2", "--json").out)["sections"]["role"].startswith("You guide")
    assert "is archived" in z2("prompt", "archive", known).out


def test_test_cases_are_tried_before_and_after_they_are_published(z2: CommandLine, file: Callable[[str], Path]) -> None:
    known = called()
    place = file(FIRST.format(name=known))
    said = z2("prompt", "test", place)
    assert (said.code, said.out) == (0, "holds   plain\n")
    z2("prompt", "publish", place)
    assert z2("prompt", "test", f"{known}@1").code == 0
    said = z2("prompt", "test", file(FIRST.format(name=known).replace("has: [Why", "has: [Because")))
    assert (said.code, said.out) == (1, "failed  plain\n")
    assert "'Because' is not in it" in said.err


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name: [", "line 1"),
        ("name: &a x\nsections: *a", "refers to parts of itself"),
        ("name: No Slug\nsections: {role: x}", "is no prompt"),
        ("name: x\nsections: {rule: x}", "rule"),
        ("- x\n", "is no prompt"),
    ],
)
def test_a_file_that_is_no_prompt_is_told(z2: CommandLine, file: Callable[[str], Path], text: str, why: str) -> None:
    said = z2("prompt", "publish", file(text))
    assert (said.code, why in said.err) == (2, True), said


def test_a_prompt_that_reaches_for_attributes_is_refused_with_the_line(z2: CommandLine) -> None:
    text = FIRST.format(name=called()).replace("{{ ask }}", "{{ ask }}\n    {{ ''.__class__ }}")
    said = z2("prompt", "publish", "-", given=text)
    assert (said.code, "section 'task', line 2: it reaches for the attribute" in said.err) == (2, True), said


def test_the_prompt_of_the_documentation_holds_its_test_case(z2: CommandLine) -> None:
    page = (Path(__file__).parents[3] / "docs/prompts.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    said = z2("prompt", "test", "-", given=example)
    assert (said.code, said.out) == (0, "holds   formal\n"), said


def test_a_word_that_names_no_prompt_is_told(z2: CommandLine) -> None:
    said = z2("prompt", "show", "nothing-of-the-kind")
    assert (said.code, "there is no prompt" in said.err) == (2, True), said
    assert z2("prompt", "show", "nothing@7").code == 2
    assert "there is no file nothing.yaml" in z2("prompt", "test", "nothing.yaml").err


def test_what_a_model_was_told_is_shown_part_by_part_and_versions_are_compared_on_it(
    z2: CommandLine, system: System
) -> None:
    known = called()
    z2("prompt", "publish", "-", given=FIRST.format(name=known))
    z2("prompt", "publish", "-", given=FIRST.format(name=known).replace("You help", "You guide and lead"))
    reader = an_agent(prompt=f"{known}@1")
    created(system.client, "/api/agents", reader)
    workflow = created(system.client, "/api/workflows", a_definition(a_node(reader["name"])))
    run = finished(system.client, created(system.client, "/api/runs", a_run(template=None, workflow_id=workflow["id"])))
    told = z2("prompt", "show", run["id"], "--step", "read").out
    assert f"── prompt:{known}@1: role (" in told
    assert ", untrusted)" in told
    assert f"You help {reader['name']}." in told
    compared = z2("prompt", "compare", known, "1", "2", "--run", run["id"]).out
    assert "read: " in compared.splitlines()[0]
    assert f"+You guide and lead {reader['name']}." in compared
    assert json.loads(z2("prompt", "compare", known, "1", "2", "--run", run["id"], "--json").out)["trials"]
