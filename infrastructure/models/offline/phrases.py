"""The phrases that a text is made of.

Candidates are runs of content words between function words and punctuation (S. Rose et al., "RAKE", 2010). A phrase
counts for what it says beyond the longer phrases it is part of (K. Frantzi et al., "C-value", 2000). Forms with the
same stems are one phrase, shown in its most frequent form.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from domain.kernel import Record
from infrastructure.models.offline.sentences import Sentence
from infrastructure.models.offline.terms import Terms, words_of
from infrastructure.models.offline.words import CONNECTING, NO_PHRASE

_PIECE = re.compile(r"[^\W\d_]\w*(?:[.'’\-‐][^\W\d_]\w*)*|\d[\d.,]*|[^\w\s]+")
_LONGEST = 4
_MOST_CANDIDATES = 50_000
_CARELESS = ("ly",)
_NO_END = ("ing", "ed", "ly")

Key = tuple[str, ...]


class Phrase(Record):
    """A phrase as it is written most often, and the number of sentences that have it."""

    text: str
    sentences: int


def phrases(sentences: Sequence[Sentence], terms: Terms, number: int) -> list[Phrase]:
    """Up to `number` phrases, the weightiest first; none of them says again what another has said."""
    spread: Counter[Key] = Counter()
    forms: dict[Key, Counter[str]] = defaultdict(Counter)
    limit = _MOST_CANDIDATES
    for sentence in sentences:
        seen: set[Key] = set()
        for words in _candidates(sentence.text, terms):
            key = tuple(terms.stem(word.lower()) for word in words)
            seen.add(key)
            forms[key][" ".join(words)] += 1
        spread.update(seen)
        if len(spread) > limit:
            # In so long a text a phrase that came once so far is not missed.
            spread = Counter({key: count for key, count in spread.items() if count > 1})
            forms = defaultdict(Counter, {key: forms[key] for key in spread})
            limit = max(_MOST_CANDIDATES, 2 * len(spread))
    return _chosen(spread, forms, number)


def _chosen(spread: Counter[Key], forms: dict[Key, Counter[str]], number: int) -> list[Phrase]:
    scores = _scores(spread)
    picked: list[Key] = []
    for key in sorted(scores, key=lambda key: (-scores[key], key)):
        if len(picked) == number:
            break
        if scores[key] > 0 and not any(_overlap(key, other) for other in picked):
            picked.append(key)
    return [Phrase(_form(forms[key]), spread[key]) for key in picked]


def _scores(spread: Counter[Key]) -> dict[Key, float]:
    """C-value: log2 of the length times the sentences that are not owed to longer phrases."""
    inside: dict[Key, list[int]] = defaultdict(list)
    for key, count in spread.items():
        for part in _parts(key):
            if count > 1 and part in spread:
                inside[part].append(count)
    several = {key: count for key, count in spread.items() if count > 1} or dict(spread)
    scores: dict[Key, float] = {}
    for key, count in several.items():
        longer = inside[key]
        own = count - (sum(longer) / len(longer) if longer else 0)
        # A single word is seldom a term: it has to be three times as frequent as a pair.
        scores[key] = own * (math.log2(len(key) + 0.1) if len(key) > 1 else 0.35)
    return scores


def _parts(key: Key) -> Iterator[Key]:
    for size in range(1, len(key)):
        for start in range(len(key) - size + 1):
            yield key[start : start + size]


def _overlap(key: Key, other: Key) -> bool:
    """Whether one has most of the words of the other."""
    return len(set(key) & set(other)) * 2 > min(len(set(key)), len(set(other)))


def _form(forms: Counter[str]) -> str:
    """The most frequent form; of those that differ in capitals only, the one that is written most often."""
    spoken: Counter[str] = Counter()
    for form, count in forms.items():
        spoken[form.lower()] += count
    usual = min(spoken, key=lambda form: (-spoken[form], form))
    written = {form: count for form, count in forms.items() if form.lower() == usual}
    return min(written, key=lambda form: (-written[form], sum(letter.isupper() for letter in form), form))


def _candidates(text: str, terms: Terms) -> Iterator[list[str]]:
    for run in _runs(text, terms):
        for size in range(1, min(_LONGEST, len(run)) + 1):
            for start in range(len(run) - size + 1):
                words = run[start : start + size]
                if _could_be_one(words, terms):
                    yield words


def _could_be_one(words: Sequence[str], terms: Terms) -> bool:
    first, last = words[0].lower(), words[-1].lower()
    # In German every noun has a capital, and a term ends with a noun.
    if terms.language == "german" and not words[-1][0].isupper():
        return False
    if first in CONNECTING or last in CONNECTING or first.endswith(_CARELESS) or last.endswith(_NO_END):
        return False
    if len(words) == 1:
        return len(first) > 4
    return len({word.lower() for word in words}) == len(words)


def _runs(text: str, terms: Terms) -> Iterator[list[str]]:
    """Content words in a row; between two names a small word such as "of" belongs to the run."""
    pieces = _PIECE.findall(text)
    run: list[str] = []
    for place, piece in enumerate(pieces):
        word = piece.lower()
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        between_names = bool(run) and place > 1 and run[-1][0].isupper() and following[:1].isupper()
        if (word in CONNECTING and between_names) or _is_content(word, terms):
            run.append(piece)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_content(word: str, terms: Terms) -> bool:
    if len(word) < 2 or not word[0].isalpha():
        return False
    plain = words_of(word)
    return bool(plain) and not any(each in terms.stop or each in NO_PHRASE for each in plain)
