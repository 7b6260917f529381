"""The tries of one call of a step, on the record of its run and in the ledger: each entry is in both or in neither."""

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from application.access import Actor
from application.documents import storable
from application.execute import Executor, Order
from application.kept import Kept
from application.ledger import charges, entries
from application.models.failure import ModelError
from application.models.journal import Answered, DayOver, Hit, Try
from application.models.stream import Usage
from application.orchestration.ahead import Ahead
from application.orchestration.patience import patiently
from application.orchestration.texts import JSON, Texts, kept
from application.policies.step_jobs import StepJob
from domain import run_commands
from domain.kernel import Command, PayloadRef, Rejected
from domain.run_charge_commands import Ceiling
from domain.run_values import Tokens

WORKER_ID = UUID("00000000-0000-4000-8000-000000000002")
"""The actor that the log names where a worker acts for Z2 itself."""

_LIMITS = frozenset({"budget_exceeded", "price_unknown"})


Ensuing: TypeAlias = Callable[[Answered], AbstractAsyncContextManager[Sequence[Order]]]
"""What follows from an answer, for the append that records it, which is made while the block is open."""


class Superseded(Exception):
    """The attempt belongs to somebody else now, or to nobody."""


class RunJournal:
    """What is entered here waits for a log that is away, however long that takes: it may have been paid for."""

    def __init__(
        self,
        executor: Executor,
        texts: Texts,
        job: StepJob,
        *,
        call: int,
        request: Kept,
        ceilings: tuple[Ceiling, ...],
        media_type: str = "text/markdown",
        within: tuple[UUID, ...] = (),
        ahead: Ahead | None = None,
        ensuing: Ensuing | None = None,
        own: tuple[Ceiling, ...] = (),
    ) -> None:
        """What is `ahead` goes with the call, what is `ensuing` with its answer; its `own` ceilings bind it alone."""
        self._executor = executor
        self._texts = texts
        self._job = job
        self._call = call
        self._request = request
        self._ceilings = ceilings
        self._own = own
        self._media_type = media_type
        self._within = within
        self._ahead = ahead or Ahead()
        self._ensuing = ensuing
        self.output: PayloadRef | None = None

    @property
    def stream(self) -> UUID:
        return self._job.run_id

    def entry(self, tried: int) -> UUID:
        return entries.of_run(self._job.run_id, self._job.step, self._job.attempt, self._call, tried)

    async def begin(self, made: Try, reserve: Order) -> None:
        """The call may be made from now on. Raises ModelError, DayOver, and Superseded where the attempt is over."""
        step, attempt = self._job.step, self._job.attempt
        command = run_commands.BeginCall(
            step,
            attempt,
            self._call,
            made.model,
            self._request.ref,
            made.tried,
            made.reservation,
            made.choice,
            (*self._ceilings, *self._own),
        )
        first = self._ahead.orders
        try:
            held = charges.held(self._within, made.reservation, self._ceilings, by=self._job.run_id)
            await self._do(command, *held, reserve, texts=[self._request], first=first)
            self._ahead.done(first)
        except Rejected as rejected:
            if rejected.code == "ledger_closed":
                raise DayOver from rejected
            if rejected.code in _LIMITS:
                raise _forbidden(rejected) from rejected
            raise Superseded(str(rejected)) from rejected

    async def record(self, made: Try, answered: Answered, settle: Order) -> None:
        output, parts = kept(answered.text, self._media_type), _beside(answered)
        finished = answered.finished
        command = run_commands.RecordCall(
            self._job.step,
            self._job.attempt,
            self._call,
            made.model,
            output.ref,
            _tokens(finished.usage),
            answered.cost_micro_usd,
            finished.stop_reason,
            made.tried,
            answered.prices,
            tuple(storable(warning) for warning in answered.warnings),
            answered.first_token_ms,
            answered.duration_ms,
            answered.problem,
            parts.ref if parts else None,
        )
        cost, used = answered.cost_micro_usd, finished.usage.input_tokens + finished.usage.output_tokens
        settled = charges.settled(self._within, made.reservation, cost, used)
        await self._answered(command, answered, (*settled, settle), [output, *([parts] if parts else [])])
        if not answered.problem:
            self.output = output.ref

    async def _answered(
        self, command: Command, answered: Answered, orders: Sequence[Order], texts: Sequence[Kept]
    ) -> None:
        """What was paid for is a fact, whatever becomes of the step and of what was to follow."""
        if self._ensuing is not None and not answered.problem:
            with contextlib.suppress(Superseded):
                async with self._ensuing(answered) as ensuing:
                    await self._unless_over(command, *ensuing, *orders, texts=texts)
                return
        await self._unless_over(command, *orders, texts=texts)

    async def turned_away(self, made: Try, error: ModelError, release: Order) -> None:
        free = charges.settled(self._within, made.reservation, 0, 0)
        await self._end(made, error, "no", *free, release)

    async def in_doubt(self, made: Try, error: ModelError, doubt: Order) -> None:
        await self._end(made, error, "unknown", doubt)

    async def served(self, hit: Hit) -> None:
        output = kept(hit.text, self._media_type)
        step, attempt, finished = self._job.step, self._job.attempt, hit.finished
        command = run_commands.ServeCall(
            step,
            attempt,
            self._call,
            hit.model,
            output.ref,
            finished.stop_reason,
            hit.cost_micro_usd,
            hit.source,
            hit.similarity,
        )
        first = self._ahead.orders
        await self._unless_over(command, texts=[output], first=first)
        self._ahead.done(first)
        self.output = output.ref

    async def _end(self, made: Try, error: ModelError, billed: Literal["no", "unknown"], *orders: Order) -> None:
        step, attempt = self._job.step, self._job.attempt
        command = run_commands.EndCall(step, attempt, self._call, made.tried, error.code, billed, error.status)
        with contextlib.suppress(Superseded):  # whatever ended the attempt has ended its calls
            await self._unless_over(command, *orders)

    async def _unless_over(
        self, command: Command, *orders: Order, texts: Sequence[Kept] = (), first: Sequence[Order] = ()
    ) -> None:
        try:
            await self._do(command, *orders, texts=texts, first=first)
        except Rejected as rejected:
            raise Superseded(str(rejected)) from rejected

    async def _do(
        self, command: Command, *orders: Order, texts: Sequence[Kept] = (), first: Sequence[Order] = ()
    ) -> None:
        """A text is stored with what refers to it; a large one is there before."""
        job, actor = self._job, Actor(WORKER_ID, self._job.workspace_id, "system")
        together = [*first, Order(job.run_id, command, await self._texts.store(job.workspace_id, texts)), *orders]
        executor, why, leading = self._executor, f"step:{job.step}:{job.attempt}", len(first)
        await patiently(
            lambda: executor.execute_together(
                together, actor, correlation_id=job.run_id, causation=why, leading=leading
            )
        )


def _forbidden(rejected: Rejected) -> ModelError:
    known = rejected.code == "budget_exceeded"
    return ModelError("budget_exceeded" if known else "model_price_unknown", str(rejected))


def _beside(answered: Answered) -> Kept | None:
    """What an answer has beside its words, as it is stored."""
    return kept(msgspec.json.encode(answered.parts).decode(), JSON) if answered.parts else None


def _tokens(usage: Usage) -> Tokens:
    return Tokens(
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_input_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
    )
