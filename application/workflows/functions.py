"""The functions of expressions: those of JMESPath, and three by which agents are heard together."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from jmespath.functions import Functions, signature


class Known(Functions):
    """All functions that an expression may call."""

    @signature({"types": ["array"]})
    def _func_agreement(self, said: list[Any]) -> float:
        """The part of the list that says what most of it says; 0 of an empty list."""
        return agreement(said)

    @signature({"types": ["array"]})
    def _func_most_common(self, said: list[Any]) -> Any:
        """What is in the list most often, and of several the first; null of an empty list."""
        return most_common(said)

    @signature({"types": ["array"]}, {"types": ["number"]})
    def _func_tally(self, votes: list[Any], threshold: float) -> dict[str, Any]:
        """The votes, how many each choice has, and the one that has more than this part of them, or null."""
        return tally(votes, threshold)


FUNCTIONS: dict[str, dict[str, Any]] = Known.FUNCTION_TABLE
"""What is known of each function: `signature` tells of its arguments."""


def agreement(said: Sequence[Any]) -> float:
    counts = Counter(map(_alike, said))
    return counts.most_common(1)[0][1] / len(said) if said else 0.0


def most_common(said: Sequence[Any]) -> Any:
    alike = [_alike(each) for each in said]
    return said[alike.index(Counter(alike).most_common(1)[0][0])] if said else None


def tally(votes: Sequence[Any], threshold: float) -> dict[str, Any]:
    """`counts` has the texts of the choices as they were first written; votes of null count among `votes` only."""
    names: dict[str, str] = {}
    cast = [each for each in votes if each is not None]
    for each in cast:
        names.setdefault(_alike(each), each.strip() if isinstance(each, str) else json.dumps(each, ensure_ascii=False))
    counts = Counter(names[_alike(each)] for each in cast)
    first = counts.most_common(2)
    alone = bool(first) and (len(first) == 1 or first[0][1] > first[1][1])
    winner = first[0][0] if alone and first[0][1] > threshold * len(votes) else None
    return {"winner": winner, "counts": dict(counts), "votes": len(votes)}


def _alike(value: Any) -> str:
    """Texts that differ only in case and in the white space around them say the same."""
    if isinstance(value, str):
        return json.dumps(value.strip().casefold())
    return json.dumps(value, sort_keys=True)
