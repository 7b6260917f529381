"""A workflow's text is read with the line of everything that is wrong with its form."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.workflows import shape
from application.workflows.mistakes import Mistake
from application.workflows.reading import MAX_TEXT, read, taken
from domain.definition import Definition
from domain.nodes import Vote, Wait

GOOD = """\
name: Triage
nodes:
  - id: pick
    kind: vote
    agents: [one, two]
    prompt: "Which?"
    choices: [yes, no]
"""


def only(text: str) -> Mistake:
    """The one mistake of a text."""
    (mistake,) = read(text).mistakes
    return mistake


def places(text: str) -> list[tuple[int | None, int | None, str]]:
    return [(each.line, each.column, each.path) for each in read(text).mistakes]


def test_yaml_and_json_are_the_same_workflow() -> None:
    told = read(GOOD)
    assert told.mistakes == []
    assert told.definition is not None
    as_json = read(msgspec.json.encode(told.definition).decode())
    assert as_json.definition == told.definition
    assert taken(msgspec.json.decode(msgspec.json.encode(told.definition))).definition == told.definition


def test_words_that_only_old_yaml_takes_for_something_else_are_texts() -> None:
    definition = read(GOOD).definition
    assert definition is not None
    (vote,) = definition.nodes
    assert isinstance(vote, Vote)
    assert vote.choices == ("yes", "no")
    told = read("name: x\nnodes: [{id: a, kind: wait, seconds: 90, event: 1:30}]").definition
    assert told is not None
    assert told.nodes == (Wait(id="a", seconds=90, event="1:30"),)


def test_json_may_write_characters_as_json_does() -> None:
    told = read('{"name": "x", "nodes": [\n {"id": "a", "kind": "transform", "expression": "\'\\ud83d\\ude00\\/\'"}]}')
    assert told.definition is not None
    assert "😀/" in msgspec.json.encode(told.definition).decode()
    assert places('{"name": "x",\n "nodes": [\n  {"id": "a", "knd": "wait"}]}') == [(3, 3, "nodes[0]")]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_text() -> None:
    text = GOOD.replace("name: Triage", "nmae: Triage").replace("id: pick", "id: Pick").replace("prompt", "promt")
    assert places(text) == [
        (1, 1, ""),
        (1, 1, "nmae"),
        (3, 5, "nodes[0]"),
        (3, 5, "nodes[0].id"),
        (6, 5, "nodes[0].promt"),
    ]
    told = [each.detail for each in read(text).mistakes]
    assert "`name` is missing" in told[0]
    assert "did you mean 'name'?" in told[1]
    assert "lower-case letters" in told[3]
    assert "did you mean 'prompt'?" in told[4]


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("name: x\nnodes: [{id: a, kind: agnt}]", 2, 17, "did you mean 'agent'?"),
        ("name: x\nname: y\nnodes: []", 2, 1, "twice (first in line 1)"),
        ("name: &a x\nnodes: *a", 1, 7, "anchors"),
        ("name: x\nnodes: *a", 2, 8, "aliases"),
        ("name: !!python/object:os.system x", 1, 7, "tags"),
        ("name: x\n---\nname: y", 2, 1, "second document"),
        ("name: x\nnodes: [", 3, 1, "not YAML"),
        ("name: x\n\tnodes: 1", 2, 1, "indent with spaces"),
        ("? [a]\n: 1", 1, 3, "the name of a field is a text"),
        ("name: \x07", 1, 7, "not allowed in YAML"),
        ("name: x\nb: " + "9" * 5_000, 2, 4, "is no number"),
        ("", 1, 1, "the text is empty"),
        ("- 1", 1, 1, "must be an object"),
        ("name: x\nnodes: \ud800", 2, 8, "surrogate"),
    ],
)
def test_what_is_no_workflow_is_told_where_it_stops_being_one(text: str, line: int, column: int, says: str) -> None:
    found = [each for each in read(text).mistakes if says in each.detail]
    assert found, read(text).mistakes
    assert (found[0].line, found[0].column) == (line, column)


@pytest.mark.parametrize(
    "text", ["[" * 5_000, "{a: " * 5_000, '{"a":' * 5_000, "- " * 5_000, '{"a":' * 300 + "1" + "}" * 300]
)
def test_a_text_that_nests_too_deeply_is_refused_where_it_does(text: str) -> None:
    assert "nests more than 120 deep" in read(text).mistakes[-1].detail


def test_a_text_has_a_size() -> None:
    assert "262,144" in only("a" * (MAX_TEXT + 1)).detail
    assert len(read("name: x\nnodes:\n" + "  - 1\n" * 40_000).mistakes) == 1
    assert len(read("\n".join(f"f{number}: 1" for number in range(20_000))).mistakes) == 100


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"name": "x\x00"}, "NUL"),
        ({"name": "\ud800"}, "surrogate"),
        ({"name": float("nan")}, "does not know"),
        ({"name": 2**70}, "too large"),
        ({"name": object()}, "does not know"),
        ({"name": "x" * (MAX_TEXT + 1)}, "262,144"),
        ([[]], "must be an object"),
    ],
)
def test_what_was_decoded_already_is_held_to_the_same(value: object, says: str) -> None:
    (mistake,) = taken(value).mistakes
    assert says in mistake.detail
    assert mistake.line is None


def test_a_value_that_nests_too_deeply_is_refused_without_following_it() -> None:
    deep: object = 1
    for _ in range(50_000):
        deep = [deep]
    assert "deep" in taken({"name": deep}).mistakes[0].detail


VALUES = st.recursive(  # of the names that workflows have, so that some are nearly right
    st.none()
    | st.booleans()
    | st.integers(-5, 300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "kind", "nodes", "name", "needs", "when", "agent", "prompt", "most", "arms", "until"]
            ),
            inner | st.sampled_from(["agent", "loop", "wait", "a", "branch"]),
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_without_faults_is_a_definition(value: object) -> None:
    if not shape.faults(value):
        assert isinstance(msgspec.convert(value, Definition), Definition)
