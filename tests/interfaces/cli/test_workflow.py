"""Workflows from the command line: files checked without a server, published, compared and drawn."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import yaml

from application.workflows import schema
from tests.support.command_line import CommandLine
from tests.support.scripted_api import Answer, ScriptedApi, good, problem

ID = UUID(int=7)
SOURCE = """\
name: Triage
nodes:
  - id: read
    kind: agent
    agent: Reader
    prompt: Read it.
  - {id: pick, kind: transform, expression: steps.read, needs: [read]}
"""
DEFINITION = yaml.safe_load(SOURCE)
SUMMARY: dict[str, Any] = {"id": ID, "name": "Triage", "description": "", "version": 2, "nodes": [{"id": "read"}]}
WHOLE = SUMMARY | {
    "newest": 2,
    "status": "active",
    "definition": DEFINITION,
    "published_at": "2026-05-04T03:02:01Z",
}
ACCEPTED = {"id": str(ID), "position": 12}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "triage.yaml"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def alone(tmp_path: Path) -> CommandLine:
    """Somebody who has no server at all."""
    return CommandLine(tmp_path, Z2_URL="http://127.0.0.1:9")


def test_a_good_file_is_said_to_be_one_without_asking_anybody(alone: CommandLine, file: Path) -> None:
    said = alone("workflow", "validate", file)
    assert (said.code, said.out) == (0, f"{file}: nothing is wrong with it\n")
    assert alone("workflow", "validate", "-", given=SOURCE).code == 0


def test_each_mistake_is_a_line_that_editors_jump_to(alone: CommandLine, file: Path) -> None:
    file.write_text(SOURCE.replace("kind: agent", "kind: agnt").replace("needs: [read]", "neds: [read]"))
    said = alone("workflow", "validate", file)
    assert said.code == 2
    assert said.out == ""
    lines = said.err.splitlines()
    assert lines[0] == f"{file}:4:5: nodes[0].kind: there is no kind of node 'agnt'; did you mean 'agent'?"
    assert [line.split(":")[1] for line in lines] == ["4", "7"]


def test_what_is_there_in_no_file_is_told_too(alone: CommandLine, file: Path) -> None:
    file.write_text(SOURCE.replace("steps.read, needs: [read]", "steps.read"))
    said = alone("workflow", "validate", file)
    assert said.code == 2
    assert said.err == f"{file}:7:33: nodes[1].expression: 'read' is not done before this; add it to `needs`\n"


def test_a_file_that_cannot_be_read_is_told_in_one_line(alone: CommandLine, tmp_path: Path) -> None:
    assert "cannot be read" in alone("workflow", "validate", tmp_path / "none.yaml").error
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert "no text in UTF-8" in alone("workflow", "validate", tmp_path / "bytes").error
    (tmp_path / "long").write_text("a" * 300_000)
    assert "262,144" in alone("workflow", "validate", tmp_path / "long").err


def test_a_file_is_drawn_and_described_without_a_server(alone: CommandLine, file: Path) -> None:
    drawn = alone("workflow", "draw", file)
    assert drawn.out.startswith("flowchart TD\n")
    assert "n1 --> n2" in drawn.out
    assert alone("workflow", "schema").out == schema.written()
    assert "is missing" in alone("workflow", "draw", "-", given="name: x").error


def test_two_files_are_compared_without_a_server(alone: CommandLine, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(SOURCE.replace("Read it.", "Read all of it."))
    said = alone("workflow", "diff", file, other)
    assert said.out == "~ node read (agent)\n    prompt: Read it. → Read all of it.\n"
    (change,) = json.loads(alone("workflow", "diff", file, other, "--json").out)
    assert change["fields"] == [{"field": "prompt", "before": "Read it.", "after": "Read all of it."}]
    assert alone("workflow", "diff", file, file).out == "nothing changed\n"


def test_a_new_workflow_is_published_and_one_of_its_name_gets_a_version(
    api: ScriptedApi, z2: CommandLine, file: Path
) -> None:
    api.on("GET /api/workflows", good({"items": []}), good({"items": [SUMMARY | {"name": "TRIAGE"}]}))
    api.on("POST /api/workflows", good(ACCEPTED))
    api.on(f"PUT /api/workflows/{ID}", good(ACCEPTED))
    api.on(f"GET /api/workflows/{ID}", good(WHOLE))
    assert z2("workflow", "publish", file).out == f"Triage is published as version 2 ({ID})\n"
    assert z2("workflow", "publish", file).code == 0
    sent = [each for each in api.asked if each.method in ("POST", "PUT")]
    assert [each.method for each in sent] == ["POST", "PUT"]
    assert [msgspec.json.decode(each.body) for each in sent] == [{"source": SOURCE}] * 2


def test_a_file_is_published_as_another_one(api: ScriptedApi, z2: CommandLine, file: Path) -> None:
    api.on("GET /api/workflows", good({"items": [SUMMARY | {"name": "Old name"}]}))
    api.on(f"PUT /api/workflows/{ID}", good(ACCEPTED))
    api.on(f"GET /api/workflows/{ID}", good(WHOLE))
    for word in ("old NAME", str(ID)):
        assert z2("workflow", "publish", file, "--as", word).code == 0
    assert "no workflow 'Nowhere'" in z2("workflow", "publish", file, "--as", "Nowhere").error


def test_mistakes_that_only_the_server_sees_are_lines_of_the_file_too(
    api: ScriptedApi, z2: CommandLine, file: Path
) -> None:
    error = {"field": "nodes[0].agent", "message": "there is no agent 'Reader'", "line": 5, "column": 5}
    document = {"type": "urn:z2:problem:invalid_workflow", "title": "Invalid", "status": 422, "errors": [error]}
    api.on("GET /api/workflows", good({"items": []}))
    api.on("POST /api/workflows", Answer(422, msgspec.json.encode(document), "application/problem+json"))
    said = z2("workflow", "publish", file)
    assert (said.code, said.err) == (2, f"{file}:5:5: nodes[0].agent: there is no agent 'Reader'\n")


def test_a_file_with_mistakes_is_not_sent(api: ScriptedApi, z2: CommandLine, file: Path) -> None:
    file.write_text("name: x")
    assert z2("workflow", "publish", file).code == 2
    assert api.asked == []


def test_another_refusal_is_told_as_it_is(api: ScriptedApi, z2: CommandLine, file: Path) -> None:
    api.on("GET /api/workflows", good({"items": []}))
    api.on("POST /api/workflows", problem(409, "Name taken", "the name is taken", code="name_taken"))
    assert "the name is taken" in z2("workflow", "publish", file).error


def test_a_workflow_is_shown_as_a_file_that_can_be_published(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("GET /api/workflows", good({"items": [SUMMARY]}))
    api.on(f"GET /api/workflows/{ID}", good(WHOLE))
    said = z2("workflow", "show", "triage", "--version", "2")
    assert said.out.startswith("# version 2 of 2, published 2026-05-04")
    assert yaml.safe_load(said.out) == DEFINITION
    assert api.asked[-1].query == "version=2"
    assert json.loads(z2("workflow", "show", "triage", "--json").out)["definition"] == DEFINITION
    assert "no workflow 'other'" in z2("workflow", "show", "other").error


def test_versions_are_compared_and_drawn(api: ScriptedApi, z2: CommandLine, file: Path) -> None:
    api.on("GET /api/workflows", good({"items": [SUMMARY]}))
    api.on(f"GET /api/workflows/{ID}", good(WHOLE))
    assert z2("workflow", "diff", "Triage@1", file).out == "nothing changed\n"
    assert [each.query for each in api.asked] == ["", "version=1"]
    assert z2("workflow", "draw", "Triage").out.startswith("flowchart TD\n")


def test_a_workflow_is_listed_and_archived(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("GET /api/workflows", good({"items": [SUMMARY]}))
    api.on(f"POST /api/workflows/{ID}/archive", good(ACCEPTED))
    assert "Triage" in z2("workflow", "list").out
    assert z2("workflow", "archive", "Triage").out == "Triage is archived\n"
