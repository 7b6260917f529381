"""How many tokens a request has, said before anybody is paid to count them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Protocol

from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.formats import asked_in_words
from application.models.request import Image, ModelRequest, Part, Reasoning, ToolCall, ToolResult, as_text, result_text
from domain.kernel import replace

_BESIDE = 16_384
"""Characters from which on a request is counted beside the event loop: so many take 10 ms at worst."""


class TokenCounter(Protocol):
    """Counts without a network. `family` is that of a model's tokenizer, empty or unheard of where it is unknown."""

    def count(self, request: ModelRequest, family: str) -> int:
        """The tokens that the request is likely to have; those of its texts exactly, where the vocabulary is known."""
        ...

    def worst(self, request: ModelRequest, family: str) -> int:
        """The most tokens that the request may have: `count` with the margin measured for the family."""
        ...


async def worst_beside(counter: TokenCounter, request: ModelRequest, family: str) -> int:
    """The same as `worst`, in a thread where the request is so long that others would have to wait for it."""
    if sum(len(text) for text in texts(request)) < _BESIDE:
        return counter.worst(request, family)
    return await asyncio.to_thread(counter.worst, request, family)


def fits(card: ModelCard, input_tokens: int, output_tokens: int) -> ModelError | None:
    """Why so many tokens do not fit into the model, as `model_context_exceeded`; None where they do or nobody knows.

    The context holds what is asked and what is answered.
    """
    most = card.context_tokens
    if most is None or input_tokens + output_tokens <= most:
        return None
    detail = (
        f"{card.id} holds {most:,} tokens, and the request may have {input_tokens:,} with {output_tokens:,} more "
        f"for its answer; shorten it or ask for a shorter answer"
    )
    return ModelError("model_context_exceeded", detail)


def texts(request: ModelRequest) -> Iterator[str]:
    """Everything of a request that a model reads as text, piece by piece; what is structured is JSON."""
    yield request.instructions
    for message in request.messages:
        yield as_text(message.parts)
        for part in message.parts:
            yield from _beside_text(part)
    for tool in request.tools:
        yield _as_json({"name": tool.name, "description": tool.description, "parameters": tool.parameters})
    if request.format is not None:
        yield asked_in_words(replace(request.format, schema={}))
        yield _as_json(request.format.schema)


def pictures(request: ModelRequest) -> int:
    """How many pictures a request shows."""
    return sum(isinstance(part, Image) for message in request.messages for part in message.parts)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _beside_text(part: Part) -> Iterator[str]:
    match part:
        case Reasoning(text, signature):
            yield text
            yield signature
        case ToolCall(id, name, arguments):
            yield id
            yield name
            yield arguments
        case ToolResult(call_id):
            yield call_id
            yield result_text(part)
        case _:
            return
