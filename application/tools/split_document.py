"""Split a document: into pieces of about one length, which end where a paragraph, a sentence or a word ends."""

import re
from collections.abc import Iterator
from typing import Any

from application.documents import MAX_CHARACTERS
from application.orchestration.tools import Arguments, Tool, ToolError

LEAST, USUAL, MOST = 200, 4_000, 50_000
MOST_PIECES = 1_000
_ENDS = (re.compile(r"\n\s*\n"), re.compile(r"(?<=[.!?。！？])\s+|\n"), re.compile(r"\s+"))
"""Where a piece may end, the best places first."""


async def _call(arguments: Arguments) -> Any:
    text, length = str(arguments["text"]), int(arguments.get("characters", USUAL))
    overlap = int(arguments.get("overlap", 0))
    if overlap * 2 > length:
        raise ToolError("the overlap is more than half of a piece")
    pieces: list[dict[str, Any]] = []
    for start, end in _cuts(text, length, overlap):
        if len(pieces) == MOST_PIECES:
            raise ToolError(f"this comes to more than {MOST_PIECES:,} pieces; make them longer")
        pieces.append({"index": len(pieces), "start": start, "text": text[start:end]})
    return {"pieces": pieces, "count": len(pieces)}


def _cuts(text: str, length: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Where each piece begins and ends; together they have every character."""
    start = 0
    while start < len(text):
        end = len(text) if start + length >= len(text) else _end(text, start, start + length)
        yield start, end
        if end == len(text):
            return
        start = max(end - overlap, start + 1)


def _end(text: str, start: int, limit: int) -> int:
    """The last good place in the second half of the piece, or else its limit."""
    for place in _ENDS:
        found = [match.end() for match in place.finditer(text, start + (limit - start) // 2, limit)]
        if found:
            return found[-1]
    return limit


split_document = Tool(
    "split-document",
    "Splits a text into pieces that can be worked on one by one, such as by a map.",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string", "maxLength": MAX_CHARACTERS},
            "characters": {"type": "integer", "minimum": LEAST, "maximum": MOST},
            "overlap": {"type": "integer", "minimum": 0, "maximum": MOST},
        },
        "required": ["text"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "pieces": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "index": {"type": "integer"},
                        "start": {"type": "integer"},
                        "text": {"type": "string"},
                    },
                    "required": ["index", "start", "text"],
                },
            },
        },
        "required": ["pieces", "count"],
    },
    _call,
    most_bytes=8 * 1024 * 1024,
)
