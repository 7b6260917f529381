"""The model `offline/extractive`: a text engine that copies and arranges what stands in the given documents."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence

from application.models import catalogue
from application.models.port import Delta, Finished, ModelCard, ModelError, ModelRequest, TextDelta, Usage
from infrastructure.models.offline import tasks
from infrastructure.models.offline.terms import count_tokens

NAME = "offline"
MODEL = "offline/extractive"
_PIECE = re.compile(r"\s*(?:\S+\s*){1,4}")


class Offline:
    """Deterministic and without any network. Its tokens are words and punctuation marks, and they cost nothing."""

    name = NAME

    def unavailable(self) -> str | None:
        return None

    def cards(self) -> Sequence[ModelCard]:
        return catalogue.cards_of(NAME)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta, None]:
        if request.model != MODEL:
            raise ModelError("model_unknown", f'the offline engine has no model "{request.model}", only {MODEL}')
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


def _worked_out(request: ModelRequest) -> tuple[str, int]:
    """The answer, and the number of tokens that went in."""
    parts = (part.text for message in request.messages for part in message.parts)
    return tasks.perform(request), count_tokens(request.instructions) + sum(map(count_tokens, parts))


def _pieces(text: str) -> Iterator[str]:
    """A few words at a time, so that a reader can follow."""
    return (match.group() for match in _PIECE.finditer(text))
