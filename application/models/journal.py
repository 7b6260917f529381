"""Journal: where a call of a model is put on the record, before it is made and after it."""

from typing import Protocol
from uuid import UUID

from application.execute import Order
from application.models.failure import ModelError
from application.models.request import Part
from application.models.stream import Finished
from domain.kernel import Instant, PayloadRef, Record
from domain.ledger import Reservation
from domain.prices import Prices


class Try(Record):
    """One model that is asked for a call; `choice` explains why it is this one, where there was a choice."""

    tried: int
    model: str
    reservation: Reservation
    choice: PayloadRef | None = None


class Answered(Record):
    """What a model answered, and what it came to. `text` is all of its words; `parts` hold tool calls and reasoning.

    With a `problem`, the code of an error, it was paid for and is of no use: another try may follow.
    """

    text: str
    parts: tuple[Part, ...]
    finished: Finished
    prices: Prices | None
    cost_micro_usd: int | None
    warnings: tuple[str, ...]
    first_token_ms: int | None
    duration_ms: int
    problem: str = ""


class Hit(Record):
    """An answer from the cache: `model` gave it at the moment `at` to the stream `source`, and it cost so much then.

    With a `similarity`, it answers another question that is so much like the one that is asked.
    """

    model: str
    text: str
    parts: tuple[Part, ...]
    finished: Finished
    cost_micro_usd: int | None
    at: Instant
    source: UUID | None = None
    similarity: float | None = None


class DayOver(Exception):
    """The ledger of the day is closed; reserve anew."""


class Journal(Protocol):
    """Each entry is one append, together with what the ledger has to do with it; none is made twice.

    To end a try that has ended already, or was never begun, is to do nothing.
    """

    @property
    def stream(self) -> UUID:
        """The stream of the log that it is about."""
        ...

    def entry(self, tried: int) -> UUID:
        """The ledger's entry of a try, as anybody can tell it from the record."""
        ...

    async def begin(self, made: Try, reserve: Order) -> None:
        """The call may be made from now on. Raises ModelError where a limit forbids it, and DayOver."""
        ...

    async def record(self, made: Try, answered: Answered, settle: Order) -> None:
        """A model has answered; unless there is a problem with it, the call is answered."""
        ...

    async def turned_away(self, made: Try, error: ModelError, release: Order) -> None:
        """Nothing was billed."""
        ...

    async def in_doubt(self, made: Try, error: ModelError, doubt: Order) -> None:
        """It may have been billed."""
        ...

    async def served(self, hit: Hit) -> None:
        """The answer came from the cache."""
        ...
