"""A text that the engine works on, with everything that is derived from it."""

import math
from collections.abc import Sequence
from functools import cached_property

from application.models.failure import ModelError
from infrastructure.models.offline import blocks
from infrastructure.models.offline.answers import Answers
from infrastructure.models.offline.phrases import Phrase, phrases
from infrastructure.models.offline.ranking import Ranking
from infrastructure.models.offline.sentences import Sentence, sentences
from infrastructure.models.offline.terms import Terms


class Material:
    """One or more texts, read as one. Raises ModelError `model_request_refused` where they hold no sentence."""

    def __init__(self, texts: Sequence[str]) -> None:
        text = "\n\n".join(texts)
        self.heading = blocks.title(text)
        self.sentences: list[Sentence] = sentences(text)
        if not self.sentences:
            raise ModelError("model_request_refused", "there is no sentence in the given text to work with")
        self.terms = Terms(self.sentences)

    @cached_property
    def ranking(self) -> Ranking:
        return Ranking(self.sentences, self.terms, self.heading or "")

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.sentences, self.terms, self.ranking)

    @property
    def is_german(self) -> bool:
        return self.terms.language == "german"

    def usual_number(self) -> int:
        """How many points a summary has: the root of the number of sentences, 3 to 12, and never more than half."""
        size = len(self.sentences)
        return min(max(3, min(12, round(math.sqrt(size)))), math.ceil(size / 2))

    def best(self, number: int, without: frozenset[int] = frozenset()) -> list[str]:
        """The most telling sentences, in the order in which they stand."""
        return [self.sentences[order].text for order in sorted(self.ranking.best(number, without))]

    def opening(self, number: int, without: frozenset[int]) -> list[str]:
        """The sentences that say best what it is all about, in the order in which they stand."""
        return [self.sentences[order].text for order in sorted(self.ranking.opening(number, without))]

    def phrases(self, number: int) -> list[Phrase]:
        return phrases(self.sentences, self.terms, number)

    def passages(self, question: str) -> list[str]:
        """What answers the question, each passage one or more sentences in a row."""
        found = self.answers.passages(question)
        return [" ".join(self.sentences[order].text for order in passage) for passage in found]
