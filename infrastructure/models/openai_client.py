"""What OpenAI's two protocols have in common: the client, its errors, and the list of models. Import it late."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import cached_property
from typing import Any, TypeVar

import httpx2
import openai

from application.models.failure import ModelError
from application.models.stream import Usage
from infrastructure.models import failures, guarded, transport
from infrastructure.models.listing import UNREADABLE, names
from infrastructure.models.pace import Pace, Silence
from infrastructure.models.service import Service

ERRORS = (openai.OpenAIError, httpx2.HTTPError)
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
        self._timeout = timeout = httpx2.Timeout(None, connect=pace.connect)
        self._http = guarded.client(endpoint.guard, timeout) if endpoint.guard else transport.client(timeout)
        self.sdk = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=endpoint.url,
            timeout=timeout,
            # A retry inside the SDK would be a paid call that nobody recorded.
            max_retries=0,
            http_client=self._http,
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

    async def post(self, url: httpx2.URL, content: bytes) -> httpx2.Response:
        """Ask, as the SDK does, which spends more on making a request than all else of a call takes.

        The answer is still to come, and has to be closed. What is raised is what the SDK raises.
        """
        waits = {"timeout": self._timeout.as_dict()}
        request = httpx2.Request("POST", url, headers=self._headers, content=content, extensions=waits)
        try:
            response = await self._http.send(request, stream=True)
            if response.is_success:
                return response
            async with aclosing(response):
                await response.aread()
        except httpx2.TimeoutException as error:
            raise openai.APITimeoutError(request) from error
        except httpx2.HTTPError as error:
            raise openai.APIConnectionError(request=request) from error
        raise openai.APIStatusError(f"{response.status_code}", response=response, body=_body(response))

    async def aclose(self) -> None:
        await self.sdk.close()

    def failed(self, error: Exception, *, model: str = "", begun: bool = False) -> ModelError:
        """The error for what the SDK raised. Raise it from None: its cause would carry the key and the prompt."""
        match error:
            case openai.APIStatusError():
                return failures.refused(self.endpoint, model, _refusal(error))
            case openai.APITimeoutError():
                return failures.unconnected(self.endpoint, self.pace.connect)
            case openai.APIConnectionError(__cause__=guarded.Forbidden()):
                return failures.forbidden(self.endpoint)
            case openai.APIError() if not isinstance(error, openai.APIConnectionError):
                return self.gave_up(failures.codes(error.code, error.type), model)
            case _ if begun:
                return failures.broken_off(self.endpoint)
            case _:
                return failures.unreachable(self.endpoint, sent=not isinstance(error.__cause__, httpx2.ConnectError))

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

    @cached_property
    def _headers(self) -> httpx2.Headers:
        headers = self._http.headers.copy()
        said = {**self.sdk.auth_headers, **self.sdk.default_headers}
        headers.update({name: value for name, value in said.items() if isinstance(value, str)})
        return headers

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


def _body(response: httpx2.Response) -> object:
    """What is said of an error, as the SDK finds it."""
    try:
        body: Any = response.json()
    except ValueError:
        return response.text
    return body.get("error", body) if isinstance(body, dict) else body


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
