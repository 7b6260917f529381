"""Assertions on what a run has come to: each holds, or says in one line why not, without quoting the output."""

import re
from typing import Any, TypeAlias

import msgspec

from application.errors import Invalid
from application.models import formats, patterns
from application.models.request import Format
from application.workflows import expressions
from application.workflows.expressions import Unevaluated, WrongExpression
from domain import scorers
from domain.kernel import Record
from domain.scorers import Scorers

MOST_TRIES = 10**8
"""Ways to look for a pattern, over all lines, as `patterns.tries` counts them."""

Assertion: TypeAlias = (
    scorers.Equals
    | scorers.Contains
    | scorers.Matches
    | scorers.Conforms
    | scorers.Holds
    | scorers.AtMostCost
    | scorers.AtMostSeconds
    | scorers.Uses
    | scorers.Avoids
)


class Found(Record):
    """What a run has come to, and what it is held against: the texts as they are stored, the values as they say."""

    text: str
    value: Any
    expected: Any
    input: Any
    micro_usd: int | None
    seconds: float
    tools: tuple[str, ...]


def check(told: Scorers) -> None:
    """Raise Invalid where one could never be scored by, with its place."""
    for place, scorer in enumerate(told):
        if wrong := scorers.out_of_bounds(scorer) or _wrong(scorer):
            raise Invalid(wrong, field=f"scorers[{place}]")


def _wrong(scorer: scorers.Scorer) -> str | None:
    match scorer:
        case scorers.Matches(pattern):
            return _wrong_pattern(pattern)
        case scorers.Conforms(schema):
            refused = formats.refusal(schema)
            return refused and f"the schema is of no use: {refused}"
        case scorers.Holds(expression):
            try:
                expressions.compiled(expression)
            except WrongExpression as error:
                return f"the expression is none: {error}"
            return None
        case _:
            return None


def _wrong_pattern(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"the pattern is no regular expression: {error}"
    if not patterns.tame(pattern):
        return "a search for the pattern could take too long: repeat no groups, look nowhere around, use fewer repeats"
    return None


async def problem(scorer: Assertion, found: Found) -> str:
    """Why it does not hold; nothing where it does."""
    match scorer:
        case scorers.AtMostCost(most):
            return _too_dear(most, found.micro_usd)
        case scorers.AtMostSeconds(most):
            return "" if found.seconds <= most else f"it took {found.seconds:,.1f} s, more than {most:,.1f} s"
        case scorers.Uses(tools):
            missing = [tool for tool in tools if tool not in found.tools]
            return f"not called: {', '.join(missing)}" if missing else ""
        case scorers.Avoids(tools):
            called = [tool for tool in tools if tool in found.tools]
            return f"called: {', '.join(called)}" if called else ""
        case scorers.Holds(expression):
            return await _does_not_hold(expression, found)
        case _:
            return _of_output(scorer, found)


def _of_output(scorer: scorers.Equals | scorers.Contains | scorers.Matches | scorers.Conforms, found: Found) -> str:
    match scorer:
        case scorers.Equals(value):
            wanted = found.expected if value is None else _read(value, found.value)
            return "" if _same(found.value, wanted) else "the output is another one"
        case scorers.Contains(text, ignore_case):
            there = text.casefold() in found.text.casefold() if ignore_case else text in found.text
            return "" if there else "the text is not in the output"
        case scorers.Matches(pattern):
            return _unmatched(pattern, found.text)
        case scorers.Conforms(schema):
            text = found.text if not isinstance(found.value, str) else _as_json(found)
            wrong = formats.check(text, Format("answer", schema))
            return wrong.noted.replace("the answer", "the output") if wrong else ""


def _as_json(found: Found) -> str:
    """A text that is JSON is looked at as such, and all others as a JSON string."""
    try:
        msgspec.json.decode(found.text)
    except msgspec.DecodeError:
        return msgspec.json.encode(found.value).decode()
    return found.text


def _too_dear(most: int, cost: int | None) -> str:
    if cost is None:
        return "what it has cost is not known"
    return "" if cost <= most else f"it has cost ${cost / 1e6:,.6f}, more than ${most / 1e6:,.6f}"


def _read(wanted: str, value: Any) -> Any:
    """What is wanted, as JSON where the output is."""
    if isinstance(value, str):
        return wanted
    try:
        return msgspec.json.decode(wanted)
    except msgspec.DecodeError:
        return wanted


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return bool(one == other)


def _unmatched(pattern: str, text: str) -> str:
    """Line by line, and of each line no more than a pattern is sure to be done with soon."""
    tries = 0
    for line in text.splitlines() or [""]:
        looked_at = line[: patterns.LONGEST_TEXT]
        tries += patterns.tries(pattern, len(looked_at))
        if tries > MOST_TRIES:
            return "the output is too long to look for the pattern in all of it"
        if re.search(pattern, looked_at):
            return ""
    return "the pattern is in no line of the output"


async def _does_not_hold(expression: str, found: Found) -> str:
    names = {
        "output": found.value,
        "expected": found.expected,
        "input": found.input,
        "micro_usd": found.micro_usd,
        "seconds": found.seconds,
        "tools": [*found.tools],
    }
    try:
        value = await expressions.evaluated(expressions.compiled(expression), names)
    except (Unevaluated, WrongExpression) as error:
        return f"the expression comes to nothing ({getattr(error, 'code', 'wrong_expression')})"
    return "" if expressions.holds(value) else "the expression does not hold"
