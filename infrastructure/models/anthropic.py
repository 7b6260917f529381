"""Anthropic's Messages API. Import it late: the SDK takes two seconds."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import anthropic
import httpx2
import msgspec
from anthropic.types import MessageParam, RawMessageStreamEvent

from application.models.port import Delta, ModelError, ModelRequest, TextDelta, Usage, as_text
from domain.kernel import Record
from infrastructure.models import failures, guarded
from infrastructure.models.answer import NO_LISTING, UNREADABLE, Answer, Listing, StopReason
from infrastructure.models.pace import Pace, Silence, paced

_STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
# An error inside a stream comes with status 200; its type says which status it would have had.
_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
}


class _Reasoning(Record):
    thinking_tokens: int | None = None


class _Usage(Record):
    """Counts so far. `input_tokens` are only those that neither came from the cache nor went into it."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _Reasoning | None = None


class _Message(Record):
    model: str
    usage: _Usage


class _Change(Record):
    """What a delta may hold: words, or the reason for the end."""

    type: str | None = None
    text: str | None = None
    stop_reason: str | None = None


class _Event(Record):
    """What is read of an event; the SDK itself does not check what it receives."""

    type: str
    message: _Message | None = None
    delta: _Change | None = None
    usage: _Usage | None = None


class Messages:
    """A client of one endpoint."""

    def __init__(self, endpoint: failures.Endpoint, key: str | None, pace: Pace) -> None:
        self._endpoint = endpoint
        self._pace = pace
        timeout = httpx2.Timeout(None, connect=pace.connect)
        self._client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=endpoint.url,
            timeout=timeout,
            # A retry inside the SDK would be a paid call that nobody recorded.
            max_retries=0,
            http_client=guarded.client(endpoint.guard, timeout) if endpoint.guard else None,
        )
        if endpoint.own:
            # The SDK adds what the environment has for the installation's own account.
            self._client._custom_headers = {}  # noqa: SLF001 -- there is no other way to be rid of them

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta, None]:
        answer = Answer(self._endpoint, request.model.partition("/")[2], _STOPS)
        counts = _Usage()
        try:
            async with aclosing(paced(lambda: self._ask(request), self._pace)) as events:
                async for event in events:
                    text, counts = _take(answer, event, counts)
                    if text:
                        yield TextDelta(text)
        except Silence as silence:
            raise failures.silent(self._endpoint, silence) from None
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            # The cause would carry the request, and with it the key and the prompt.
            raise self._failed(error, answer.model) from None
        except ValueError:
            raise answer.unreadable() from None
        yield answer.finished()

    async def check(self) -> None:
        try:
            async with asyncio.timeout(self._pace.first):
                page = await self._client.models.list()
            msgspec.convert(page, Listing, from_attributes=True)
        except TimeoutError:
            raise failures.silent(self._endpoint, Silence(self._pace.first, began=False)) from None
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise self._failed(error, "") from None
        except UNREADABLE:
            raise failures.bad_answer(self._endpoint, NO_LISTING) from None

    async def aclose(self) -> None:
        await self._client.close()

    async def _ask(self, request: ModelRequest) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        return await self._client.messages.create(
            model=request.model.partition("/")[2],
            system=request.instructions or anthropic.omit,
            messages=_messages(request),
            max_tokens=request.max_output_tokens,
            stream=True,
        )

    def _failed(self, error: Exception, model: str) -> ModelError:
        match error:
            case anthropic.APIStatusError():
                found = failures.codes(error.error_code, error.type)
                in_stream = error.status_code < 400
                status = _STATUS_OF_TYPE.get(error.type or "", 503) if in_stream else error.status_code
                wait = failures.retry_after(error.response.headers)
                return failures.refused(self._endpoint, model, failures.Refusal(status, found, wait))
            case anthropic.APITimeoutError():
                return failures.unconnected(self._endpoint, self._pace.connect)
            case anthropic.APIConnectionError(__cause__=guarded.Forbidden()):
                return failures.forbidden(self._endpoint)
            case _:
                return failures.unreachable(self._endpoint)


def _messages(request: ModelRequest) -> list[MessageParam]:
    messages: list[MessageParam] = []
    for message in request.messages:
        text = as_text(message.parts)
        if message.role == "user":
            messages.append({"role": "user", "content": text})
        else:
            messages.append({"role": "assistant", "content": text})
    return messages


def _take(answer: Answer, event: object, counts: _Usage) -> tuple[str | None, _Usage]:
    """The words of an event, and the counts after it. Raises ValueError where it is not an event."""
    read = msgspec.convert(event, _Event, from_attributes=True)
    answer.begun = True
    if read.message is not None:
        answer.model = read.message.model or answer.model
        counts = _later(counts, read.message.usage)
    if read.usage is not None:
        counts = _later(counts, read.usage)
    if read.type == "message_delta" and read.delta is not None:
        answer.stop = read.delta.stop_reason or answer.stop
        answer.usage = _usage(counts)
    text = read.delta.text if read.delta is not None and read.delta.type == "text_delta" else None
    answer.spoke = answer.spoke or bool(text and text.strip())
    return text, counts


def _later(before: _Usage, after: _Usage) -> _Usage:
    """Counts are cumulative, and a later event may leave out those that did not change."""
    known = {name: value for name, value in msgspec.structs.asdict(after).items() if value is not None}
    return msgspec.structs.replace(before, **known)


def _usage(counts: _Usage) -> Usage | None:
    if counts.input_tokens is None or counts.output_tokens is None:
        return None
    read, written = counts.cache_read_input_tokens or 0, counts.cache_creation_input_tokens or 0
    details = counts.output_tokens_details or _Reasoning()
    return Usage(
        input_tokens=counts.input_tokens + read + written,
        output_tokens=counts.output_tokens,
        cached_input_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=details.thinking_tokens or 0,
    )
