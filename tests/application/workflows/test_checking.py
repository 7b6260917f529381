"""Everything that is wrong with a workflow is told at once, each mistake with its place and how to mend it."""

import json
import textwrap
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from application.workflows.checking import ALONE, Around, check
from application.workflows.expressions import compiled
from application.workflows.interpolation import template
from application.workflows.mistakes import Mistake
from application.workflows.reading import read, taken
from domain import workflow
from domain.kernel import Rejected
from domain.patterns import written_out

INPUT = {
    "type": "object",
    "properties": {
        "ticket": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "object", "properties": {"a": {}}, "additionalProperties": False}},
    },
    "additionalProperties": False,
}
FETCH = {
    "type": "object",
    "properties": {"url": {"type": "string"}, "times": {"type": "number"}},
    "required": ["url"],
    "additionalProperties": False,
}
AROUND = Around(
    agents={"Reader": uuid4()},
    agent_names=["Reader", "Writer"],
    workflows={"Other": uuid4(), "Circle": uuid4()},
    workflow_names=["Other", "Circle"],
    circles={"Circle": "Circle → Triage"},
    tools={"fetch": FETCH, "free": None},
    roles=["admin", "user"],
)

CASES: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text())


def found(nodes: str, around: Around = AROUND, **fields: Any) -> list[tuple[str, str]]:
    """The mistakes of such nodes by their paths."""
    more = "".join(f"{name}: {json.dumps(value)}\n" for name, value in {"input": INPUT, **fields}.items())
    reading = read(f"name: Triage\n{more}nodes:\n  {nodes}\n")
    assert reading.definition is not None, reading.mistakes
    return [(each.path.removeprefix("nodes"), each.detail) for each in check(reading.definition, around=around)]


def test_a_workflow_of_every_kind_has_nothing_wrong_with_it() -> None:
    nodes = (Path(__file__).parent / "every-kind.yaml").read_text()
    agents = {"own": {"role": "Own", "instructions": "Do."}}
    assert found(textwrap.indent(nodes, "  "), agents=agents, output="steps.sub") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"])
def test_a_mistake_is_told_where_it_is(case: dict[str, str]) -> None:
    told = found(case["nodes"])
    assert any(path == case["path"] and case["says"] in detail for path, detail in told), told


def test_where_retry_has_no_effect_is_said_with_its_line() -> None:
    text = "name: T\nnodes:\n- id: a\n  kind: transform\n  expression: input\n  retry: {attempts: 2}\n"
    reading = read(text)
    assert reading.definition is not None
    (mistake,) = check(reading.definition, reading.lines)
    assert (mistake.line, mistake.path, "no effect" in mistake.detail) == (6, "nodes[0].retry", True)


@pytest.mark.parametrize(
    "node",
    [
        "kind: approval, question: q, timeout_seconds: 5",
        "kind: input, question: q, timeout_seconds: 5",
        "kind: wait, event: e, timeout_seconds: 5",
        "kind: workflow, workflow: Other",
        "kind: agent, agent: Reader, prompt: p",
        "kind: tool, tool: free, arguments: input",
        "kind: vote, agents: [Reader, Writer], prompt: p, choices: [a, b]",
    ],
)
def test_where_retry_has_an_effect_it_may_stand(node: str) -> None:
    agents = Around(agents={"Reader": uuid4(), "Writer": uuid4()}, agent_names=["Reader"])
    assert found(f"[{{id: a, {node}, retry: {{attempts: 2, codes: [timed_out]}}}}]", agents) == []


def test_what_waits_for_a_cycle_can_never_begin() -> None:
    nodes = "[" + ", ".join(
        f"{{id: {name}, kind: wait, seconds: 1, needs: [{needs}]}}"
        for name, needs in (("a", "b"), ("b", "a"), ("c", "b"), ("d", "c"), ("e", ""))
    )
    told = dict(found(nodes + "]"))
    assert "in a cycle: " in told["[0].needs"]
    assert all("can never begin" in told[place] for place in ("[2].needs", "[3].needs"))
    assert len(told) == 3


def test_a_loop_may_be_bounded_by_a_budget_around_it() -> None:
    nodes = "[{id: a, kind: loop, until: last, nodes: [{id: b, kind: wait, seconds: 1}]}]"
    assert found(nodes, budget={"tokens": 9}) == []
    assert found(f"[{{id: o, kind: parallel, budget: {{micro_usd: 9}}, nodes: {nodes}}}]") == []


def test_of_what_is_not_known_nothing_is_said() -> None:
    nodes = """
    - {id: a, kind: agent, agent: Nobody, prompt: p}
    - {id: b, kind: tool, tool: nothing, arguments: "{x: input.y.z}"}
    - {id: c, kind: workflow, workflow: Nowhere}
    - {id: d, kind: approval, question: q, approvers: {roles: [ghost]}}
    - {id: e, kind: transform, expression: steps.c.x.y, needs: [c]}
    """
    assert found(nodes, ALONE, input={}) == []


def test_too_many_nodes_too_much_text_and_too_deep_a_workflow_are_refused() -> None:
    wait = {"kind": "wait", "seconds": 1}
    many = [{"id": f"m{index}", "kind": "parallel", "nodes": [{"id": "w", **wait}] * 1} for index in range(150)]
    assert "300 nodes in all" in str(_of(many))
    large = [{"id": f"a{index}", "kind": "agent", "agent": "a", "prompt": "p" * 19_000} for index in range(3)]
    assert "49,152 are kept" in str(_of(large))
    node: dict[str, Any] = {"id": "w", **wait}
    for _ in range(9):
        node = {"id": "deep", "kind": "loop", "most": 2, "nodes": [node]}
    assert "more than 8 deep" in str(_of([node]))
    votes = [
        {"id": f"v{index}", "kind": "vote", "agents": ["a"] * 20, "prompt": "p" * 200, "choices": ["a", "b"]}
        for index in range(40)
    ]
    assert "written out" in str(_of(votes))


def _of(nodes: list[dict[str, Any]]) -> list[Mistake]:
    reading = taken({"name": "Large", "nodes": nodes})
    assert reading.definition is not None, reading.mistakes
    return check(reading.definition)


def test_what_has_no_mistake_is_what_the_domain_takes() -> None:
    """The domain refuses less, since it reads what older rules let through; but never what is right here."""
    good = taken({"name": "x", "nodes": [{"id": "a", "kind": "wait", "seconds": 1}]}).definition
    assert good is not None
    assert check(good) == []
    workflow.check_graph(good.nodes)
    bad = taken({"name": "x", "nodes": [{"id": "a", "kind": "wait", "seconds": 1, "needs": ["a"]}]}).definition
    assert bad is not None
    assert check(bad)
    with pytest.raises(Rejected):
        workflow.check_graph(bad.nodes)


def test_what_debates_and_their_like_are_written_out_as_can_be_evaluated() -> None:
    nodes = textwrap.indent((Path(__file__).parent / "every-kind.yaml").read_text(), "  ")
    definition = read(f"name: Triage\nnodes:\n{nodes}").definition
    assert definition is not None
    spoken = 0
    for node in workflow.walk(written_out(definition.nodes)):
        for field in ("when", "until", "expression"):
            if text := getattr(node, field, ""):
                assert compiled(text).text == text
                spoken += 1
        spoken += len(template(getattr(node, "prompt", "")).expressions)
    assert spoken > 20


def test_mistakes_of_a_text_have_its_lines() -> None:
    reading = read(
        "name: x\nnodes:\n  - id: a\n    kind: transform\n    expression: steps.b\n  - {id: b, kind: wait}\n"
    )
    assert reading.definition is not None
    told = check(reading.definition, reading.lines)
    assert [(each.line, each.column, each.path) for each in told] == [
        (5, 5, "nodes[0].expression"),
        (6, 5, "nodes[1]"),
    ]
