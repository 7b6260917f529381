"""What a call through the gateway has spent on its tries, reservations included."""

from collections.abc import Iterable

from domain import budget
from domain.ledger import Reservation
from domain.ledger_state import Used
from domain.run_charge_commands import Ceiling
from domain.run_values import Tokens


def check(ceilings: Iterable[Ceiling], wish: Reservation, held: Iterable[Reservation], spent: Used) -> None:
    """Raise Rejected where another try would go beyond what one call may come to, or may do so unseen."""
    under_way = tuple(held)
    for ceiling in ceilings:
        if ceiling.of == "call":
            unit = ceiling.unit
            used = spent.of(unit) + sum(each.of(unit) or 0 for each in under_way)
            budget.check(wish.of(unit), used, ceiling.most, unit, name="the limit of the call")


def after(spent: Used, held: Reservation | None, cost_micro_usd: int | None, tokens: Tokens) -> Used:
    """What is spent once a try has been recorded; a cost that stayed unknown counts at its worst."""
    worst = held.micro_usd if held is not None else None
    cost = (worst or 0) if cost_micro_usd is None else cost_micro_usd
    return Used(spent.micro_usd + cost, spent.tokens + tokens.input + tokens.output)
