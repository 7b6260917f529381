"""How the limits of a workspace stand: what each allows, what is used and reserved under it, and what it leaves."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from application.ledger.treasury import budgets_of, ledger_of
from application.states import States
from domain.budget import Budgeted, Budgets, Kind, Unit, Window
from domain.kernel import Record
from domain.ledger_state import Held, Ledger

WHOLES: frozenset[Kind] = frozenset({"run", "step", "call"})


class Standing(Record):
    """A limit, in micro-dollars or tokens. What is `reserved` or `in_doubt` counts as used, and is told apart here.

    Where the limit is one for each of its kind, `busiest` is whoever has used most of theirs, and the figures are
    those of the busiest. Limits of runs, steps and calls have none: each run has its own.
    """

    kind: Kind
    subject: str
    window: Window
    unit: Unit
    most: int
    spent: int | None = None
    reserved: int | None = None
    in_doubt: int | None = None
    left: int | None = None
    busiest: str | None = None


class Use(Record):
    """What somebody used in a window: all of it, and the parts that are only held."""

    used: int = 0
    reserved: int = 0
    in_doubt: int = 0


async def standings(states: States, workspace_id: UUID, today: date) -> list[Standing]:
    """All limits as the log has them now, in the order of their kinds and subjects. Raises Unavailable."""
    days = [ledger_of(workspace_id, today.replace(day=number)) for number in range(1, today.day + 1)]
    known = await states.refresh_all(budgets_of(workspace_id), *days)
    allowed = known[budgets_of(workspace_id)]
    budgets: Budgets = allowed.state if allowed.version else Budgets()
    month: list[Ledger] = [known[day].state if known[day].version else Ledger() for day in days]
    return [_standing(each, most, budgets, month) for each, most in sorted(budgets.limits.items(), key=_order)]


def _order(limit: tuple[Budgeted, int]) -> tuple[str, ...]:
    each, _ = limit
    return each.kind, each.subject, each.window, each.unit


def _standing(limited: Budgeted, most: int, budgets: Budgets, month: list[Ledger]) -> Standing:
    about = Standing(limited.kind, limited.subject, limited.window, limited.unit, most)
    if limited.kind in WHOLES:
        return about
    ledgers = month[-1:] if limited.window == "day" else month
    names = [_name(limited.kind, limited.subject)]
    if limited.kind != "workspace" and not limited.subject:
        names = sorted(_others(limited, budgets, ledgers))
    uses = {name: sum(each.by(name).of(limited.unit) for each in ledgers) for name in names}
    busiest = max(uses, key=lambda name: uses[name], default="")
    use = _use(busiest, limited.unit, ledgers)
    return Standing(
        limited.kind,
        limited.subject,
        limited.window,
        limited.unit,
        most,
        spent=use.used - use.reserved - use.in_doubt,
        reserved=use.reserved,
        in_doubt=use.in_doubt,
        left=max(0, most - use.used),
        busiest=busiest.partition(":")[2] or None if not limited.subject else None,
    )


def _name(kind: Kind, subject: str) -> str:
    return f"{kind}:{subject}" if subject else kind


def _others(limited: Budgeted, budgets: Budgets, ledgers: Iterable[Ledger]) -> set[str]:
    """All of the kind who have used anything and have no limit of their own."""
    own = {
        _name(each.kind, each.subject)
        for each in budgets.limits
        if (each.window, each.unit) == (limited.window, limited.unit)
    }
    used = {name for each in ledgers for name in each.used}
    return {name for name in used - own if name.startswith(f"{limited.kind}:")}


def _use(name: str, unit: Unit, ledgers: Iterable[Ledger]) -> Use:
    used = reserved = in_doubt = 0
    for each in ledgers:
        used += each.by(name).of(unit)
        reserved += _held(name, unit, each.held.values())
        in_doubt += _held(name, unit, each.doubts.values())
    return Use(used, reserved, in_doubt)


def _held(name: str, unit: Unit, held: Iterable[Held]) -> int:
    return sum(each.of(unit) for each in held if name in each.subjects)
