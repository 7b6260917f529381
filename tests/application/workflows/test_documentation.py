"""What the documentation says of workflows is so."""

import re
from pathlib import Path
from typing import get_args

from application.workflows.checking import check
from application.workflows.fields import LONGEST_EXPRESSION
from application.workflows.reading import read
from domain.nodes import AnyNode
from domain.workflow import MAX_NESTING, MAX_NODES

PAGE = (Path(__file__).parents[3] / "docs" / "workflows.md").read_text()


def test_the_example_has_nothing_wrong_with_it() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    reading = read(example)
    assert reading.mistakes == []
    assert reading.definition is not None
    assert check(reading.definition, reading.lines) == []


def test_every_kind_of_node_is_told_of() -> None:
    told = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert told == [kind.__struct_config__.tag for kind in get_args(AnyNode)]


def test_the_limits_are_those_of_the_code() -> None:
    assert f"{MAX_NODES} nodes in all, {MAX_NESTING} levels" in PAGE
    assert f"at most {LONGEST_EXPRESSION:,} characters" in PAGE
