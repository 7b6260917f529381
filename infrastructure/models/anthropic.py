"""Anthropic's Messages API. Import it late: the SDK takes two seconds."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import anthropic
import msgspec
from anthropic.types import RawMessageStreamEvent

from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta, StopReason, Usage
from domain.kernel import Record
from infrastructure.models import anthropic_request, failures, signatures, transport, wishes
from infrastructure.models.answer import Answer, Count
from infrastructure.models.listing import UNREADABLE, names
from infrastructure.models.pace import OVER, Pace, Silence, paced
from infrastructure.models.service import Service
from infrastructure.models.wishes import Wish

ERRORS = (anthropic.AnthropicError, *transport.ERRORS)
_STOPS: dict[str, StopReason] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
    "tool_use": "tool_calls",
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
    thinking_tokens: Count | None = None


class _Usage(Record):
    """Counts so far. `input_tokens` are only those that neither came from the cache nor went into it."""

    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    output_tokens_details: _Reasoning | None = None


class _Message(Record):
    model: str
    usage: _Usage


class _Change(Record):
    """What a delta may hold: words, a piece of a thought or of a tool call, or the reason for the end."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    signature: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Block(Record):
    """What begins with a block: a tool call, or a thought that is shown to nobody."""

    type: str
    id: str | None = None
    name: str | None = None
    data: str | None = None


class _Event(Record):
    """What is read of an event; the SDK itself does not check what it receives."""

    type: str
    index: int | None = None
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Change | None = None
    usage: _Usage | None = None


class Messages:
    """A client of one endpoint."""

    def __init__(self, endpoint: failures.Endpoint, key: str | None, pace: Pace, service: Service) -> None:
        self._endpoint = endpoint
        self._pace = pace
        self._service = service
        http = transport.client(anthropic.DefaultAioHttpClient, endpoint, pace)
        self._client = anthropic.AsyncAnthropic(
            api_key=key,
            base_url=transport.address(endpoint),
            timeout=http.timeout,
            # A retry inside the SDK would be a paid call that nobody recorded.
            max_retries=0,
            http_client=http,
        )
        if endpoint.own:
            # The SDK adds what the environment has for the installation's own account.
            self._client._custom_headers = {}  # noqa: SLF001 -- there is no other way to be rid of them

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        wish = wishes.granted(request, self._service, card, unknown=anthropic_request.UNKNOWN)
        for warning in wish.warnings:
            yield warning
        answer = Answer(self._endpoint, wish.request, _STOPS)
        counts = _Usage()
        try:
            async with aclosing(paced(lambda: self._ask(wish), self._pace, _news)) as events:
                async for event in events:
                    read = msgspec.convert(event, _Event, from_attributes=True)
                    counts = _note(answer, read, counts)
                    for delta in self._said(answer, read):
                        yield delta
        except Silence as silence:
            raise failures.silent(self._endpoint, silence) from None
        except ERRORS as error:
            # The cause would carry the request, and with it the key and the prompt.
            raise self._failed(error, model=answer.asked, begun=answer.begun) from None
        except ValueError:
            raise answer.unreadable() from None
        yield answer.finished()

    async def discover(self) -> Sequence[str]:
        """The names of the models that the endpoint lists. Raises ModelError."""
        try:
            async with asyncio.timeout(self._pace.first):
                most = anthropic.RequestOptions(params={"limit": 1_000})
                listed = await self._client.get(self._service.listing, cast_to=object, options=most)
            return names(listed, self._service.listing_prefix)
        except TimeoutError:
            raise failures.silent(self._endpoint, Silence(self._pace.first, began=False)) from None
        except ERRORS as error:
            raise self._failed(error) from None
        except UNREADABLE:
            raise failures.no_listing(self._endpoint) from None

    async def aclose(self) -> None:
        await self._client.close()

    async def _ask(self, wish: Wish) -> anthropic.AsyncStream[RawMessageStreamEvent]:
        said, old = anthropic_request.body(wish, self._service)
        stream: Any = await self._client.messages.create(**said, extra_body=old or None)
        events: anthropic.AsyncStream[RawMessageStreamEvent] = stream
        return events

    def _said(self, answer: Answer, event: _Event) -> list[Delta]:
        """What an event says. Raises ValueError where a tool call has no name."""
        block, change = event.content_block, event.delta
        if block is not None and block.type == "tool_use":
            return answer.called(event.index, block.id, block.name, None)
        if block is not None and block.type == "redacted_thinking" and block.data:
            return answer.thought(None, signatures.marked(anthropic_request.redacted(self._service), block.data))
        match change.type if change is not None else None, change:
            case "text_delta", _Change(text=text):
                return answer.said(text)
            case "thinking_delta", _Change(thinking=thinking):
                return answer.thought(thinking)
            case "signature_delta", _Change(signature=signature) if signature:
                return answer.thought(None, signatures.marked(self._service.name, signature))
            case "input_json_delta", _Change(partial_json=piece):
                return answer.called(event.index, None, None, piece)
            case _:
                return []

    def _failed(self, error: Exception, *, model: str = "", begun: bool = False) -> ModelError:
        match error:
            case anthropic.APIStatusError():
                return failures.refused(self._endpoint, model, _refusal(error))
            case _ if transport.too_slow(error):
                return failures.unconnected(self._endpoint, self._pace.connect)
            case _ if transport.forbidden(error):
                return failures.forbidden(self._endpoint)
            case _ if begun:
                return failures.broken_off(self._endpoint)
            case _:
                return failures.unreachable(self._endpoint, sent=not transport.never_sent(error))


def _refusal(error: anthropic.APIStatusError) -> failures.Refusal:
    in_stream = error.status_code < 300
    body: Any = error.body
    told = body.get("error") if isinstance(body, dict) else None
    said = told.get("message") if isinstance(told, dict) else None
    return failures.Refusal(
        _STATUS_OF_TYPE.get(error.type or "", 503) if in_stream else error.status_code,
        failures.codes(error.error_code, error.type),
        failures.retry_after(error.response.headers),
        said=said if isinstance(said, str) else "",
        in_stream=in_stream,
    )


def _news(event: Any) -> object:
    kind = getattr(event, "type", None)
    return OVER if kind == "message_stop" else (kind, getattr(event, "delta", None))


def _note(answer: Answer, event: _Event, counts: _Usage) -> _Usage:
    """The counts after an event; the rest of it that is not words goes into the answer."""
    answer.begun = True
    if event.message is not None:
        answer.model = event.message.model or answer.model
        counts = _later(counts, event.message.usage)
    if event.usage is not None:
        counts = _later(counts, event.usage)
    if event.type == "message_delta" and event.delta is not None:
        answer.stop = event.delta.stop_reason or answer.stop
        answer.usage = _usage(counts)
    return counts


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
