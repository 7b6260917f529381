"""The gateway answers one call with the engine: on a record of its own, whatever becomes of it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from application.access import Actor
from application.errors import Z2Error
from application.gateway.asking_again import REFUSALS, Earlier, announced
from application.gateway.call_journal import Books, CallJournal
from application.gateway.naming import resolved
from application.ledger.payer import Payer, behind_actor
from application.ledger.treasury import Treasury
from application.models.engine import Asked, Engine
from application.models.failure import ModelError
from application.models.port import ProvidersOf
from application.models.registry import Models
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished
from application.orchestration.patience import patiently, to_the_end
from application.ports import IdempotencyKey
from application.tasks import ended
from domain import call
from domain.kernel import Record, replace

Announce: TypeAlias = Callable[[], Coroutine[Any, Any, Earlier | None]]
"""Puts a call that has a key on the record, or finds the answer of an earlier one."""

RECORD_SECONDS = 3.0
"""So long the end of a call that nobody waits for may take to be put on the record at once."""


class Means(Record):
    """What the gateway works with. `default_model` tells the provider of models that are named alone."""

    engine: Engine
    treasury: Treasury
    providers: ProvidersOf
    models: Models
    books: Books
    default_model: str


class Wanted(Record):
    """What a client asks for; an answer may be as old as `cache_seconds`, 0 for a new one.

    With a `cache_similarity` it may be that of another question that is so much alike. Under a `key` it is asked for
    once. Where the client does not take `superseded` answers, nobody else is asked once a model has begun to speak.
    """

    door: call.Door
    request: ModelRequest
    cache_seconds: int = 0
    cache_similarity: float | None = None
    key: IdempotencyKey | None = None
    superseded: bool = True


class Gateway:
    """One for each process."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._later: set[asyncio.Task[None]] = set()

    async def called(self, actor: Actor, wanted: Wanted) -> "Calling":
        """The call, about to be made. Raises Unavailable."""
        means, workspace_id = self._means, actor.workspace_id
        cards = await means.models.all(workspace_id)
        providers = (await means.providers.of(workspace_id)).all()
        model = resolved(wanted.request.model, means.default_model, cards, providers)
        request = replace(wanted.request, model=model)
        ceilings = await means.treasury.ceilings(workspace_id)
        others = await behind_actor(means.books.executor, actor)
        journal = CallJournal(
            means.books, actor, uuid4(), door=wanted.door, request=request, ceilings=ceilings, runs=others.runs
        )
        payer = Payer(workspace_id, actor.user_id, actor.agent_id, actor.key_id, actor.run_id, others)
        seconds, similarity = wanted.cache_seconds, wanted.cache_similarity
        asked = Asked(payer, request, cache_seconds=seconds, cache_similarity=similarity, superseded=wanted.superseded)

        again = None if wanted.key is None else partial(announced, means.books, actor, journal, wanted.key)
        return Calling(self, means.engine, asked, journal, again)

    def after(self, journal: CallJournal, error: ModelError) -> None:
        """Put the end of a call on the record once the log is back."""
        task = asyncio.create_task(patiently(lambda: journal.failed(error)))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def close(self) -> None:
        """What is not on the record by now, others will put there."""
        await ended(*self._later)


class Calling:
    """One call under way."""

    def __init__(
        self,
        gateway: Gateway,
        engine: Engine,
        asked: Asked,
        journal: CallJournal,
        announce: Announce | None,
    ) -> None:
        self._gateway = gateway
        self._engine = engine
        self._asked = asked
        self._journal = journal
        self._announce = announce
        self.earlier: Earlier | None = None

    @property
    def id(self) -> UUID:
        """That of the call which the answer is of: once it has begun, it may be an earlier one."""
        return self._journal.call_id if self.earlier is None else self.earlier.call_id

    @property
    def model(self) -> str:
        """The one that is asked, or has answered; empty until one is."""
        return self._journal.model if self.earlier is None else self.earlier.model

    @property
    def cost_micro_usd(self) -> int | None:
        """What the answer came to; None until it is whole, and where nobody knows."""
        return self._journal.cost_micro_usd if self.earlier is None else self.earlier.cost_micro_usd

    async def stream(self) -> AsyncGenerator[Delta, None]:
        """The answer, which is on the record before its end is told. Use it within `contextlib.aclosing`.

        Raises ModelError, Unavailable, and REFUSALS where the key forbids to ask. Closing it closes what is asked of a
        model, which is then in doubt.
        """
        whole = False
        try:
            answer = self._asked_anew() if self._announce is None else self._under_key(self._announce)
            async with aclosing(answer) as deltas:
                async for delta in deltas:
                    whole = isinstance(delta, Finished)
                    yield delta
        except REFUSALS:
            raise
        except ModelError as error:
            await self._failed(error)
            error.retryable = error.retryable and not self._journal.bars_repetition
            raise
        except (asyncio.CancelledError, GeneratorExit):
            if not whole:
                await self._failed(ModelError("model_call_abandoned", "nobody waited for the answer to its end"))
            raise
        except Z2Error as error:
            await self._failed(ModelError("model_call_abandoned", str(error)))
            raise
        except Exception as error:
            await self._failed(ModelError("model_call_abandoned", f"Z2 failed ({type(error).__name__})"))
            raise

    def _asked_anew(self) -> AsyncGenerator[Delta, None]:
        return self._engine.stream(self._asked, self._journal)

    async def _under_key(self, announce: Announce) -> AsyncGenerator[Delta, None]:
        self.earlier = await to_the_end(announce(), RECORD_SECONDS)
        if self.earlier is not None:
            for delta in self.earlier.told():
                yield delta
            return
        async with aclosing(self._asked_anew()) as deltas:
            async for delta in deltas:
                yield delta

    async def _failed(self, error: ModelError) -> None:
        if self.earlier is not None:
            return
        try:
            await to_the_end(self._journal.failed(error), RECORD_SECONDS)
        except Z2Error:
            self._gateway.after(self._journal, error)
        except asyncio.CancelledError:
            # it may be on the record or not; to put it there twice is harmless
            self._gateway.after(self._journal, error)
            raise
