"""What the engine needs of others to make a call: whom to ask, what it may cost, and how time passes."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar
from uuid import UUID

from application.execute import Order
from application.ledger.payer import Payer
from application.models.card import ModelCard
from application.models.checking import FormatCheck
from application.models.health import Outcome
from application.models.metering import Meter, unmeasured
from application.models.port import ProvidersOf
from application.models.request import ModelRequest
from application.models.reusing import Reusing
from application.models.tokens import TokenCounter
from domain.kernel import PayloadRef, Record
from domain.ledger import Reservation
from domain.route import Check, Policy

Result = TypeVar("Result")


class Models(Protocol):
    """What is known of models, in a workspace."""

    async def card(self, workspace_id: UUID, model: str) -> ModelCard | None:
        """None where nothing is known of it, which does not mean that it cannot work. Raises Unavailable."""
        ...


class Treasury(Protocol):
    """Makes the orders to the ledger that go together with a call's own entries."""

    async def reserve(
        self, payer: Payer, model: str, entry: UUID, worst_micro_usd: int | None, worst_tokens: int
    ) -> tuple[Reservation, Order]:
        """What a call may come to, and the order that holds it. Raises Unavailable."""
        ...

    def settle(self, reservation: Reservation, micro_usd: int | None, tokens: int) -> Order: ...

    def release(self, reservation: Reservation) -> Order: ...

    def doubt(self, reservation: Reservation) -> Order: ...


class Chosen(Record):
    """Whom to ask, in this order, and where it is explained why. `check` is what an answer has to pass, if anything."""

    models: tuple[str, ...]
    choice: PayloadRef | None = None
    check: Check | None = None


class Chooser(Protocol):
    async def choose(self, payer: Payer, request: ModelRequest) -> Chosen:
        """Whom to ask instead of the route that the request names. Raises ModelError and Unavailable."""
        ...

    async def policy(self, workspace_id: UUID, model: str) -> Policy | None:
        """The policy of the route that `route/<name>` asks for; None where there is none. Raises Unavailable."""
        ...


class Health(Protocol):
    """How models do. None of it raises."""

    async def admitted(self, workspace_id: UUID, model: str) -> bool:
        """Whether the model may be asked now; after an outage one asks first."""
        ...

    async def noted(self, workspace_id: UUID, model: str, outcome: Outcome) -> None:
        """A try has ended so."""
        ...


class Waiting(Protocol):
    """What to do where a part that is needed is away: wait for it, or say so."""

    async def __call__(self, work: Callable[[], Awaitable[Result]]) -> Result: ...


async def at_once(work: Callable[[], Awaitable[Result]]) -> Result:
    """Do the work once, whatever comes of it."""
    return await work()


class Persistence(Record):
    """How long a model is waited for that is to be asked again, in seconds.

    A pause is drawn anew each time between nothing and its most ("full jitter", AWS Architecture Blog, 2015). Whoever
    wishes for a longer one than `longest_wish` is not asked again by the same call.
    """

    first_pause: float = 0.5
    longest_pause: float = 8.0
    longest_wish: float = 10.0


class Timing(Record):
    """Time and chance."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


class Means(Record):
    """What the engine works with."""

    providers: ProvidersOf
    models: Models
    counter: TokenCounter
    treasury: Treasury
    chooser: Chooser
    health: Health
    formed: FormatCheck
    reusing: Reusing
    meter: Meter = unmeasured
    waiting: Waiting = at_once
    persistence: Persistence = Persistence()
    timing: Timing = Timing()
