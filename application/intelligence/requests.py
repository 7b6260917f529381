"""Requests on the record: what is new of each, and references for what is on the record already.

A request that only adds messages to an earlier one is stored as these and a reference to that one, so a conversation
of n turns takes O(n). Every so often one is stored whole, so that none is far from its beginning.
"""

import hashlib
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from application.kept import Kept
from application.models.request import Message, ModelRequest
from application.orchestration.texts import JSON, kept
from domain.kernel import PayloadRef, Record, replace

LONGEST_CHAIN = 32
"""So many requests at most are read to put one together."""

SHORT = 256
"""Bytes from which on a text that is on the record is referred to."""

Load: TypeAlias = Callable[[PayloadRef], Coroutine[Any, Any, str]]
"""The text of a payload. Raises NotFound."""


class Before(Record):
    """An earlier request that is on the record, and how many are read to put it together."""

    ref: PayloadRef
    request: ModelRequest
    links: int = 1


class _More(Record):
    """What is stored of a request that goes on where another ends."""

    after: PayloadRef
    links: int
    messages: list[Any]


def stored(request: ModelRequest, known: Iterable[PayloadRef], before: Before | None = None) -> tuple[Kept, int]:
    """How the request is stored, and how many are read to put it together again."""
    refs = {ref.sha256: ref for ref in known if ref.size >= SHORT}
    if before is not None and before.links < LONGEST_CHAIN and _continues(request, before.request):
        new = request.messages[len(before.request.messages) :]
        more = _More(before.ref, before.links + 1, _referring(new, refs))
        return kept(msgspec.json.encode(more).decode(), JSON), more.links
    written = msgspec.to_builtins(request) | {"messages": _referring(request.messages, refs)}
    return kept(msgspec.json.encode(written).decode(), JSON), 1


async def whole(ref: PayloadRef, load: Load) -> ModelRequest:
    """The request as it was made, byte for byte. Raises NotFound where a part of it is gone."""
    return (await before(ref, load)).request


async def before(ref: PayloadRef, load: Load) -> Before:
    """The request with what one needs to go on from it. Raises NotFound."""
    later: list[Message] = []
    wanted, links = ref, 1
    while "after" in (found := msgspec.json.decode(await load(wanted))):
        more = msgspec.convert(found, _More)
        later[:0] = await _filled(more.messages, load)
        wanted, links = more.after, max(links, more.links)
    messages = (*await _filled(found["messages"], load), *later)
    return Before(ref, replace(msgspec.convert(found, ModelRequest), messages=messages), links)


def _continues(request: ModelRequest, earlier: ModelRequest) -> bool:
    count = len(earlier.messages)
    if request.messages[:count] != earlier.messages:
        return False
    return replace(request, messages=()) == replace(earlier, messages=())


def _referring(messages: Sequence[Message], refs: Mapping[str, PayloadRef]) -> list[Any]:
    """Messages with references for their texts that are on the record."""
    written: list[Any] = msgspec.to_builtins(messages)
    for part in (part for message in written for part in message["parts"]):
        text = part.get("text", "")
        if refs and len(text) >= SHORT // 4 and (ref := refs.get(hashlib.sha256(text.encode()).hexdigest())):
            part["text"] = msgspec.to_builtins(ref)
    return written


async def _filled(written: Sequence[Any], load: Load) -> tuple[Message, ...]:
    """Messages with the texts themselves, where a reference stands."""
    for part in (part for message in written for part in message["parts"]):
        if isinstance(text := part.get("text"), dict):
            part["text"] = await load(msgspec.convert(text, PayloadRef))
    return msgspec.convert(written, tuple[Message, ...])
