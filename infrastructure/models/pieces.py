"""The pieces of an answer as OpenAI's protocols stream them. Import it late: the SDK takes a second.

They are read here and not by the SDK: to make its own models of each costs more than all else of a call.
"""

import json
from typing import Generic, Protocol, TypeVar

import httpx2
import msgspec
import openai

from infrastructure.models.events import Events


class Told(Protocol):
    """A piece; one with an `error` is nothing else."""

    @property
    def error(self) -> object: ...


Piece = TypeVar("Piece", bound=Told)


class Pieces(Generic[Piece]):
    """Those that have come together are told together."""

    def __init__(self, response: httpx2.Response, decoder: msgspec.json.Decoder[Piece]) -> None:
        self._response = response
        self._decoder = decoder
        self._events = Events(response)
        self._wrong: Exception | None = None

    async def __anext__(self) -> list[Piece]:
        """Raises ValueError where one is none, and APIError where it is an error; those before it come before it."""
        if self._wrong is not None:
            raise self._wrong
        pieces: list[Piece] = []
        for data in await self._events.__anext__():
            try:
                pieces.append(self._read(data))
            except (ValueError, openai.APIError) as error:
                if not pieces:
                    raise
                self._wrong = error
                break
        return pieces

    async def close(self) -> None:
        await self._events.close()

    def _read(self, data: bytes) -> Piece:
        try:
            piece = self._decoder.decode(data)
        except msgspec.DecodeError:
            return self._leniently(data)
        if piece.error:
            raise self._gave_up(piece.error)
        return piece

    def _leniently(self, data: bytes) -> Piece:
        """Some services write what is not quite JSON, such as half a surrogate pair, or an error and nothing else."""
        read = json.loads(data)
        if isinstance(read, dict) and read.get("error"):
            raise self._gave_up(read["error"])
        return msgspec.convert(read, self._decoder.type)

    def _gave_up(self, error: object) -> openai.APIError:
        return openai.APIError("the service gave up", self._response.request, body=error)
