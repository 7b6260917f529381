"""A try: one model is asked for a call. It is on the record before it is made, and ends there exactly once."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from application.errors import Unavailable
from application.execute import Order
from application.ledger.payer import Payer
from application.models.card import ModelCard
from application.models.checking import check
from application.models.engine_ports import Means
from application.models.failure import Code, ModelError, billed
from application.models.gathering import Gathering, speaks
from application.models.health import Outcome
from application.models.journal import DayOver, Journal, Try
from application.models.port import Provider, provider_of
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished, Usage
from application.orchestration.patience import to_the_end
from domain.kernel import PayloadRef, Record
from domain.route import Check

BEGIN_SECONDS = 1.0
RECORD_SECONDS = 3.0
"""So long one who is stopped may take to know whether a try has begun, and to put on the record how one ended."""

SHUT_SECONDS = 30.0
"""After so long a model that has failed too often is worth another look."""

UNFIT: frozenset[Code | None] = frozenset({"model_format_missed", "model_answer_unfit"})
"""Whole answers that did not pass a check: the model works, and did this task badly."""


class Wish(Record):
    """What one model is to be asked, and the most that it can come to; `last` where nobody is left to ask instead."""

    payer: Payer
    request: ModelRequest
    card: ModelCard | None
    worst_micro_usd: int | None
    worst_tokens: int
    warnings: tuple[str, ...] = ()
    choice: PayloadRef | None = None
    check: Check | None = None
    last: bool = True

    @property
    def model(self) -> str:
        return self.request.model


class Trying:
    """One try."""

    def __init__(
        self, means: Means, journal: Journal, wish: Wish, tried: int, claims: Callable[[int], bool] = lambda _: True
    ) -> None:
        """`claims` says whether this try may answer: of several at once the first that has something to say may."""
        self._means = means
        self._journal = journal
        self._wish = wish
        self.tried = tried
        self.model = wish.model
        self._heard = Gathering(wish.request, means.timing.now, wish.warnings)
        self._sent = False
        self._claims = claims

    async def stream(self) -> AsyncGenerator[Delta, None]:
        """What the model says, and then one Finished, which is on the record by then.

        Raises ModelError, Unavailable where nothing was begun, and what the journal raises.
        """
        provider = await self._provider()  # what cannot be asked is said before anything is begun
        await self._admitted()
        made = await self._begin()
        self._heard = Gathering(self._wish.request, self._means.timing.now, self._wish.warnings)
        try:
            async with aclosing(self._listening(await self._newer(provider))) as deltas:
                async for delta in deltas:
                    yield delta
            finished = self._whole()
        except ModelError as error:
            await self._failed(made, error)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            await self._left(made, "nobody waited for the answer to its end")
            raise
        except Exception as error:
            await self._left(made, f"Z2 failed while it listened ({type(error).__name__})", "internal")
            raise
        await self._record(made, finished)
        yield finished

    async def _listening(self, provider: Provider) -> AsyncGenerator[Delta, None]:
        self._sent = True
        async with aclosing(provider.stream(self._wish.request, self._wish.card)) as deltas:
            async for raw in deltas:
                delta = self._heard.take(raw)
                if isinstance(delta, Finished):
                    return
                if speaks(delta):
                    self._claim(None)
                yield delta

    def _whole(self) -> Finished:
        """How the answer ended. Raises ModelError where it is none, or none that was wanted."""
        finished = self._heard.whole()
        check(self._wish.request, self._wish.check, self._heard.text, finished, self._means.formed)
        self._claim(finished.usage)
        return finished

    def _claim(self, usage: Usage | None) -> None:
        if not self._claims(self.tried):
            raise ModelError("model_call_abandoned", "another model was the first to answer", usage=usage)

    async def _begin(self) -> Try:
        while True:
            made, order = await self._reserved()
            try:
                await to_the_end(self._journal.begin(made, order), BEGIN_SECONDS)
            except DayOver:
                continue
            except asyncio.CancelledError:
                await self._left(made, "it was given up before it was made")
                raise
            return made

    async def _reserved(self) -> tuple[Try, Order]:
        wish, treasury = self._wish, self._means.treasury
        entry = self._journal.entry(self.tried)
        reservation, order = await self._means.waiting(
            lambda: treasury.reserve(wish.payer, wish.model, entry, wish.worst_micro_usd, wish.worst_tokens)
        )
        return Try(self.tried, wish.model, reservation, wish.choice), order

    async def _provider(self) -> Provider:
        means, workspace_id = self._means, self._wish.payer.workspace_id
        return await means.waiting(lambda: provider_of(means.providers, workspace_id, self.model))

    async def _admitted(self) -> None:
        """Raise ModelError where the model has failed too often lately, and another can be asked."""
        if self._wish.last or await self._means.health.admitted(self._wish.payer.workspace_id, self.model):
            return
        detail = f"{self.model} has failed too often lately; it is tried again in a little while"
        raise ModelError("model_unavailable", detail, retryable=True, retry_after=SHUT_SECONDS)

    async def _newer(self, provider: Provider) -> Provider:
        """Who serves the model now: a key may have been replaced while the beginning was put on the record."""
        try:
            return await provider_of(self._means.providers, self._wish.payer.workspace_id, self.model)
        except Unavailable:
            return provider

    async def _record(self, made: Try, finished: Finished, error: ModelError | None = None) -> None:
        """A whole answer, or one that was paid for although it is of no use."""
        problem = error.code if error is not None else None
        prices = self._wish.card.prices if self._wish.card is not None else None
        answered, used = self._heard.answered(finished, prices, problem or ""), finished.usage
        tokens = used.input_tokens + used.output_tokens
        settle = self._means.treasury.settle(made.reservation, answered.cost_micro_usd, tokens)
        await to_the_end(self._journal.record(made, answered, settle), RECORD_SECONDS)
        await self._note(problem, finished)

    async def _failed(self, made: Try, error: ModelError) -> None:
        if error.usage is not None:
            # it was counted, so it is paid, and what came of it is kept; how it ended is told by the problem
            await self._record(made, self._heard.ended(error.usage), error)
        elif billed(error, spoke=self._heard.first_token_ms is not None) == "no":
            await self._turned_away(made, error)
            await self._note(error.code)
        else:
            await self._in_doubt(made, error)
            await self._note(error.code)

    async def _left(self, made: Try, why: str, told: str = "cancelled") -> None:
        gone = ModelError("model_call_abandoned", why)
        await (self._in_doubt(made, gone) if self._sent else self._turned_away(made, gone))
        await self._note(gone.code, told=told)

    async def _turned_away(self, made: Try, error: ModelError) -> None:
        release = self._means.treasury.release(made.reservation)
        await to_the_end(self._journal.turned_away(made, error, release), RECORD_SECONDS)

    async def _in_doubt(self, made: Try, error: ModelError) -> None:
        doubt = self._means.treasury.doubt(made.reservation)
        await to_the_end(self._journal.in_doubt(made, error, doubt), RECORD_SECONDS)

    async def _note(self, code: Code | None, finished: Finished | None = None, told: str = "") -> None:
        """Tell those who measure how it ended; without a code it is well."""
        wish, heard = self._wish, self._heard
        seconds, first = heard.duration_ms / 1_000, heard.first_token_ms
        begun = first / 1_000 if first is not None else None
        usage = finished.usage if finished is not None else None
        checked = code in UNFIT or (code is None and (wish.request.format is not None or wish.check is not None))
        outcome = Outcome(
            None if code in UNFIT else code,
            begun,
            seconds - begun if begun is not None and usage is not None else None,
            usage.output_tokens if usage is not None else 0,
            wish.request.task,
            code is None if checked else None,
        )
        provider, _, _ = self.model.partition("/")
        self._means.meter(provider, told or code or "completed", seconds, usage)
        await self._means.health.noted(wish.payer.workspace_id, self.model, outcome)
