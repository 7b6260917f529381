"""What a model was told shorter: what each summary stands for, and whether all of that can be read to check it."""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from application.errors import NotFound
from domain.kernel import PayloadRef, Record
from domain.run_state import Step
from domain.run_tool_events import ContextCompacted
from domain.run_values import Shortening
from domain.session_events import Compacted
from domain.session_state import Session

Load: TypeAlias = Callable[[PayloadRef], Coroutine[Any, Any, str]]
"""The text of a payload. Raises NotFound."""


class Replaced(Record):
    """A part of what an agent was told: `tool:2.0`, `turn:2` or `summary:5`; the number is that of the model's call."""

    part: str
    title: str
    readable: bool


class ShortenedTurns(Record):
    """From call number `call` on a `summary`, or nothing, was told in place of these parts of a step.

    `readable` says that the summary and all that it stands for can be read.
    """

    call: int
    method: Shortening
    replaced: list[Replaced]
    summary: str | None
    tokens_before: int
    tokens_after: int
    readable: bool


class ShortenedTalk(Record):
    """A `summary`, or nothing, is told in place of so many of these messages; the others are told word for word."""

    through: UUID
    method: Shortening
    messages: list[UUID]
    replaced: int
    summary: str | None
    tokens_before: int
    tokens_after: int
    readable: bool


async def of_step(step: Step, events: Iterable[ContextCompacted], load: Load) -> list[ShortenedTurns]:
    """In the order in which they were made."""
    found = []
    for event in events:
        parts = [await _replaced(step, part, load) for part in event.replaced]
        summary, is_there = await _summary(event.summary, load)
        readable = is_there and all(part.readable for part in parts)
        counts = event.tokens_before, event.tokens_after
        found.append(ShortenedTurns(event.call, event.method, parts, summary, *counts, readable))
    return found


async def of_session(session: Session, events: Iterable[Compacted], load: Load) -> list[ShortenedTalk]:
    """In the order in which they were made. Each text is looked for once, however many of them stand for it."""
    found, known = [], dict[PayloadRef, bool]()
    for event in events:
        messages = session.path(event.through)
        refs = [each.content for each in messages] + [file.content for each in messages for file in each.attachments]
        summary, is_there = await _summary(event.summary, load)
        readable = is_there and bool(messages) and await _can_be_read([ref for ref in refs if ref], load, known)
        ids, counts = [each.id for each in messages], (event.tokens_before, event.tokens_after)
        found.append(ShortenedTalk(event.through, event.method, ids, event.replaced, summary, *counts, readable))
    return found


async def _replaced(step: Step, part: str, load: Load) -> Replaced:
    kind, _, place = part.partition(":")
    refs = list(_refs(step, kind, place))
    call, _, index = place.partition(".")
    used = step.used(int(call), int(index)) if kind == "tool" else None
    title = used.tool if used is not None else f"{kind} {int(call) + 1}"
    return Replaced(part, title, bool(refs) and await _can_be_read(refs, load))


def _refs(step: Step, kind: str, place: str) -> Iterator[PayloadRef]:
    """Where the record has what stood there."""
    call, found = int(place.partition(".")[0]), list[PayloadRef | None]()
    if kind == "summary":
        found += [each.summary for each in step.compactions if each.call == call]
    elif kind == "turn" and (recorded := step.recorded(call)) is not None:
        found += [recorded.output, recorded.parts]
    for each in (each for each in step.tools if each.call == call):
        if kind == "turn" or (kind == "tool" and place == f"{each.call}.{each.index}"):
            found += [each.arguments, each.output]
    yield from (ref for ref in found if ref is not None)


async def _summary(ref: PayloadRef | None, load: Load) -> tuple[str | None, bool]:
    """Its words, and whether they are there as far as there are to be any."""
    if ref is None:
        return None, True
    try:
        return await load(ref), True
    except NotFound:
        return None, False


async def _can_be_read(refs: Sequence[PayloadRef], load: Load, known: dict[PayloadRef, bool] | None = None) -> bool:
    """What is `known` of some is not looked for again, and what is found out is added to it."""
    found = {} if known is None else known
    for ref in refs:
        if ref not in found:
            found[ref] = (await _summary(ref, load))[1]
    return all(found[ref] for ref in refs)
