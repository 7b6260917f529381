"""What can be wished of a run about calls beside its own that count for it."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.budget import Unit
from domain.kernel import Command, Record
from domain.ledger import Reservation


class Ceiling(Record):
    """The most that a call, its step or its run may come to."""

    of: Literal["call", "step", "run"]
    unit: Unit
    most: int


class HoldCharge(Command):
    """Count a call beside its own for the run; `via` is the run within it that makes the call, or leads to it."""

    reservation: Reservation
    ceilings: tuple[Ceiling, ...] = ()
    via: UUID | None = None


class SettleCharge(Command):
    """Tell what such a call came to, or one of its own in doubt; not `final` where a person says so."""

    entry: UUID
    micro_usd: int | None
    tokens: int
    final: bool = True


Charges: TypeAlias = HoldCharge | SettleCharge
