"""A chat completion as OpenAI's clients know it: whole, and piece by piece."""

import time
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import msgspec

from application.models.stream import (
    Delta,
    Finished,
    ReasoningDelta,
    StopReason,
    Superseded,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from domain.kernel import Record
from interfaces.http.gateway.whole import Whole

FinishReason: TypeAlias = Literal["stop", "length", "content_filter", "tool_calls"]

FINISH_REASONS: dict[StopReason, FinishReason] = {
    "end": "stop",
    "length": "length",
    "refusal": "content_filter",
    "tool_calls": "tool_calls",
}

DONE = b"data: [DONE]\n\n"


class ChatInputDetails(Record):
    cached_tokens: int
    audio_tokens: int = 0


class ChatOutputDetails(Record):
    reasoning_tokens: int
    audio_tokens: int = 0
    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0


class ChatUsage(Record):
    """Tokens as the provider counted them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: ChatInputDetails
    completion_tokens_details: ChatOutputDetails


class ChatFunctionCalled(Record):
    name: str
    arguments: str


class ChatToolCalled(Record):
    id: str
    function: ChatFunctionCalled
    type: Literal["function"] = "function"


class ChatAnswer(Record):
    """What the model said. `reasoning_content` is what it thought, where that is told."""

    role: Literal["assistant"]
    content: str | None
    refusal: str | None
    reasoning_content: str | None
    tool_calls: list[ChatToolCalled] | None
    annotations: list[dict[str, Any]]


class ChatChoice(Record):
    index: int
    message: ChatAnswer
    finish_reason: FinishReason
    logprobs: None


class ChatCompletion(Record):
    """A whole answer. `model` is the one that gave it, as `provider/name`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage
    system_fingerprint: str | None
    service_tier: str | None


class _Function(Record, omit_defaults=True):
    arguments: str
    name: str | None = None


class _Call(Record, omit_defaults=True):
    index: int
    function: _Function
    id: str | None = None
    type: str | None = None


class _Said(Record, omit_defaults=True):
    role: str | None = None
    content: str | None = None
    reasoning_content: str | None = None
    tool_calls: tuple[_Call, ...] | None = None


class _Choice(Record):
    delta: _Said
    finish_reason: FinishReason | None = None
    index: int = 0
    logprobs: None = None


class _Void(Record):
    """What makes all that was said so far void."""

    superseded: bool
    model: str
    code: str


class _Chunk(Record, omit_defaults=True):
    id: str
    object: str
    created: int
    model: str
    choices: tuple[_Choice, ...]
    usage: ChatUsage | None = None
    z2: _Void | None = None


def completion(name: str, model: str, whole: Whole) -> ChatCompletion:
    """The answer as one object; `name` is that of the call."""
    calls = [ChatToolCalled(call.id, ChatFunctionCalled(call.name, call.arguments)) for call in whole.calls]
    words = whole.text or (None if calls else "")
    said = ChatAnswer("assistant", words, None, whole.reasoning or None, calls or None, [])
    choice = ChatChoice(0, said, FINISH_REASONS[whole.stop_reason], None)
    moment = int(time.time())
    return ChatCompletion(
        f"chatcmpl-{name}", "chat.completion", moment, model, [choice], usage(whole.usage), None, None
    )


class ChatPieces:
    """The answer as it comes. With `counted` its last piece counts the tokens."""

    def __init__(self, name: str, model: str, *, counted: bool) -> None:
        self._id = f"chatcmpl-{name}"
        self._model = model
        self._created = int(time.time())
        self._counted = counted
        self._answers = 0
        self._known: set[int] = set()

    def begin(self) -> bytes:
        return self._chunk(_Said("assistant", ""))

    def take(self, delta: Delta) -> Iterator[bytes]:
        match delta:
            case TextDelta(text):
                yield self._chunk(_Said(content=text))
            case ReasoningDelta(text) if text:
                yield self._chunk(_Said(reasoning_content=text))
            case ToolCallDelta():
                yield self._chunk(_Said(tool_calls=(self._call(delta),)))
            case Superseded():
                yield from self._anew(delta)
            case Finished(stop_reason, counts):
                yield self._chunk(_Said(), FINISH_REASONS[stop_reason])
                if self._counted:
                    yield self._framed(self._piece((), usage(counts)))
                yield DONE
            case _:
                pass

    def failed(self, error: Any) -> Iterator[bytes]:
        """The stream ends without its end, and says why."""
        yield self._framed(error)

    def _anew(self, void: Superseded) -> Iterator[bytes]:
        """There is no way to take words back here: what comes next has another id, and says what has happened."""
        self._answers += 1
        self._known.clear()
        self._model = void.model
        yield b": what was said so far is void; another model answers\n\n"
        piece = self._piece((_Choice(_Said("assistant", "")),), void=_Void(True, void.model, void.code))
        yield self._framed(piece)

    def _call(self, delta: ToolCallDelta) -> _Call:
        if delta.index in self._known:
            return _Call(delta.index, _Function(delta.arguments))
        self._known.add(delta.index)
        return _Call(delta.index, _Function(delta.arguments, delta.name), delta.id, "function")

    def _chunk(self, said: _Said, finish: FinishReason | None = None) -> bytes:
        return self._framed(self._piece((_Choice(said, finish),)))

    def _piece(
        self, choices: tuple[_Choice, ...], counts: ChatUsage | None = None, void: _Void | None = None
    ) -> _Chunk:
        name = f"{self._id}-{self._answers}" if self._answers else self._id
        return _Chunk(name, "chat.completion.chunk", self._created, self._model, choices, counts, void)

    @staticmethod
    def _framed(piece: Any) -> bytes:
        return b"data: " + msgspec.json.encode(piece) + b"\n\n"


def usage(counts: Usage) -> ChatUsage:
    return ChatUsage(
        counts.input_tokens,
        counts.output_tokens,
        counts.input_tokens + counts.output_tokens,
        ChatInputDetails(counts.cached_input_tokens),
        ChatOutputDetails(counts.reasoning_tokens),
    )
