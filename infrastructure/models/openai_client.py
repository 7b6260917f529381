"""What OpenAI's two protocols have in common: the client, its errors, and the list of models. Import it late."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import openai

from application.models.failure import ModelError
from application.models.stream import Usage
from infrastructure.models import failures, transport
from infrastructure.models.listing import UNREADABLE, names
from infrastructure.models.pace import Pace, Silence
from infrastructure.models.pieces import Piece, Pieces
from infrastructure.models.service import Service

ERRORS = (openai.OpenAIError, *transport.ERRORS)
_REFUSED_IN_STREAM = (
    "invalid_",
    "image_",
    "unsupported_",
    "bio_policy",
    "misalignment_",
    "content_policy",
    "context_length",
)
_Found = TypeVar("_Found")


class OpenAIClient:
    """A client of one endpoint. What it raises are `errors`."""

    errors = ERRORS

    def __init__(self, endpoint: failures.Endpoint, key: str | None, pace: Pace, service: Service) -> None:
        self.endpoint = endpoint
        self.pace = pace
        self.service = service
        http = transport.client(openai.DefaultAioHttpClient, endpoint, pace)
        self.sdk = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=transport.address(endpoint),
            timeout=http.timeout,
            # A retry inside the SDK would be a paid call that nobody recorded.
            max_retries=0,
            http_client=http,
        )
        if endpoint.own or service.name != "openai":
            # The SDK adds what the environment has for the installation's own account at OpenAI.
            self.sdk.organization = self.sdk.project = None
            self.sdk._custom_headers = {}  # noqa: SLF001 -- there is no other way to be rid of them

    async def discover(self) -> Sequence[str]:
        """The names of the models that the endpoint lists, without those of the service. Raises ModelError."""
        listed = await self._in_time(lambda: self.sdk.get(self.service.listing, cast_to=object))
        try:
            return names(listed, self.service.listing_prefix)
        except UNREADABLE:
            raise failures.no_listing(self.endpoint) from None

    async def ask(self, path: str, said: Mapping[str, object], decoder: msgspec.json.Decoder[Piece]) -> Pieces[Piece]:
        """The pieces of an answer, read with the decoder."""
        to = openai.AsyncStream[object]
        stream = await self.sdk.post(path, cast_to=object, body=said, stream=True, stream_cls=to)
        return Pieces(stream.response, decoder)

    async def aclose(self) -> None:
        await self.sdk.close()

    def failed(self, error: Exception, *, model: str = "", begun: bool = False) -> ModelError:
        """The error for what the SDK raised. Raise it from None: its cause would carry the key and the prompt."""
        match error:
            case openai.APIStatusError():
                return failures.refused(self.endpoint, model, _refusal(error))
            case _ if transport.too_slow(error):
                return failures.unconnected(self.endpoint, self.pace.connect)
            case _ if transport.forbidden(error):
                return failures.forbidden(self.endpoint)
            case openai.APIError() if not isinstance(error, openai.APIConnectionError):
                return self.gave_up(failures.codes(error.code, error.type), model)
            case _ if begun:
                return failures.broken_off(self.endpoint)
            case _:
                return failures.unreachable(self.endpoint, sent=not transport.never_sent(error))

    def gave_up(self, found: tuple[str, ...], model: str, usage: Usage | None = None) -> ModelError:
        """The error for one inside a stream; its code says which status it would have had."""
        status = 503
        if any("rate_limit" in code or "quota" in code for code in found):
            status = 429
        elif any(code.startswith(_REFUSED_IN_STREAM) for code in found):
            status = 400
        error = failures.refused(self.endpoint, model, failures.Refusal(status, found, in_stream=True))
        error.usage = usage
        return error

    async def _in_time(self, ask: Callable[[], Awaitable[_Found]]) -> _Found:
        try:
            async with asyncio.timeout(self.pace.first):
                return await ask()
        except TimeoutError:
            raise failures.silent(self.endpoint, Silence(self.pace.first, began=False)) from None
        except ERRORS as error:
            raise self.failed(error) from None
        except UNREADABLE:
            raise failures.no_listing(self.endpoint) from None


def _refusal(error: openai.APIStatusError) -> failures.Refusal:
    body: Any = error.body
    said = body.get("message") if isinstance(body, dict) else None
    return failures.Refusal(
        error.status_code,
        failures.codes(error.code, error.type),
        failures.retry_after(error.response.headers),
        at=str(error.param or ""),
        said=said if isinstance(said, str) else "",
    )
