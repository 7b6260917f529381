"""Counts tokens with the vocabularies that a library has in its own wheel: nothing is ever downloaded.

The library comes with the first count, and each vocabulary with its first text. It holds the interpreter while it
works, so a long text is handed to it in pieces, between which others get their turn.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from application.models.request import ModelRequest, Tool
from application.models.tokens import pictures, texts
from domain.kernel import replace
from infrastructure.models import families
from infrastructure.models.families import Family, Figure
from infrastructure.models.tool_texts import SENT, tool_text

if TYPE_CHECKING:
    from splintr import AnyTokenizer

_PIECE = 16_384
_SEAM = 1_024
_FORGET = 4_000_000
"""Characters after which the library forgets what it has seen: it bounds the number of its memories, not their size."""

_TOOLS = 1_024
"""The same tools are told in each call: so many of them are counted once."""

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
        self._of_tool = lru_cache(_TOOLS)(lambda vocabulary, text: self._vocabularies[vocabulary].count(text))

    def count(self, request: ModelRequest, family: str) -> int:
        known = families.of(family, request.model)
        found = sum(self._vocabularies[known.vocabulary].count(text) for text in _whole(request))
        found += sum(self._of_tool(known.vocabulary, _sent(tool_text(tool, known.tool_form))) for tool in request.tools)
        return _percent(found, known.percent) + frames(request, known).likely

    def worst(self, request: ModelRequest, family: str) -> int:
        known = families.of(family, request.model)
        count = self._vocabularies[known.vocabulary].count
        words = sum(self._most(count(text), text, known) for text in _whole(request))
        tools = sum(max(self._most_of_tool(tool, known)) for tool in request.tools)
        return words + tools + frames(request, known).worst

    def _most_of_tool(self, tool: Tool, known: Family) -> Iterator[int]:
        """In the form in which models of the family read it, and as it is sent."""
        for form in {known.tool_form, SENT}:
            text = _sent(tool_text(tool, form))
            yield self._most(self._of_tool(known.vocabulary, text), text, known)

    def _most(self, count: int, text: str, known: Family) -> int:
        most = _percent(count, known.worst_percent)
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
    """The texts but those of tools, as they are sent."""
    return map(_sent, texts(replace(request, tools=())))


def _sent(text: str) -> str:
    """Each half of a character is replaced as whoever sends it has to."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _percent(tokens: int, percent: int) -> int:
    return -(-tokens * percent // 100)
