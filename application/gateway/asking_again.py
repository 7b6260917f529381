"""Asking again: under one key a call is made once, and whoever asks again is told what came of it."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from application.access import Actor
from application.errors import KeyReused, UnderWay, Z2Error
from application.gateway.call_journal import JSON, Books, CallJournal, Said
from application.models.request import Part, Reasoning, ToolCall
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta, ToolCallDelta, Usage
from application.ports import IdempotencyKey, Recorded
from domain import call
from domain.kernel import Record, replace
from domain.run_values import Tokens

MOST_FAILURES = 20
"""So often a call may fail under one key and be made anew."""


class CallInDoubt(Z2Error):
    """The call under this Idempotency-Key was begun, and nobody knows its end."""

    status = 409
    code = "call_in_doubt"


REFUSALS = (KeyReused, UnderWay, CallInDoubt)
"""Why nothing is asked under a key, and no answer is given again."""


class Earlier(Record):
    """The answer of an earlier call, and what it cost."""

    call_id: UUID
    model: str
    text: str
    parts: tuple[Part, ...]
    finished: Finished
    cost_micro_usd: int | None

    def told(self) -> Iterator[Delta]:
        """The answer as it would come from a model that says all at once."""
        for part in self.parts:
            if isinstance(part, Reasoning):
                yield ReasoningDelta(part.text, part.signature)
        if self.text:
            yield TextDelta(self.text)
        calls = (part for part in self.parts if isinstance(part, ToolCall))
        for index, part in enumerate(calls):
            yield ToolCallDelta(index, part.id, part.name, part.arguments)
        yield self.finished


async def announced(books: Books, actor: Actor, journal: CallJournal, key: IdempotencyKey) -> Earlier | None:
    """Put the call on the record under the caller's key; or the answer of an earlier one that has the key.

    One that failed, with nothing left in doubt, has let go of the key. Raises one of REFUSALS, and Unavailable.
    """
    for failures in range(MOST_FAILURES):
        numbered = replace(key, key=f"call:{actor.user_id}:{failures}:{key.key}")
        holder = await journal.announce(numbered)
        if holder == journal.call_id:
            return None
        past = await books.executor.past(holder, actor.workspace_id)
        if earlier := await _answer(books, actor, past):
            return earlier
        _check(holder, past)
    raise KeyReused(f"{MOST_FAILURES} calls have failed under this Idempotency-Key; send a new key")


def _check(holder: UUID, past: Sequence[Recorded]) -> None:
    """Raise UnderWay or CallInDoubt unless the call has failed, and all that was asked for it has ended."""
    events: Any = [each.event for each in past]  # all of them are a call's own
    state = call.decider.fold(events)
    if state.status == "open":
        raise UnderWay(f"the call {holder} under this Idempotency-Key is still being answered; ask again in a second")
    if state.pending:
        raise CallInDoubt(
            f"the call {holder} under this Idempotency-Key is in doubt: a model was asked, may have been paid, and its"
            " answer is lost; send a new key to ask again"
        )


async def _answer(books: Books, actor: Actor, past: Sequence[Recorded]) -> Earlier | None:
    """What was answered, also where that came too late for whoever asked first. Raises NotFound where it is erased."""
    for recorded in reversed(past):
        match recorded.event:
            case call.TryRecorded(problem="") as said:
                tokens, cost = said.tokens, said.cost_micro_usd
            case call.Served() as said:
                tokens, cost = said.tokens or Tokens(0, 0), 0
            case _:
                continue
        text = await books.payloads.get(actor.workspace_id, said.output)
        kept = msgspec.json.decode(text, type=Said) if said.output.media_type == JSON else Said(text, ())
        finished = Finished(said.stop_reason, _usage(tokens), said.model)
        return Earlier(recorded.stream, said.model, kept.text, kept.parts, finished, cost)
    return None


def _usage(tokens: Tokens) -> Usage:
    return Usage(*(getattr(tokens, name) for name in tokens.__struct_fields__))
