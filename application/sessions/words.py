"""The words of what is said in sessions, by which it is found, and the place where some of them were said."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Sequence

# Chinese, Japanese and Thai are written without blanks, so each of their characters is a word.
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")

MOST_READ = 32_000
"""Characters of a message by which it is found."""

LEADING, LONGEST = 60, 200
"""Characters of an excerpt before what was found, and altogether."""


def words(text: str) -> list[str]:
    """The words of a text in the order in which they are said, without what differs only in looks, such as capitals."""
    return WORD.findall(_plain(text))


def excerpt(text: str, asked: Collection[Collection[str]]) -> str:
    """The part of a text with most of the words that are asked for; its beginning where it has none of them.

    Each word is asked for by all its beginnings.
    """
    text, known = text[:MOST_READ], [tuple(beginnings) for beginnings in asked]
    hits = [
        (each.start(), number)
        for each in WORD.finditer(text)
        for number, beginnings in enumerate(known)
        if _plain(each[0]).startswith(beginnings)
    ]
    place = hits[_fullest(hits)][0] if hits else 0
    start = 0 if place <= LEADING else _after_blank(text, place - LEADING, place)
    end = len(text) if len(text) - start <= LONGEST else _before_blank(text, start + LONGEST, place)
    said = " ".join(text[start:end].split())
    return f"{'… ' if start else ''}{said}{' …' if end < len(text) else ''}"


def _fullest(hits: Sequence[tuple[int, int]]) -> int:
    """From which one on the most different words stand close together."""
    best, most = 0, 0
    for first, (place, _) in enumerate(hits):
        end = bisect_left(hits, (place + LONGEST - LEADING, 0))
        if (different := len({number for _, number in hits[first:end]})) > most:
            best, most = first, different
    return best


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _after_blank(text: str, start: int, end: int) -> int:
    blank = re.compile(r"\s").search(text, start, end)
    return blank.end() if blank else start


def _before_blank(text: str, end: int, start: int) -> int:
    blanks = [each.start() for each in re.finditer(r"\s", text[:end]) if each.start() > start]
    return blanks[-1] if blanks else end
