"""Words as terms: tokens, language, stems, and how much each weighs (TF-IDF over sentences)."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import snowballstemmer

from infrastructure.models.offline.sentences import Sentence
from infrastructure.models.offline.words import STOP_WORDS, Language

_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"[぀-ヿ㐀-鿿]|[^\W_]+(?:['’\-‐][^\W_]+)*")
_SAMPLE = 20_000
_ENOUGH = 0.08
_COMMON = 0.2


def count_tokens(text: str) -> int:
    """How many words and punctuation marks a text has: the unit in which this engine counts its usage."""
    return sum(1 for _ in _TOKEN.finditer(text))


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; each Chinese or Japanese character is one."""
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def language_of(tokens: Sequence[str]) -> Language | None:
    """The language whose function words are the most frequent; None when neither is frequent enough."""
    sample = tokens[:_SAMPLE]
    counts: dict[Language, int] = {
        language: sum(1 for token in sample if token in stop) for language, stop in STOP_WORDS.items()
    }
    best = max(counts, key=lambda language: counts[language])
    return best if sample and counts[best] >= _ENOUGH * len(sample) else None


class Terms:
    """The terms of the sentences of one document, in its language."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._words = [words_of(sentence.text) for sentence in sentences]
        self.language = language_of([word for words in self._words for word in words])
        self._stems: dict[str, str] = {}
        self._stemmer = snowballstemmer.stemmer(self.language) if self.language else None
        self.stop = STOP_WORDS[self.language] if self.language else self._frequent()

    @cached_property
    def counts(self) -> list[Counter[str]]:
        """How often each term stands in each sentence."""
        return [Counter(self.of_words(words)) for words in self._words]

    @cached_property
    def idf(self) -> dict[str, float]:
        """How rare each term is among the sentences: log(1 + N / n)."""
        spread = Counter(term for counts in self.counts for term in counts)
        return {term: math.log(1 + len(self.counts) / number) for term, number in spread.items()}

    def of(self, text: str) -> list[str]:
        """The terms of any text, by the rules of this document."""
        return self.of_words(words_of(text))

    def of_words(self, words: Iterable[str]) -> list[str]:
        return [self.stem(word) for word in words if word not in self.stop and not _is_noise(word)]

    def stem(self, word: str) -> str:
        known = self._stems.get(word)
        if known is None:
            bare = word.removesuffix("'s")
            known = str(self._stemmer.stemWord(bare)) if self._stemmer else bare
            self._stems[word] = known
        return known

    def _frequent(self) -> frozenset[str]:
        """In a language it does not know, the words of a fifth of all sentences serve as function words."""
        spread = Counter(word for words in self._words for word in set(words))
        limit = max(3.0, _COMMON * len(self._words))
        return frozenset(word for word, number in spread.items() if number > limit)


def _is_noise(word: str) -> bool:
    return len(word) == 1 and word.isascii()
