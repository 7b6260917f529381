"""OpenAI's Responses. Import it late: the SDK takes a second."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing

import msgspec
import openai

from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta, StopReason, Usage
from domain.kernel import Record
from infrastructure.models import failures, responses_request, signatures, wishes
from infrastructure.models.answer import Answer, Count, joined
from infrastructure.models.openai_client import ERRORS, OpenAIClient
from infrastructure.models.pace import OVER, Pace, Silence, paced
from infrastructure.models.pieces import Pieces
from infrastructure.models.service import Service
from infrastructure.models.wishes import Wish

_STOPS: dict[str, StopReason] = {"completed": "end", "max_output_tokens": "length", "content_filter": "refusal"}


class _Input(Record):
    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None


class _Output(Record):
    reasoning_tokens: Count | None = None


class _Usage(Record):
    input_tokens: Count
    output_tokens: Count
    input_tokens_details: _Input | None = None
    output_tokens_details: _Output | None = None


class _Why(Record):
    """Why an answer is incomplete, or failed."""

    reason: str | None = None
    code: str | None = None


class _Response(Record):
    """The answer as a whole, which comes with its first and its last event."""

    model: str | None = None
    usage: _Usage | None = None
    incomplete_details: _Why | None = None
    error: _Why | None = None


class _Item(Record):
    type: str
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    encrypted_content: str | None = None


class _Event(Record):
    """What is read of an event."""

    type: str
    delta: str | None = None
    code: str | None = None
    item: _Item | None = None
    output_index: int | None = None
    summary_index: int | None = None
    response: _Response | None = None
    error: object = None


_EVENT = msgspec.json.Decoder(_Event)


class Responses(OpenAIClient):
    """A client of one endpoint."""

    def __init__(self, endpoint: failures.Endpoint, key: str | None, pace: Pace, service: Service) -> None:
        super().__init__(endpoint, key, pace, service)
        self._summaries = service.summaries

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        wish = wishes.granted(request, self.service, card, unknown=responses_request.UNKNOWN)
        for warning in wish.warnings:
            yield warning
        answer = Answer(self.endpoint, wish.request, _STOPS)
        try:
            async with aclosing(paced(lambda: self._ask(wish), self.pace, _news)) as events:
                async for come in events:
                    for delta in joined(self._taken(answer, come)):
                        yield delta
        except Silence as silence:
            raise failures.silent(self.endpoint, silence) from None
        except ERRORS as error:
            raise self.failed(error, model=answer.asked, begun=answer.begun) from None
        except ValueError:
            raise answer.unreadable() from None
        yield answer.finished()

    async def _ask(self, wish: Wish) -> Pieces[_Event]:
        try:
            return await self._send(wish)
        except openai.APIStatusError as error:
            if not self._summaries or error.param != "reasoning.summary":
                raise
        # Only organisations that OpenAI has verified get summaries. What is refused costs nothing.
        self._summaries = False
        return await self._send(wish)

    async def _send(self, wish: Wish) -> Pieces[_Event]:
        said = responses_request.body(wish, self.service, summaries=self._summaries)
        return await self.ask("/responses", said, _EVENT)

    def _taken(self, answer: Answer, events: Iterable[_Event]) -> Iterator[Delta]:
        for event in events:
            yield from self._take(answer, event)

    def _take(self, answer: Answer, read: _Event) -> list[Delta]:
        """What an event says. Raises ValueError where that is nothing, and ModelError where it is of a failure."""
        answer.begun = True
        if read.response is not None:
            _note(answer, read.type, read.response)
        match read.type:
            case "response.output_text.delta":
                return answer.said(read.delta)
            case "response.refusal.delta":
                answer.declined = True
                return answer.said(read.delta)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                return answer.thought(read.delta)
            case "response.reasoning_summary_part.added" if read.summary_index:
                return answer.thought("\n\n")
            case "response.function_call_arguments.delta":
                return answer.called(read.output_index, None, None, read.delta)
            case "response.output_item.added" | "response.output_item.done" if read.item is not None:
                return self._item(answer, read, read.item)
            case "error" | "response.failed":
                raise self._gave_up(answer, read)
            case _:
                return []

    def _item(self, answer: Answer, event: _Event, item: _Item) -> list[Delta]:
        done = event.type == "response.output_item.done"
        if item.type == "function_call" and done:
            return answer.called_whole(event.output_index, item.arguments)
        if item.type == "function_call":
            return answer.called(event.output_index, item.call_id, item.name, item.arguments)
        if item.type == "reasoning" and done and item.id and item.encrypted_content:
            signature = f"{item.id} {item.encrypted_content}"
            return answer.thought(None, signatures.marked(self.service.name, signature))
        return []

    def _gave_up(self, answer: Answer, event: _Event) -> ModelError:
        why = event.response.error if event.response is not None else None
        return self.gave_up(failures.codes(event.code, why and why.code), answer.asked, answer.usage)


def _news(events: Sequence[_Event]) -> object:
    if any(event.type in ("response.completed", "response.incomplete") for event in events):
        return OVER
    return [(event.type, event.delta) for event in events]


def _note(answer: Answer, kind: str, response: _Response) -> None:
    """What an event says of the answer as a whole."""
    answer.model = response.model or answer.model
    if response.usage is not None:
        answer.usage = _usage(response.usage)
    if kind == "response.completed":
        answer.stop = "completed"
    elif kind == "response.incomplete":
        why = response.incomplete_details or _Why()
        answer.stop = why.reason or "incomplete"


def _usage(read: _Usage) -> Usage:
    given, made = read.input_tokens_details or _Input(), read.output_tokens_details or _Output()
    return Usage(
        input_tokens=read.input_tokens,
        output_tokens=read.output_tokens,
        cached_input_tokens=given.cached_tokens or 0,
        cache_write_tokens=given.cache_write_tokens or 0,
        reasoning_tokens=made.reasoning_tokens or 0,
    )
