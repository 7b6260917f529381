"""Steps that do the same for each item of a list, or again and again."""

import asyncio
from typing import Any

from application.orchestration.outcome import Completed, Opened, Outcome, StepError
from application.orchestration.texts import JSON, kept, kept_value
from application.orchestration.work import Work
from application.workflows.expressions import holds
from domain.nodes import Loop, Map
from domain.run_state import scope_name
from domain.run_values import Spread, Turn

MOST_ITEMS = 1_000
MOST_TURNS = 1_000
AT_ONCE = 16
"""So many results are read side by side."""


async def each(node: Map, work: Work) -> Outcome:
    """The list is spread out; once all items are over, their results are gathered."""
    match work.step.opening:
        case Spread(count=count) if work.step.ended == count:
            return Completed(kept_value(await _results(work, count)))
        case _:
            return await _spread(node, work)


async def _spread(node: Map, work: Work) -> Outcome:
    items = await work.value(node.over)
    if not isinstance(items, list):
        raise StepError("not_a_list", f"`{node.over}` is to be a list, and it is {_kind(items)}")
    if len(items) > MOST_ITEMS:
        detail = f"`{node.over}` has {len(items):,} items, and at most {MOST_ITEMS:,} are taken; take them in parts"
        raise StepError("too_many_items", detail)
    if not items:
        return Completed(kept("[]", JSON))
    spread = kept_value(items)
    assert spread is not None, "a list is never null"
    return Opened(Spread(spread.ref, len(items)), (spread,))


async def _results(work: Work, count: int) -> list[Any]:
    found: list[Any] = []
    for start in range(0, count, AT_ONCE):
        part = range(start, min(start + AT_ONCE, count))
        refs = [work.run.result(scope_name(work.job.step, str(index))) for index in part]
        found += await asyncio.gather(*(work.read(ref) for ref in refs))
    return found


async def loop(node: Loop, work: Work) -> Outcome:
    """The first turn; or, after one, what it came to or the next."""
    opening = work.step.opening
    if not isinstance(opening, Turn):
        return Opened(Turn(0))
    turn = opening.number
    name = scope_name(work.job.step, str(turn))
    result = work.run.result(name)
    last = await work.read(result) if "last" in node.until else None
    if turn + 1 == node.most or holds(await work.sight(name).value(node.until, turn=turn, last=last)):
        return Completed(result)
    if turn + 1 >= MOST_TURNS:
        raise StepError("too_many_turns", f"after {MOST_TURNS:,} turns `{node.until}` does not hold")
    return Opened(Turn(turn + 1))


def _kind(value: Any) -> str:
    names = {type(None): "null", bool: "a boolean", str: "a text", dict: "an object"}
    return names.get(type(value), "a number")
