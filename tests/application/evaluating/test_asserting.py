"""Assertions hold of what a run has come to, or say why not; none of them takes for ever."""

import time
from typing import Any

import pytest

from application.errors import Invalid
from application.evaluating.asserting import Assertion, Found, check, problem
from domain.kernel import replace
from domain.scorers import (
    AtMostCost,
    AtMostSeconds,
    Avoids,
    Conforms,
    Contains,
    Equals,
    Holds,
    Judge,
    Matches,
    Scorer,
    Uses,
)

PLAIN = Found("Tides turn turbines.\n", "Tides turn turbines.\n", "Tides turn turbines.", "tides", 40, 2.5, ("fetch",))
JSON = replace(PLAIN, text='{"sum":12,"of":["a"]}', value={"sum": 12, "of": ["a"]}, expected={"of": ["a"], "sum": 12})

HOLDING: list[tuple[Assertion, Found]] = [
    (Equals(), PLAIN),
    (Equals("Tides turn turbines."), PLAIN),
    (Equals(), JSON),
    (Equals('{"of": ["a"], "sum": 12}'), JSON),
    (Contains("turn"), PLAIN),
    (Contains("TURN", ignore_case=True), PLAIN),
    (Matches(r"^Tides \w+"), PLAIN),
    (Conforms({"type": "object", "required": ["sum"]}), JSON),
    (Conforms({"type": "string", "minLength": 3}), PLAIN),
    (Holds("output.sum > `10` && contains(tools, 'fetch')"), JSON),
    (Holds("seconds < `3` && micro_usd == `40` && output == expected"), JSON),
    (AtMostCost(40), PLAIN),
    (AtMostSeconds(2.5), PLAIN),
    (Uses(("fetch",)), PLAIN),
    (Avoids(("remember",)), PLAIN),
]

FAILING: list[tuple[Assertion, Found, str]] = [
    (Equals("else"), PLAIN, "another one"),
    (Equals("no json"), JSON, "another one"),
    (Contains("TURN"), PLAIN, "not in the output"),
    (Matches("Moon"), PLAIN, "in no line"),
    (Conforms({"type": "object", "required": ["total"]}), JSON, "required"),
    (Conforms({"type": "object"}), PLAIN, "type"),
    (Holds("output.sum > `20`"), JSON, "does not hold"),
    (Holds("abs(output)"), PLAIN, "comes to nothing"),
    (AtMostCost(39), PLAIN, "more than"),
    (AtMostCost(39), replace(PLAIN, micro_usd=None), "not known"),
    (AtMostSeconds(2), PLAIN, "2.5 s"),
    (Uses(("fetch", "recall")), PLAIN, "not called: recall"),
    (Avoids(("fetch",)), PLAIN, "called: fetch"),
]


@pytest.mark.parametrize(("scorer", "found"), HOLDING)
async def test_an_assertion_holds(scorer: Assertion, found: Found) -> None:
    assert await problem(scorer, found) == ""


@pytest.mark.parametrize(("scorer", "found", "why"), FAILING)
async def test_an_assertion_says_why_it_does_not_hold_and_quotes_nothing(
    scorer: Assertion, found: Found, why: str
) -> None:
    told = await problem(scorer, found)
    assert why in told
    assert "Tides" not in told, "the output may be erased, and this is on the record for ever"


@pytest.mark.parametrize(
    ("scorer", "why"),
    [
        (Matches("("), "no regular expression"),
        (Matches("(a+)+$"), "too long"),
        (Conforms({"type": "nothing"}), "of no use"),
        (Holds("output["), "is none"),
        (AtMostCost(-1), "micro_usd must be from 0"),
        (AtMostSeconds(0.0), "more than 0"),
        (Judge("Is it short?", threshold=1.5), "threshold must be from 0 to 1"),
        (Uses(()), "name a tool"),
    ],
)
def test_what_could_never_be_scored_by_is_refused_at_once(scorer: Scorer, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        check((Equals(), scorer))
    assert refused.value.field == "scorers[1]"
    check((Equals(), Judge("Is it short?")))


async def test_a_pattern_is_looked_for_in_long_outputs_within_bounds() -> None:
    long: Any = replace(PLAIN, text="\n".join(["a" * 5_000] * 5_000))
    begun = time.process_time()
    assert "too long" in await problem(Matches(r"a*b*c*d"), long)
    assert time.process_time() - begun < 30
    assert await problem(Matches("^a+$"), long) == ""
