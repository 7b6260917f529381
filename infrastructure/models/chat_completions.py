"""OpenAI's Chat Completions, which most services speak. Import it late: the SDK takes a second."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing

import msgspec

from application.models.card import ModelCard
from application.models.request import ModelRequest
from application.models.stream import Delta, StopReason, Usage
from domain.kernel import Record
from infrastructure.models import chat_request, failures, wishes
from infrastructure.models.answer import Answer, Count, joined
from infrastructure.models.openai_client import ERRORS, OpenAIClient
from infrastructure.models.pace import Silence, paced
from infrastructure.models.pieces import Pieces
from infrastructure.models.wishes import Wish

_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "length": "length",
    "model_length": "length",
    "content_filter": "refusal",
    "tool_calls": "tool_calls",
}


class _Input(Record):
    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None


class _Output(Record):
    reasoning_tokens: Count | None = None


class _Usage(Record):
    """Counts. Some services have those of the cache and of reasoning beside the others."""

    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count | None = None
    prompt_tokens_details: _Input | None = None
    completion_tokens_details: _Output | None = None
    prompt_cache_hit_tokens: Count | None = None
    cached_tokens: Count | None = None
    reasoning_tokens: Count | None = None


class _Function(Record):
    name: str | None = None
    arguments: str | None = None


class _Call(Record):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Thought(Record):
    text: str | None = None


class _Piece(Record):
    """A piece of the answer where it comes in pieces of several kinds."""

    type: str
    text: str | None = None
    thinking: list[_Thought] | None = None


class _Said(Record):
    """Each service has a field of its own for what the model thinks, and some have something else under that name."""

    content: str | list[_Piece] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    reasoning_content: object = None
    reasoning: object = None


class _Choice(Record):
    delta: _Said
    finish_reason: str | None = None


class _Chunk(Record):
    """What is read of a chunk."""

    choices: list[_Choice]
    model: str | None = None
    usage: _Usage | None = None
    error: object = None


_CHUNK = msgspec.json.Decoder(_Chunk)


class ChatCompletions(OpenAIClient):
    """A client of one endpoint."""

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        wish = wishes.granted(request, self.service, card)
        for warning in wish.warnings:
            yield warning
        mark = self.service.name if self.service.reasoning_back else ""
        answer = Answer(self.endpoint, wish.request, _STOPS, mark=mark)
        try:
            async with aclosing(paced(lambda: self._ask(wish), self.pace, _news)) as chunks:
                async for come in chunks:
                    for delta in joined(self._taken(answer, come)):
                        yield delta
        except Silence as silence:
            raise failures.silent(self.endpoint, silence) from None
        except ERRORS as error:
            raise self.failed(error, model=answer.asked, begun=answer.begun) from None
        except ValueError:
            raise answer.unreadable() from None
        for delta in answer.settled():
            yield delta
        yield answer.finished()

    async def _ask(self, wish: Wish) -> Pieces[_Chunk]:
        said, own = chat_request.body(wish, self.service, self.endpoint.url)
        return await self.ask("/chat/completions", {**said, **own}, _CHUNK)

    def _taken(self, answer: Answer, chunks: Iterable[_Chunk]) -> Iterator[Delta]:
        for chunk in chunks:
            yield from self._take(answer, chunk)

    def _take(self, answer: Answer, chunk: _Chunk) -> list[Delta]:
        """What a chunk says; the rest of it goes into the answer. Raises ValueError where that is nothing."""
        answer.begun = True
        answer.model = chunk.model or answer.model
        if chunk.usage is not None:
            answer.usage = _usage(chunk.usage)
        deltas: list[Delta] = []
        for choice in chunk.choices:
            answer.stop = choice.finish_reason or answer.stop
            answer.declined = answer.declined or bool(choice.delta.refusal)
            deltas += answer.thought(self._thought(choice.delta))
            deltas += _said(answer, choice.delta)
        return deltas

    def _thought(self, said: _Said) -> str | None:
        """What the model thinks, in the first of the fields that this service has for it."""
        found = (getattr(said, name) for name in self.service.reasoning)
        return next((text for text in found if isinstance(text, str) and text), None)


def _news(chunks: Sequence[_Chunk]) -> object:
    return [chunk.choices for chunk in chunks if chunk.choices]


def _said(answer: Answer, delta: _Said) -> list[Delta]:
    deltas: list[Delta] = []
    for piece in delta.content if isinstance(delta.content, list) else [_Piece("text", delta.content)]:
        deltas += answer.thought("".join(each.text or "" for each in piece.thinking or ()))
        deltas += answer.said(piece.text)
    deltas += answer.said(delta.refusal)
    for order, call in enumerate(delta.tool_calls or ()):
        place = order if call.index is None else call.index
        function = call.function or _Function()
        deltas += answer.called(place, call.id, function.name, function.arguments)
    return deltas


def _usage(read: _Usage) -> Usage:
    given = read.prompt_tokens_details or _Input()
    made = read.completion_tokens_details or _Output()
    # Some services leave what the model thought out of the one count and have it in the other only.
    unnamed = max(0, (read.total_tokens or 0) - read.prompt_tokens - read.completion_tokens)
    return Usage(
        input_tokens=read.prompt_tokens,
        output_tokens=read.completion_tokens + unnamed,
        cached_input_tokens=given.cached_tokens or read.prompt_cache_hit_tokens or read.cached_tokens or 0,
        cache_write_tokens=given.cache_write_tokens or 0,
        reasoning_tokens=made.reasoning_tokens or read.reasoning_tokens or unnamed,
    )
