"""A workflow is drawn as a flowchart that nothing in it can break out of."""

import re
from pathlib import Path

import pytest

from application.workflows.drawing import drawing, label
from application.workflows.reading import read
from domain.definition import Definition
from domain.nodes import Arm, Branch, Loop, Transform, Wait

WAIT = Wait(id="rest", seconds=5)
LINES = (
    r"flowchart TD",
    r"subgraph n\d+\[\"[^\"<>`]*\"\]",
    r"end",
    r"n\d+ (-->|-\.->) n\d+",
    r"n\d+ -->\|\"[^\"<>`]*\"\| n\d+",
    r"n\d+[\[({/\\>]+\"[^\"<>`]*\"[\])}/\\]+",
)
"""All that a drawing is made of."""


def test_a_flowchart_has_shapes_frames_and_arrows() -> None:
    turns = (WAIT, Transform(id="t", expression="a", needs=("rest",)))
    looping = Loop(id="again", needs=("rest",), nodes=turns, until="last", most=3)
    assert drawing(Definition(name="x", nodes=(WAIT, looping))).splitlines() == [
        "flowchart TD",
        '  n1(("rest, wait"))',
        '  subgraph n2["again, until last, at most 3 times"]',
        '    n3(("rest, wait"))',
        '    n4[/"t, transform"/]',
        "    n3 --> n4",
        "  end",
        "  n1 --> n2",
    ]


def test_the_ways_of_a_branch_and_what_undoes_a_node_are_drawn() -> None:
    branch = Branch(id="way", arms=(Arm("yes", "a > b", (WAIT,)),), otherwise=(WAIT,), compensate=(WAIT,))
    drawn = drawing(Definition(name="x", nodes=(branch,)))
    assert 'n2 -->|"a #62; b"| n3' in drawn
    assert 'n2 -->|"otherwise"| n5' in drawn
    assert 'subgraph n7["is undone by"]' in drawn
    assert "n1 -.-> n7" in drawn


def test_every_kind_is_drawn_in_lines_that_mermaid_knows() -> None:
    nodes = (Path(__file__).parent / "every-kind.yaml").read_text()
    told = read(f"name: x\nnodes:\n{nodes}")
    assert told.definition is not None, told.mistakes
    for line in drawing(told.definition).splitlines():
        assert any(re.fullmatch(form, line.strip()) for form in LINES), line


@pytest.mark.parametrize(
    "hostile",
    [
        '"]; click n1 "javascript:alert(1)"',
        "<script>alert(1)</script>",
        "`code` %% comment",
        "a\nend\nn9",
        "#quot; |x|",
    ],
)
def test_no_name_can_break_out_of_its_label(hostile: str) -> None:
    told = label(hostile)
    assert re.fullmatch(r'"[^"<>`|%\n\[\](){}]*"', told), told
    node = Transform(id="t", title=hostile, expression="a")
    assert len(drawing(Definition(name="x", nodes=(node, WAIT))).splitlines()) == 3
