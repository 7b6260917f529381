"""Counts tokens with the vocabularies that a library has in its own wheel: nothing is ever downloaded.

The library comes with the first count, and each vocabulary with its first text. It holds the interpreter while it
works, so a long text is handed to it in pieces, between which others get their turn.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from application.models.request import ModelRequest
from application.models.tokens import pictures, texts
from infrastructure.models import families
from infrastructure.models.families import Family, Figure

if TYPE_CHECKING:
    from splintr import AnyTokenizer

_PIECE = 16_384
_SEAM = 1_024
_FORGET = 4_000_000
"""Characters after which the library forgets what it has seen: it bounds the number of its memories, not their size."""

_ALONE = re.compile(r"[^\w ]|[\d_]| (?![^\W\d_])")
"""What is no letter, nor the blank before one: there are vocabularies that have no longer tokens for some of it."""


class Vocabulary:
    """One vocabulary, for all threads of a process. Once used it stays, at 30 to 60 MB."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._encoder: AnyTokenizer | None = None
        self._lock = threading.Lock()
        self._seen = 0

    def count(self, text: str) -> int:
        """The tokens of the text as words of somebody: nothing that is written in it is a token of control."""
        return sum(self._count(piece) for piece in pieces(text))

    def _count(self, piece: str) -> int:
        with self._lock:
            encoder = self._loaded()
            self._seen += len(piece)
            if self._seen > _FORGET:
                self._seen = 0
                # Only vocabularies of bytes remember anything.
                with suppress(ValueError):
                    encoder.clear_cache()
        return len(encoder.encode_ordinary(piece))

    def _loaded(self) -> "AnyTokenizer":
        if self._encoder is None:
            from splintr import Tokenizer

            self._encoder = Tokenizer.from_pretrained(self._name)
        return self._encoder


class Tokens:
    """The counter of a process, for all of its threads."""

    def __init__(self) -> None:
        self._vocabularies = {each.vocabulary: Vocabulary(each.vocabulary) for each in families.families()}

    def count(self, request: ModelRequest, family: str) -> int:
        known = families.of(family, request.model)
        found = sum(self._vocabularies[known.vocabulary].count(text) for text in _whole(request))
        return _percent(found, known.percent) + frames(request, known).likely

    def worst(self, request: ModelRequest, family: str) -> int:
        known = families.of(family, request.model)
        return sum(self._most(text, known) for text in _whole(request)) + frames(request, known).worst

    def _most(self, text: str, known: Family) -> int:
        most = _percent(self._vocabularies[known.vocabulary].count(text), known.worst_percent)
        return most if known.own else max(most, dearest(text))


def frames(request: ModelRequest, known: Family) -> Figure:
    """What comes on top of the texts: the marks of messages, what a service says of tools, and pictures."""
    found = (
        (1, known.request),
        (len(request.messages), known.message),
        (1 if request.tools else 0, known.tools),
        (pictures(request), known.picture),
    )
    return Figure(sum(times * each.likely for times, each in found), sum(times * each.worst for times, each in found))


def pieces(text: str) -> Iterator[str]:
    """The text in pieces that have as many tokens as the whole, give or take one or two where it has no words."""
    start = 0
    while len(text) - start > _PIECE:
        end = _seam(text, start + _PIECE)
        yield text[start:end]
        start = end
    yield text[start:]


def dearest(text: str) -> int:
    """What a vocabulary that nobody knows may make of the text: a token of two bytes of words, of one of all else."""
    return sum(_dearest(piece) for piece in pieces(text))


def _dearest(piece: str) -> int:
    words = len(_ALONE.sub("", piece).encode())
    return len(piece.encode()) - words // 2


def _seam(text: str, end: int) -> int:
    """The last single space between two words, where each vocabulary begins anew; `end` where there is none near."""
    for at in range(end, end - _SEAM, -1):
        if text[at] == " " and text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum():
            return at
    return end


def _whole(request: ModelRequest) -> Iterator[str]:
    """The texts, each half of a character replaced as whoever sends them has to."""
    for text in texts(request):
        try:
            text.encode()
        except UnicodeEncodeError:
            yield text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        else:
            yield text


def _percent(tokens: int, percent: int) -> int:
    return -(-tokens * percent // 100)
