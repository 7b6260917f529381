"""The sentences of a document that answer a question.

Retrieval by BM25 (S. Robertson, H. Zaragoza, 2009) over the words of the question, widened where it asks in general
(see intents). What a question asks has to be met well enough, or there is no answer: this engine does not guess.
"""

import re
from collections.abc import Sequence

from domain.kernel import Record
from infrastructure.models.offline import intents
from infrastructure.models.offline.ranking import Ranking
from infrastructure.models.offline.sentences import Sentence
from infrastructure.models.offline.terms import Terms, words_of

_K1 = 1.2
_B = 0.5
_ENOUGH = 0.5
_WEAKEST = 0.4
_SHORT = 12
_COUNTED = re.compile(r"\d|centur|decade|hundred|thousand|million|jahrhundert|jahrzehnt|hundert|tausend")


class Query(Record):
    """A question as it is looked up: the terms that an answer should name, and what else tells an answer.

    `foreign` when the document never uses half of those terms: it is about something else.
    """

    weights: dict[str, float]
    wanted: list[intents.Intent]
    number: bool
    foreign: bool


class Answers:
    """Finds passages in one document."""

    def __init__(self, sentences: Sequence[Sentence], terms: Terms, ranking: Ranking) -> None:
        self._sentences = sentences
        self._terms = terms
        self._ranking = ranking
        self._around: dict[int, set[str]] = {}
        for sentence, counts in zip(sentences, terms.counts, strict=True):
            self._around.setdefault(sentence.paragraph, set()).update(counts)
        self._average = max(1.0, sum(map(len, terms.counts)) / max(1, len(terms.counts)))

    def passages(self, question: str) -> list[list[int]]:
        """The best passages, each the numbers of sentences in a row; none if nothing answers.

        To a general question they are parts of one answer, in the order of the document; else the best comes first.
        """
        query = self._query(question)
        if query.foreign:
            return []
        most = 2 if query.weights else 4
        scores = {order: self._score(query, order) for order in self._ranking.chosen}
        floor = _WEAKEST * max(scores.values(), default=0.0)
        best = sorted((order for order in scores if scores[order] > floor), key=lambda order: (-scores[order], order))
        found: list[list[int]] = []
        for order in best:
            if len(found) < most and not any(self._told(order, passage) for passage in found):
                found = _merged(found, self._with_its_support(order))
        return found if query.weights else sorted(found)

    def _query(self, question: str) -> Query:
        words = words_of(question)
        wanted = intents.asked_in(words)
        asking = frozenset[str]().union(*(intent.asked for intent in wanted))
        named = self._terms.of_words(word for word in words if word not in intents.ABOUT_THE_TEXT | asking)
        # A word that the document never uses may be the asker's own for something that stands there.
        unheard = 0.5 * max(self._terms.idf.values(), default=1.0)
        weights = {term: self._terms.idf.get(term, unheard) for term in sorted(set(named))}
        foreign = sum(1 for term in weights if term not in self._terms.idf)
        counted = {"when", "many", "much", "wann", "viel", "viele"}.intersection(words) and not wanted
        return Query(weights, wanted, bool(counted), 2 * foreign >= max(1, len(weights)))

    def _score(self, query: Query, order: int) -> float:
        """How well a sentence answers; 0.0 when it does not."""
        met, told = self._met(query, order), self._tells(query, order)
        if (query.weights and not met) or (query.wanted and not told) or not (query.weights or query.wanted):
            return 0.0
        number = 1.0 if query.number and _COUNTED.search(self._sentences[order].text) else 0.0
        return (met + told + number) * (0.5 + self._ranking.score(order))

    def _met(self, query: Query, order: int) -> float:
        """BM25; 0.0 when the sentence, with half credit for its paragraph, meets less than half of what was named."""
        counts = self._terms.counts[order]
        around = self._around[self._sentences[order].paragraph]
        weights = query.weights
        own = sum(weight for term, weight in weights.items() if counts[term])
        near = sum(weight for term, weight in weights.items() if not counts[term] and term in around)
        if not own or own + 0.5 * near < _ENOUGH * sum(weights.values()):
            return 0.0
        length = 1 - _B + _B * sum(counts.values()) / self._average
        return sum(
            weight * counts[term] * (_K1 + 1) / (counts[term] + _K1 * length) for term, weight in weights.items()
        )

    def _tells(self, query: Query, order: int) -> float:
        """How clearly the sentence says that it is of the kind that was asked for."""
        sentence = self._sentences[order]
        under = intents.asked_in(words_of(sentence.section))
        total = 0.0
        for intent in query.wanted:
            clearly = 2.0 if intent.clearly.search(sentence.text) else 0.0
            perhaps = 0.7 if intent.perhaps.search(sentence.text) else 0.0
            headed = intent in under
            if clearly and intents.ORDINAL.search(sentence.text):
                clearly += 0.7
            if clearly or (perhaps and query.weights) or (headed and (perhaps or sentence.first)):
                total += clearly + perhaps + (1.0 if headed else 0.0)
        return total

    def _told(self, order: int, passage: Sequence[int]) -> bool:
        return order in passage or any(self._ranking.likeness(order, other) > 0.6 for other in passage)

    def _with_its_support(self, order: int) -> list[int]:
        """The sentence with the one before it when it leans on that, and the one after it when it announces that."""
        passage = [order]
        leans = self._sentences[order].leaning or self._sentences[order].pointing
        if leans and self._neighbours(order - 1, order):
            passage.insert(0, order - 1)
        announces = len(self._sentences[order].text.split()) <= _SHORT
        if announces and self._neighbours(order, order + 1):
            passage.append(order + 1)
        return passage

    def _neighbours(self, first: int, second: int) -> bool:
        inside = first >= 0 and second < len(self._sentences)
        return inside and self._sentences[first].paragraph == self._sentences[second].paragraph


def _merged(passages: list[list[int]], passage: list[int]) -> list[list[int]]:
    """The passages with one more; one that overlaps another becomes part of it."""
    for place, other in enumerate(passages):
        if set(other).intersection(passage):
            return [*passages[:place], sorted({*other, *passage}), *passages[place + 1 :]]
    return [*passages, passage]
