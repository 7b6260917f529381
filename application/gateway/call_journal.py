"""The tries of one call through the gateway, on its record and in the ledger: each entry is in both or in neither."""

import hashlib
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from application.access import Actor, on_behalf_of
from application.documents import storable
from application.execute import Executor, Order
from application.kept import Kept
from application.ledger import charges, entries
from application.models.failure import ModelError
from application.models.journal import Answered, DayOver, Hit, Try
from application.models.request import ModelRequest, Part
from application.models.stream import Usage
from application.orchestration.patience import patiently
from application.ports import IdempotencyKey, Payloads
from domain import call, run_values
from domain.kernel import Command, PayloadRef, Record, Rejected
from domain.run_charge_commands import Ceiling

MOST_DETAIL = 2_000
SMALL = 16 * 1024
"""Bytes of a text that others who append can wait for."""

JSON = "application/json"

_LIMITS = frozenset({"budget_exceeded", "price_unknown"})


class Books(Record):
    """Where calls are put on the record. `process` is the one that serves them."""

    executor: Executor
    payloads: Payloads
    process: UUID


class Said(Record):
    """An answer as it is kept where it is more than words."""

    text: str
    parts: tuple[Part, ...]


class CallJournal:
    """One call, which counts for the `runs` too.

    Nothing is begun while the log is away; what is paid for waits for it, however long that takes.
    """

    def __init__(
        self,
        books: Books,
        actor: Actor,
        call_id: UUID,
        *,
        door: call.Door,
        request: ModelRequest,
        ceilings: tuple[Ceiling, ...],
        runs: tuple[UUID, ...] = (),
    ) -> None:
        self._books = books
        self._actor = on_behalf_of(actor)
        self._ceilings = ceilings
        self._runs = runs
        self._request = _kept(msgspec.json.encode(request).decode(), JSON)
        self._opening = call.Opening(door, request.model, self._request.ref, books.process)
        self._begun = False
        self._keyed = False
        self._doubtful = False
        self.call_id = call_id
        self.model = ""
        self.cost_micro_usd: int | None = None

    @property
    def stream(self) -> UUID:
        return self.call_id

    def entry(self, tried: int) -> UUID:
        return entries.of_call(self.call_id, tried)

    @property
    def bars_repetition(self) -> bool:
        """Whether whoever asks again under the same key will only hear that the call is in doubt."""
        return self._keyed and self._doubtful

    async def announce(self, key: IdempotencyKey) -> UUID:
        """Put the call on the record under a key, before anything happens to it.

        The id is that of the call which has the key. Raises KeyReused and Unavailable.
        """
        command, executor = call.AnnounceCall(self._opening), self._books.executor
        small = await self._stored(self._unstored())
        outcome = await executor.execute(
            self.call_id, command, self._actor, correlation_id=self.call_id, key=key, texts=small
        )
        if outcome.stream == self.call_id:
            self._begun = self._keyed = True
            # an append under a key may be an earlier one, so what it made of the stream is not remembered
            await executor.states.refresh(self.call_id)
        return outcome.stream

    async def begin(self, made: Try, reserve: Order) -> None:
        """The model may be asked from now on. Raises ModelError, DayOver and Unavailable."""
        wish = call.BeginTry(made.tried, made.model, made.reservation, made.choice, self._opening, self._ceilings)
        try:
            charged = charges.held(self._runs, made.reservation, self._ceilings)
            await self._do(wish, *charged, reserve, texts=self._unstored())
        except Rejected as rejected:
            if rejected.code == "ledger_closed":
                raise DayOver from rejected
            if rejected.code in _LIMITS:
                raise _forbidden(rejected) from rejected
            raise ModelError("model_call_abandoned", str(rejected)) from rejected
        self.model, self._begun = made.model, True

    async def record(self, made: Try, answered: Answered, settle: Order) -> None:
        finished, output = answered.finished, _answer(answered.text, answered.parts)
        command = call.RecordTry(
            made.tried,
            made.model,
            output.ref,
            _tokens(finished.usage),
            answered.cost_micro_usd,
            finished.stop_reason,
            answered.prices,
            tuple(storable(warning) for warning in answered.warnings),
            answered.first_token_ms,
            answered.duration_ms,
            answered.problem,
        )
        cost, used = answered.cost_micro_usd, finished.usage.input_tokens + finished.usage.output_tokens
        charged = charges.settled(self._runs, made.reservation, cost, used)
        await patiently(lambda: self._do(command, *charged, settle, texts=[output]))
        if not answered.problem:
            self.model, self.cost_micro_usd = made.model, answered.cost_micro_usd

    async def turned_away(self, made: Try, error: ModelError, release: Order) -> None:
        free = charges.settled(self._runs, made.reservation, 0, 0)
        await self._end(made, error, "no", *free, release)

    async def in_doubt(self, made: Try, error: ModelError, doubt: Order) -> None:
        self._doubtful = True
        await self._end(made, error, "unknown", doubt)

    async def served(self, hit: Hit) -> None:
        output = _answer(hit.text, hit.parts)
        saved, stop_reason = hit.cost_micro_usd, hit.finished.stop_reason
        of = hit.source, hit.similarity, _tokens(hit.finished.usage)
        command = call.ServeCall(self._opening, output.ref, hit.model, stop_reason, saved, *of)
        await self._do(command, texts=[*self._unstored(), output])
        self.model, self.cost_micro_usd = hit.model, 0

    async def failed(self, error: ModelError) -> None:
        """Nobody has answered, and nobody will. Raises Unavailable."""
        await self._do(call.FailCall(error.code, _detail(error), self._opening), texts=self._unstored())

    async def _end(self, made: Try, error: ModelError, billed: Literal["no", "unknown"], *orders: Order) -> None:
        command = call.EndTry(made.tried, error.code, _detail(error), billed, error.status)
        await patiently(lambda: self._do(command, *orders))

    async def _do(self, command: Command, *orders: Order, texts: Sequence[Kept] = ()) -> None:
        together = [Order(self.call_id, command, await self._stored(texts)), *orders]
        await self._books.executor.execute_together(together, self._actor, correlation_id=self.call_id)

    async def _stored(self, texts: Sequence[Kept]) -> list[Kept]:
        """Small texts, which are to be stored in the same append; large ones are there before it."""
        for kept in texts:
            if kept.ref.size > SMALL:
                await self._books.payloads.put(self._actor.workspace_id, kept.text, kept.ref.media_type)
        return [kept for kept in texts if kept.ref.size <= SMALL]

    def _unstored(self) -> list[Kept]:
        """The request, until a try has begun with it."""
        return [] if self._begun else [self._request]


def _answer(text: str, parts: tuple[Part, ...]) -> Kept:
    if not parts:
        return _kept(text, "text/markdown")
    return _kept(msgspec.json.encode(Said(text, parts)).decode(), JSON)


def _kept(text: str, media_type: str) -> Kept:
    body = text.encode()
    return Kept(text, PayloadRef(hashlib.sha256(body).hexdigest(), len(body), media_type))


def _forbidden(rejected: Rejected) -> ModelError:
    known = rejected.code == "budget_exceeded"
    return ModelError("budget_exceeded" if known else "model_price_unknown", str(rejected))


def _detail(error: ModelError) -> str:
    return storable(str(error))[:MOST_DETAIL]


def _tokens(usage: Usage) -> run_values.Tokens:
    return run_values.Tokens(
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_input_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
    )
