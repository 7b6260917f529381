"""OpenAI, and every service that speaks its Chat Completions protocol. Import it late: the SDK takes a second.

Chat Completions is spoken to OpenAI itself as well: for one text in and one text out it offers the same as the
Responses API, and it is the one protocol that all compatible services share, so one path serves and is tested.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import urlsplit

import httpx2
import msgspec
import openai
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from application.models.port import Delta, ModelError, ModelRequest, TextDelta, Usage, as_text
from domain.kernel import Record
from infrastructure.models import failures, guarded
from infrastructure.models.answer import NO_LISTING, UNREADABLE, Answer, Listing, StopReason
from infrastructure.models.pace import Pace, Silence, paced

_STOPS: dict[str, StopReason] = {"stop": "end", "length": "length", "content_filter": "refusal"}
_MODERN = ("openai.com", "openai.azure.com")


class _Input(Record):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _Output(Record):
    reasoning_tokens: int | None = None


class _Usage(Record):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Input | None = None
    completion_tokens_details: _Output | None = None


class _Words(Record):
    content: str | None = None
    refusal: str | None = None


class _Choice(Record):
    delta: _Words
    finish_reason: str | None = None


class _Chunk(Record):
    """What is read of a chunk; the SDK itself does not check what it receives."""

    choices: list[_Choice]
    model: str | None = None
    usage: _Usage | None = None


class ChatCompletions:
    """A client of one endpoint."""

    def __init__(self, endpoint: failures.Endpoint, key: str | None, pace: Pace) -> None:
        self._endpoint = endpoint
        self._pace = pace
        timeout = httpx2.Timeout(None, connect=pace.connect)
        self._client = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=endpoint.url,
            timeout=timeout,
            # A retry inside the SDK would be a paid call that nobody recorded.
            max_retries=0,
            http_client=guarded.client(endpoint.guard, timeout) if endpoint.guard else None,
        )
        if endpoint.own:
            # The SDK adds what the environment has for the installation's own account.
            self._client.organization = self._client.project = None
            self._client._custom_headers = {}  # noqa: SLF001 -- there is no other way to be rid of them

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta, None]:
        answer = Answer(self._endpoint, request.model.partition("/")[2], _STOPS)
        try:
            async with aclosing(paced(lambda: self._ask(request), self._pace)) as chunks:
                async for chunk in chunks:
                    for text in _take(answer, chunk):
                        yield TextDelta(text)
        except Silence as silence:
            raise failures.silent(self._endpoint, silence) from None
        except (openai.OpenAIError, httpx2.HTTPError) as error:
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
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise self._failed(error, "") from None
        except UNREADABLE:
            raise failures.bad_answer(self._endpoint, NO_LISTING) from None

    async def aclose(self) -> None:
        await self._client.close()

    async def _ask(self, request: ModelRequest) -> openai.AsyncStream[ChatCompletionChunk]:
        modern = prefers_new_limit(self._endpoint.url)
        limit = request.max_output_tokens
        return await self._client.chat.completions.create(
            model=request.model.partition("/")[2],
            messages=_messages(request),
            stream=True,
            stream_options={"include_usage": True},
            # OpenAI's reasoning models refuse the old name, other services do not know the new one.
            max_completion_tokens=limit if modern else openai.omit,
            max_tokens=openai.omit if modern else limit,
        )

    def _failed(self, error: Exception, model: str) -> ModelError:
        match error:
            case openai.APIStatusError():
                found = failures.codes(error.code, error.type)
                wait = failures.retry_after(error.response.headers)
                refusal = failures.Refusal(error.status_code, found, wait)
                return failures.refused(self._endpoint, model, refusal)
            case openai.APITimeoutError():
                return failures.unconnected(self._endpoint, self._pace.connect)
            case openai.APIConnectionError(__cause__=guarded.Forbidden()):
                return failures.forbidden(self._endpoint)
            case openai.APIConnectionError():
                return failures.unreachable(self._endpoint)
            case openai.APIError():
                found = failures.codes(error.code, error.type)
                status = 429 if any("rate_limit" in code for code in found) else 503
                return failures.refused(self._endpoint, model, failures.Refusal(status, found))
            case _:
                return failures.unreachable(self._endpoint)


def prefers_new_limit(url: str) -> bool:
    """Whether the limit of the answer is to be named in the new way there."""
    return (urlsplit(url).hostname or "").endswith(_MODERN)


def _messages(request: ModelRequest) -> list[ChatCompletionMessageParam]:
    messages: list[ChatCompletionMessageParam] = []
    if request.instructions:
        messages.append({"role": "system", "content": request.instructions})
    for message in request.messages:
        text = as_text(message.parts)
        if message.role == "user":
            messages.append({"role": "user", "content": text})
        else:
            messages.append({"role": "assistant", "content": text})
    return messages


def _take(answer: Answer, chunk: object) -> list[str]:
    """The words of a chunk; the rest of it goes into the answer. Raises ValueError where it is not a chunk."""
    read = msgspec.convert(chunk, _Chunk, from_attributes=True)
    answer.begun = True
    answer.model = read.model or answer.model
    if read.usage is not None:
        answer.usage = _usage(read.usage)
    texts: list[str] = []
    for choice in read.choices:
        answer.stop = choice.finish_reason or answer.stop
        answer.declined = answer.declined or bool(choice.delta.refusal)
        texts += [text for text in (choice.delta.content, choice.delta.refusal) if text]
    answer.spoke = answer.spoke or any(text.strip() for text in texts)
    return texts


def _usage(read: _Usage) -> Usage:
    given = read.prompt_tokens_details or _Input()
    made = read.completion_tokens_details or _Output()
    return Usage(
        input_tokens=read.prompt_tokens,
        output_tokens=read.completion_tokens,
        cached_input_tokens=given.cached_tokens or 0,
        cache_write_tokens=given.cache_write_tokens or 0,
        reasoning_tokens=made.reasoning_tokens or 0,
    )
