"""How alike texts are: the cosine of their TF-IDF vectors over the stems of their words."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from infrastructure.models.offline.sentences import Sentence
from infrastructure.models.offline.terms import Terms


def likeness(query: str, texts: Sequence[str]) -> list[float]:
    """From 0 to 1 for each of the texts. What stands in all of them tells nothing."""
    terms = Terms([_whole(text, order) for order, text in enumerate([*texts, query])])
    *others, asked = terms.counts
    rarity = {term: math.log((1 + len(others)) / (1 + sum(term in each for each in others))) for term in asked}
    weights = {term: (1 + math.log(often)) * rarity[term] for term, often in asked.items()}
    return [_cosine(weights, _weighed(each, others)) for each in others]


def _whole(text: str, order: int) -> Sentence:
    return Sentence(text, order, order, "", first=True, whole=True)


def _weighed(counts: Counter[str], others: Sequence[Counter[str]]) -> dict[str, float]:
    return {
        term: (1 + math.log(often)) * math.log((1 + len(others)) / (1 + sum(term in each for each in others)))
        for term, often in counts.items()
    }


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    shared = sum(weight * other[term] for term, weight in one.items() if term in other)
    return round(shared / lengths, 6) if lengths else 0.0
