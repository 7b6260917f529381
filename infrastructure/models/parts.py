"""Parts of messages, sorted for the protocols that want them apart."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from application.models.request import (
    Document,
    Image,
    Message,
    Part,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    as_text,
    result_text,
)

Run: TypeAlias = str | Image
"""Words that stand together, or a picture."""


def text_of(message: Message) -> str:
    return as_text(message.parts)


def runs(parts: Sequence[Part]) -> Iterator[Run]:
    """The words and pictures in their order; words that stand together are one text."""
    words: list[Part] = []
    for part in parts:
        if isinstance(part, Text | Document):
            words.append(part)
        elif isinstance(part, Image):
            if words:
                yield as_text(words)
            words = []
            yield part
    if words:
        yield as_text(words)


def pictured(message: Message) -> bool:
    return any(isinstance(part, Image) for part in message.parts)


def calls(message: Message) -> list[ToolCall]:
    return [part for part in message.parts if isinstance(part, ToolCall)]


def results(message: Message) -> list[ToolResult]:
    return [part for part in message.parts if isinstance(part, ToolResult)]


def thoughts(message: Message) -> list[Reasoning]:
    return [part for part in message.parts if isinstance(part, Reasoning)]


def address(image: Image) -> str:
    """Where the picture is, or the picture itself as an address (RFC 2397)."""
    return image.url or f"data:{image.media_type};base64,{image.data}"


def told(result: ToolResult) -> str:
    """What came of a tool call, for protocols that cannot say that it failed."""
    text = result_text(result)
    return f"The tool failed: {text}" if result.failed else text
