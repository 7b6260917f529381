"""The published JSON Schema takes what has the right form, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from application.workflows import schema, shape
from application.workflows.fields import FIELDS
from application.workflows.reading import read

EVERY_KIND = yaml.safe_load((Path(__file__).parent / "every-kind.yaml").read_text())
GOOD: dict[str, Any] = {
    "name": "Triage",
    "description": "Sorts.",
    "input": {"type": "object"},
    "agents": {"own": {"role": "Own", "instructions": "Do.", "model": "route/auto"}},
    "budget": {"micro_usd": 5},
    "deadline_seconds": 60,
    "priority": -3,
    "nodes": [{"id": "a", "kind": "wait", "seconds": 1}],
}


def a_node(**fields: Any) -> dict[str, Any]:
    return GOOD | {"nodes": [{"id": "a", "kind": "wait", "seconds": 1} | fields]}


def an_agent(**fields: Any) -> dict[str, Any]:
    return GOOD | {"nodes": [{"id": "a", "kind": "agent", "agent": "own", "prompt": "p"} | fields]}


BAD: list[Any] = [
    5,
    {},
    GOOD | {"name": ""},
    GOOD | {"name": " x"},
    GOOD | {"name": "x" * 81},
    GOOD | {"nodes": []},
    GOOD | {"nodes": {}},
    GOOD | {"colour": "blue"},
    GOOD | {"priority": 11},
    GOOD | {"priority": -11},
    GOOD | {"priority": "1"},
    GOOD | {"deadline_seconds": 0},
    GOOD | {"budget": {"tokens": 0}},
    GOOD | {"agents": {"Own": GOOD["agents"]["own"]}},
    GOOD | {"agents": {"own": {"role": "Own"}}},
    GOOD | {"agents": {"own": GOOD["agents"]["own"] | {"model": "none"}}},
    GOOD | {"agents": {"own": GOOD["agents"]["own"] | {"task": "juggle"}}},
    GOOD | {"input": "schema"},
    GOOD | {"nodes": [{"id": "a", "seconds": 1}]},
    a_node(kind="wiat"),
    a_node(id="A"),
    a_node(id="a" * 41),
    a_node(needs="b"),
    a_node(needs=["B"]),
    a_node(when="x" * 1_001),
    a_node(colour="blue"),
    a_node(seconds="1"),
    a_node(seconds=-1),
    a_node(retry={"attempts": 0}),
    a_node(retry={"attempts": 11}),
    a_node(retry={"codes": [""]}),
    a_node(retry={"codes": "timed_out"}),
    a_node(on_failure="explode"),
    a_node(fall_back=[{"id": "b"}]),
    an_agent(agent=""),
    an_agent(prompt=""),
    an_agent(document="yes"),
    an_agent(kind="loop", nodes=[]),
    GOOD | {"nodes": [{"id": "a", "kind": "vote", "agents": [], "prompt": "p", "choices": ["a", "b"]}]},
    GOOD | {"nodes": [{"id": "a", "kind": "vote", "agents": ["x"], "prompt": "p", "choices": ["a"]}]},
    GOOD | {"nodes": [{"id": "a", "kind": "branch", "arms": [{"id": "b", "when": "x"}]}]},
    GOOD | {"nodes": [{"id": "a", "kind": "approval", "question": "q", "approvers": {"roles": [""]}}]},
]


@pytest.mark.parametrize("value", [GOOD, GOOD | {"nodes": EVERY_KIND}, a_node(needs=[]), an_agent(when="x", output={})])
def test_what_has_the_right_form_is_taken(value: Any) -> None:
    assert shape.faults(value) == []
    assert [each.message for each in validator().iter_errors(value)] == []


@pytest.mark.parametrize("value", BAD)
def test_what_has_not_is_refused_by_the_schema_and_by_z2_alike(value: Any) -> None:
    assert shape.faults(value)
    assert not validator().is_valid(value)


def validator() -> Draft202012Validator:
    return Draft202012Validator(schema.document())


def test_editors_find_words_for_every_field() -> None:
    document = schema.document()
    Draft202012Validator.check_schema(document)
    parts = [document, *(part for name, part in document["$defs"].items() if name != "Node")]
    for part in parts:
        assert part["additionalProperties"] is False
        assert part["description"]
        for name, field in part["properties"].items():
            assert field.get("description") or name == "kind", (part["title"], name)
    told = {name for part in parts for name in part["properties"]}
    assert {name for _, name in FIELDS} <= told, "no words are about a field that is not there"


def test_an_editor_is_told_of_the_schema_by_a_comment() -> None:
    text = "# yaml-language-server: $schema=docs/reference/workflow.schema.json\n" + yaml.safe_dump(GOOD)
    assert read(text).mistakes == []
