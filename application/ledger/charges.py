"""Charges: what a call comes to for the runs on whose behalf it is made, in the append that begins it or ends it."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from application.execute import Order
from domain.ledger import Reservation
from domain.run_charge_commands import Ceiling, HoldCharge, SettleCharge


def held(
    runs: Sequence[UUID], reservation: Reservation, ceilings: tuple[Ceiling, ...], *, by: UUID | None = None
) -> list[Order]:
    """The call may be made, as far as the runs go; the append raises Rejected where the ceiling of one forbids it.

    `runs` are within one another, the innermost first; `by` is the run within that one that makes the call, if any.
    """
    vias = (by, *runs)
    return [Order(run_id, HoldCharge(reservation, ceilings, via)) for run_id, via in zip(runs, vias, strict=False)]


def settled(runs: Iterable[UUID], reservation: Reservation, micro_usd: int | None, tokens: int) -> list[Order]:
    """What it came to; None is unknown, and goes on counting at its worst."""
    return [Order(run_id, SettleCharge(reservation.entry, micro_usd, tokens)) for run_id in runs]
