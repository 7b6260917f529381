"""The facts of a run about calls beside its own that count for it."""

from typing import TypeAlias
from uuid import UUID

from domain.kernel import Event
from domain.ledger import Reservation


class ChargeHeld(Event, tag="run.charge_held.v1"):
    """A call beside its own counts for the run at its worst: one made with its token, or of a run within it.

    It counts for each of the `steps`, which are those under way; "" stands for none.
    """

    reservation: Reservation
    steps: tuple[str, ...]


class ChargeSettled(Event, tag="run.charge_settled.v1"):
    """What such a call came to, or one of its own in doubt; a cost of None is unknown, and its worst goes on counting.

    It is not `final` where a person said so: an answer that comes later knows better. `step` is whose call in doubt it
    was, if it was its own.
    """

    entry: UUID
    micro_usd: int | None
    tokens: int
    final: bool = True
    step: str = ""


Events: TypeAlias = ChargeHeld | ChargeSettled
