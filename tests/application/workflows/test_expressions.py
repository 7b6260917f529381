"""Expressions are JMESPath in bounds: what is wrong with one is said with its place, and none goes on for ever."""

import asyncio
import time
from typing import Any

import pytest

from application.workflows.expressions import (
    Unevaluated,
    WrongExpression,
    compiled,
    evaluate,
    evaluated,
    holds,
)
from application.workflows.interpolation import rendered, template
from application.workflows.references import ITEM, Names, references

ROWS = {"input": {"rows": [{"n": number, "text": "x" * 10} for number in range(30_000)]}}
PATIENCE = 60.0
"""Seconds: what is bounded takes a few at most on a machine that does nothing else."""


def value(text: str, data: dict[str, Any] | None = None) -> Any:
    return evaluate(compiled(text), data or {})


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("steps.read-it", 10, 'steps."my-step"'),
        ("a.b[", 4, "ends too early"),
        ("a ||", 4, "ends too early"),
        ("", 0, "cannot be empty"),
        ("a b", 2, "'b' cannot stand here"),
        ("'open", 0, "Unclosed"),
        ("a # b", 2, "'#' cannot stand here"),
        ("a && lenght(b)", 5, "did you mean 'length'?"),
        ("length(a, b)", 0, "takes 1 argument, and is given 2"),
        ("not_null()", 0, "takes at least 1 argument"),
        ("to_string(&a)", 10, "& is for map"),
        ("!a.b", 0, "write !(a.b)"),
        ("a" * 1_001, 0, "at most 1,000 characters"),
        ("(" * 990, 0, "more than 60 deep"),
        ("!" * 990, 0, "more than 60 deep"),
        ("[*]" * 300, 0, "more than 60 deep"),
        ("a|" * 400 + "a", 0, "more than 60 deep"),
    ],
)
def test_what_is_no_expression_is_told_with_its_place(text: str, position: int, says: str) -> None:
    with pytest.raises(WrongExpression) as wrong:
        compiled(text)
    assert says in str(wrong.value)
    assert wrong.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "|".join(["[@,@]"] * 55),
        "|".join(["[@,@]"] * 55) + "|to_string(@)",
        "|".join(["[@,@]"] * 50) + "|[0] == [1]",
        "|".join(["[@,@]"] * 50) + "|@[]|[]|[]|[]",
        "{a: @, b: @}|" * 50 + "values(@)",
        "to_string(input)|" + "join('', [@,@,@])|" * 40 + "length(@)",
        "|".join(["[@,@]"] * 40) + "|contains(@, 'x')",
        "|".join(["[@,@]"] * 30) + "|agreement(@)",
        "[input.rows, input.rows][].[n,text,n,text][]|sort_by(@, &to_string(@))|map(&[@,@,@,@], @)|to_string(@)",
        "input.rows[?contains(to_string(@), 'y') || contains(to_string(@), 'z')].n|" + "sort(@)|reverse(@)|" * 20 + "@",
    ],
)
def test_the_worst_that_an_expression_can_do_ends(text: str) -> None:
    begun = time.monotonic()
    try:
        result = value(text, ROWS)
    except Unevaluated as refused:
        assert refused.code in ("expression_endless", "expression_result")
    else:
        assert result is not None
    assert time.monotonic() < begun + PATIENCE


def test_what_occurs_twice_counts_twice_in_a_result() -> None:
    with pytest.raises(Unevaluated, match="larger than") as refused:
        value("|".join(["[@,@]"] * 10), {"text": "x" * 1_000})
    assert refused.value.code == "expression_result"
    assert len(value("|".join(["[@,@]"] * 9), {"text": "x" * 1_000})) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("to_number('inf')", "does not know"),
        ("to_number('nan')", "does not know"),
        ("ceil(to_number('inf'))", "OverflowError"),
        ("sort([`1`, 'a'])", "invalid type"),
        ("abs('x')", "invalid type"),
        (r'`"\ud800"`', "larger"),
        ("`" + "[" * 200 + "]" * 200 + "`", "deep"),
    ],
)
def test_what_comes_to_nothing_says_so_with_the_expression(text: str, says: str) -> None:
    with pytest.raises(Unevaluated, match=says):
        value(text)


def test_data_that_nest_too_deeply_are_refused() -> None:
    deep: Any = 1
    other: Any = 1
    for _ in range(5_000):
        deep, other = [deep], [other]
    for text in ("input", "input == other", "to_string(input)"):
        with pytest.raises(Unevaluated):
            value(text, {"input": deep, "other": other})


async def test_an_expression_that_takes_long_is_evaluated_beside_the_loop() -> None:
    async def ticking() -> int:
        ticks = 0
        while not done.is_set():
            await asyncio.sleep(0)
            ticks += 1
        return ticks

    done = asyncio.Event()
    ticks = asyncio.create_task(ticking())
    assert await evaluated(compiled("input.rows[?n > `5`].text | length(@)"), ROWS) == 29_994
    done.set()
    assert await ticks > 100, "others went on meanwhile"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("agreement(['Yes', 'yes ', 'no', 'maybe'])", 0.5),
        ("agreement(`[]`)", 0),
        ("most_common(['no', 'Yes', 'yes'])", "Yes"),
        ("most_common(['no', 'yes'])", "no"),
        ('most_common([`{"a": 1, "b": 2}`, `1`, `{"b": 2, "a": 1}`])', {"a": 1, "b": 2}),
        ("most_common(`[]`)", None),
        ("tally(['A', ' a', 'b'], `0.5`)", {"winner": "A", "counts": {"A": 2, "b": 1}, "votes": 3}),
        ("tally(['a', 'b'], `0.5`)", {"winner": None, "counts": {"a": 1, "b": 1}, "votes": 2}),
        ("tally(['a', 'b'], `0`)", {"winner": None, "counts": {"a": 1, "b": 1}, "votes": 2}),
        ("tally(['a', `null`], `0.5`)", {"winner": None, "counts": {"a": 1}, "votes": 2}),
        ("tally(`[]`, `0`)", {"winner": None, "counts": {}, "votes": 0}),
    ],
)
def test_agents_are_heard_together(text: str, found: Any) -> None:
    assert value(text) == found


def test_what_is_empty_does_not_hold() -> None:
    empty: list[Any] = [None, False, "", [], {}]
    full: list[Any] = [0, True, "x", [0], {"a": None}]
    assert [holds(each) for each in empty] == [False] * 5
    assert [holds(each) for each in full] == [True] * 5


@pytest.mark.parametrize(
    ("text", "paths", "steps"),
    [
        ("steps.a.b", [("steps", "a", "b")], {"a"}),
        ('steps."my-step"[0].x || input.y', [("steps", "my-step", ITEM, "x"), ("input", "y")], {"my-step"}),
        ("{x: steps.a, y: item.z}.x", [("steps", "a"), ("item", "z")], {"a"}),
        ("steps.[a, b]", [("steps", "a"), ("steps", "b")], {"a", "b"}),
        ("steps.a | b", [("steps", "a", "b")], {"a"}),
        ("sort_by(steps.a, &steps.b)", [("steps", "a")], {"a"}),
        ("input[?k == 'x'].b", [("input",), ("input", ITEM, "b"), ("input", ITEM, "k")], set()),
        ("keys(steps)", [("steps",)], None),
        ("steps.*", [("steps",)], None),
        ("@", [()], None),
    ],
)
def test_what_an_expression_speaks_of_is_known_beforehand(
    text: str, paths: list[Names], steps: set[str] | None
) -> None:
    found = references(compiled(text))
    assert list(found.paths) == paths
    assert found.steps == steps


async def test_texts_take_values_in() -> None:
    data = {"input": {"who": "Ada", "rows": [1, {"a": None}]}}

    async def said(text: str) -> str:
        return await rendered(template(text), data)

    assert await said("Dear {{ input.who }}: {{input.rows}}!") == 'Dear Ada: [1, {"a": null}]!'
    assert await said("{{ {a: {b: input.who}} }}") == '{"a": {"b": "Ada"}}'
    assert await said("{{ '{{' }} and {{ '}}' }}") == "{{ and }}"
    assert await said("nothing } here { at all }}") == "nothing } here { at all }}"
    assert template("{{ steps.a }} {{ steps.b.c }}").steps == frozenset({"a", "b"})
    assert template("{{ steps }}").steps is None


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("so {{ input", 3, "never closed"),
        ("so {{ lenght(a) }}", 6, "did you mean"),
        ("so {{ }}", 6, "cannot be empty"),
        ("{{a}}" * 60, 255, "more than 50"),
    ],
)
def test_a_text_with_a_wrong_place_says_which(text: str, position: int, says: str) -> None:
    with pytest.raises(WrongExpression, match=says) as wrong:
        template(text)
    assert wrong.value.position == position


async def test_a_text_that_grows_too_large_is_refused() -> None:
    with pytest.raises(Unevaluated, match="at most 1,000,000"):
        await rendered(template("{{ input }}" * 20), {"input": "x" * 90_000})
