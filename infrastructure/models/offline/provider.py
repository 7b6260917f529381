"""The model `offline/extractive`: a text engine that copies and arranges what stands in the given documents."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence

from application.models import catalogue
from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.request import Document, Image, ModelRequest, Sampling, Text
from application.models.stream import Delta, Finished, TextDelta, Usage, Warned
from infrastructure.models.offline import tasks
from infrastructure.models.offline.terms import count_tokens

NAME = "offline"
MODEL = "offline/extractive"
_PIECE = re.compile(r"\s*(?:\S+\s*){1,4}")


class Offline:
    """Deterministic and without any network. Its tokens are words and punctuation marks, and they cost nothing."""

    name = NAME
    own = False
    region = ""

    def unavailable(self) -> str | None:
        return None

    def cards(self) -> Sequence[ModelCard]:
        return catalogue.cards_of(NAME)

    async def discover(self) -> Sequence[str]:
        return tuple(card.name for card in self.cards())

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        if request.model != MODEL:
            raise ModelError("model_unknown", f'the offline engine has no model "{request.model}", only {MODEL}')
        _capable(request)
        if request.sampling != Sampling() or request.effort is not None:
            yield Warned("parameter_dropped", "sampling and effort: the offline engine draws no words and thinks none")
        # A long document takes seconds of computing: not in the event loop.
        text, given = await asyncio.to_thread(_worked_out, request)
        spent = 0
        for piece in _pieces(text):
            spent += count_tokens(piece)
            if spent > request.max_output_tokens:
                yield Finished("length", Usage(given, spent - count_tokens(piece)), MODEL)
                return
            yield TextDelta(piece)
            await asyncio.sleep(0)
        yield Finished("end", Usage(given, spent), MODEL)


def _capable(request: ModelRequest) -> None:
    pictures = any(isinstance(part, Image) for message in request.messages for part in message.parts)
    for asked, what in (
        (request.tools, "calls no tools"),
        (request.format, "writes no JSON"),
        (pictures, "sees nothing"),
    ):
        if asked:
            raise ModelError("model_incapable", f"the offline engine {what}")


def _worked_out(request: ModelRequest) -> tuple[str, int]:
    """The answer, and the number of tokens that went in."""
    parts = (part for message in request.messages for part in message.parts)
    texts = (part.text for part in parts if isinstance(part, Text | Document))
    return tasks.perform(request), count_tokens(request.instructions) + sum(map(count_tokens, texts))


def _pieces(text: str) -> Iterator[str]:
    """A few words at a time, so that a reader can follow."""
    return (match.group() for match in _PIECE.finditer(text))
