"""Which sentences say what a document is about.

Sentences are the nodes of a graph and the cosines of their TF-IDF vectors its weights; the centrality of a sentence
is its PageRank there (G. Erkan, D. Radev, "LexRank", 2004). Openings of the document and of its paragraphs are more
likely starting points. The choice among the most central ones avoids saying the same twice (J. Carbonell,
J. Goldstein, "Maximal Marginal Relevance", 1998) and spreads over the sections.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from infrastructure.models.offline.sentences import Sentence
from infrastructure.models.offline.terms import Terms
from infrastructure.models.offline.words import CUES, POINTING

MOST = 2_000
"""No more sentences than this enter the graph: its size is their square."""

_SLICES = 200
_DAMPING = 0.85
_ROUNDS = 60
_REPETITION = 0.7
_CROWDED = 0.75
_SAME = 0.8
_WORD = re.compile(r"\w+")

Floats = NDArray[np.float64]


class Ranking:
    """The sentences of a document in the order of their centrality, and how alike they are.

    Of more than MOST sentences those enter the graph that weigh most (the mean TF-IDF of their terms), ten from each
    two-hundredth of the document, so that no part of it is left out.
    """

    def __init__(self, sentences: Sequence[Sentence], terms: Terms, title: str = "") -> None:
        self.sentences = sentences
        self.chosen = _entering(sentences, terms)
        self._place = {order: place for place, order in enumerate(self.chosen)}
        self._likeness = _likeness([terms.counts[order] for order in self.chosen], terms)
        self._heading = set(terms.of(title))
        self._counts = terms.counts
        prior = np.array([_prior(sentences[order], self._named(order)) for order in self.chosen])
        self._scores = _page_rank(self._likeness, prior) * np.array(
            [_fitness(sentences[order]) for order in self.chosen]
        )

    def score(self, order: int) -> float:
        """The centrality of a sentence, 1.0 for the most central one; 0.0 for one that did not enter the graph."""
        place = self._place.get(order)
        top = float(self._scores.max(initial=0.0))
        return float(self._scores[place]) / top if place is not None and top > 0 else 0.0

    def likeness(self, order: int, other: int) -> float:
        """The cosine of two sentences; 0.0 where one of them did not enter the graph."""
        place, next_to = self._place.get(order), self._place.get(other)
        return 0.0 if place is None or next_to is None else float(self._likeness[place, next_to])

    def best(self, number: int, without: frozenset[int] = frozenset()) -> list[int]:
        """Up to `number` sentences, the best first: central, unlike each other, from all over the document."""
        return self._picked(np.round(self._scores, 12), number, without)

    def opening(self, number: int, without: frozenset[int] = frozenset()) -> list[int]:
        """The best for saying what it is all about: they name what the title names, or open or close the document."""
        weights = [1.0 + 0.5 * min(self._named(order), 3) + self._framing(order) for order in self.chosen]
        return self._picked(np.round(self._scores * np.array(weights), 12), number, without)

    def _named(self, order: int) -> int:
        return sum(1 for term in self._heading if term in self._counts[order])

    def _framing(self, order: int) -> float:
        share = order / max(1, len(self.sentences) - 1)
        return 0.8 if share < 0.12 else 0.5 if share > 0.93 else 0.0

    def _picked(self, worth: Floats, number: int, without: frozenset[int]) -> list[int]:
        open_places = [place for place, order in enumerate(self.chosen) if order not in without]
        told = [self._place[order] for order in without if order in self._place]
        picked: list[int] = []
        crowd: Counter[str] = Counter()
        while open_places and len(picked) < number:
            best = max(open_places, key=lambda place: (self._merit(place, [*told, *picked], worth, crowd), -place))
            open_places = [place for place in open_places if place != best and self._likeness[place, best] < _SAME]
            crowd[self.sentences[self.chosen[best]].section] += 1
            picked.append(best)
        return [self.chosen[place] for place in picked]

    def _merit(self, place: int, picked: Sequence[int], worth: Floats, crowd: Counter[str]) -> float:
        alike = float(self._likeness[place, picked].max()) if picked else 0.0
        section = self.sentences[self.chosen[place]].section
        return float(worth[place]) * (1 - _REPETITION * alike) * _CROWDED ** crowd[section]


def _entering(sentences: Sequence[Sentence], terms: Terms) -> list[int]:
    whole = [sentence.order for sentence in sentences if sentence.whole and not sentence.question]
    eligible = whole or [sentence.order for sentence in sentences]
    if len(eligible) <= MOST:
        return eligible
    entering: list[int] = []
    for number in range(_SLICES):
        part = eligible[number * len(eligible) // _SLICES : (number + 1) * len(eligible) // _SLICES]
        heaviest = sorted(part, key=lambda order: (-_weight(terms, order), order))[: MOST // _SLICES]
        entering += sorted(heaviest)
    return entering


def _weight(terms: Terms, order: int) -> float:
    counts = terms.counts[order]
    return sum(terms.idf[term] for term in counts) / (8 + len(counts))


def _likeness(counts: Sequence[Counter[str]], terms: Terms) -> Floats:
    """The cosine of each two sentences; a sentence is not compared with itself."""
    size = len(counts)
    vectors = [_vector(each, terms) for each in counts]
    where: dict[str, list[tuple[int, float]]] = {}
    for place, vector in enumerate(vectors):
        for term, weight in vector.items():
            where.setdefault(term, []).append((place, weight))
    likeness = np.zeros((size, size))
    for postings in where.values():
        if len(postings) > 1:
            places = np.array([place for place, _ in postings])
            weights = np.array([weight for _, weight in postings])
            likeness[np.ix_(places, places)] += np.outer(weights, weights)
    np.fill_diagonal(likeness, 0.0)
    return likeness


def _vector(counts: Counter[str], terms: Terms) -> dict[str, float]:
    raw = {term: (1 + math.log(number)) * terms.idf[term] for term, number in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in raw.values()))
    return {term: weight / length for term, weight in raw.items()} if length else {}


def _page_rank(likeness: Floats, prior: Floats) -> Floats:
    size = len(prior)
    if size == 0:
        return prior
    start = prior / prior.sum()
    sums = likeness.sum(axis=1)
    lonely = sums == 0
    links = likeness / np.where(lonely, 1.0, sums)[:, None]
    rank: Floats = start.copy()
    for _ in range(_ROUNDS):
        rank = (1 - _DAMPING) * start + _DAMPING * (rank @ links + rank[lonely].sum() * start)
    return rank


def _prior(sentence: Sentence, named: int) -> float:
    """How likely a reader begins here: at the beginning, at the head of a paragraph, where the title is spoken of."""
    return 1.0 + 3.0 * math.exp(-sentence.order / 3) + (1.0 if sentence.first else 0.0) + 0.5 * min(named, 2)


def _fitness(sentence: Sentence) -> float:
    """How well a sentence serves alone: it opens a paragraph, says that it matters, is not long, leans on none."""
    spoken = [word.lower() for word in _WORD.findall(sentence.text)]
    fitness = 1.2 if sentence.first else 1.0
    if CUES.intersection(spoken):
        fitness *= 1.25
    if len(spoken) < 8:
        fitness *= 0.6
    elif len(spoken) > 40:
        fitness *= 0.7
    if sentence.leaning:
        fitness *= 0.5
    elif sentence.pointing or POINTING.intersection(spoken):
        fitness *= 0.7
    return fitness
