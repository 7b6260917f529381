"""What calls beside its own come to for a run: those made with its token, and those of runs within it."""

from collections.abc import Iterable
from uuid import UUID

from domain import run_charge_events as fact
from domain.kernel import replace
from domain.ledger_state import Used
from domain.run_charge_commands import Charges, HoldCharge, SettleCharge
from domain.run_events import Events
from domain.run_spending import check_allowances, check_charge, spent
from domain.run_state import Call, Charge, Run, Step

NO_STEP = ""
"""Stands for the step of a charge that comes while none is under way."""


def decide(command: Charges, run: Run) -> list[Events]:
    match command:
        case HoldCharge():
            return _hold(command, run)
        case SettleCharge(entry, micro_usd, tokens, final):
            counted = _counting(entry, run)
            if counted is None or (not final and counted == Used(micro_usd or 0, tokens)):
                return []
            return [fact.ChargeSettled(entry, micro_usd, tokens, final, _own(entry, run))]


def _hold(command: HoldCharge, run: Run) -> list[Events]:
    """The step that started the run within pays for it, with all that it is inside of; else all that are under way."""
    reservation = command.reservation
    if reservation.entry in run.charges:
        return []
    starter = next((name for name, step in run.steps.items() if step.started(command.via)), "")
    under_way = tuple(name for name, step in run.steps.items() if step.status == "running")
    steps = (starter,) if starter else under_way or (NO_STEP,)
    for ceiling in command.ceilings:
        check_charge(ceiling, reservation, steps, run)
    check_allowances(reservation, run, starter)
    return [fact.ChargeHeld(reservation, steps)]


def counted(run: Run, event: fact.Events) -> Run:
    """The run with one charge more, or with what one came to."""
    return _held(run, event) if isinstance(event, fact.ChargeHeld) else _settled(run, event)


def _held(run: Run, event: fact.ChargeHeld) -> Run:
    """At its worst."""
    used = Used(event.reservation.micro_usd or 0, event.reservation.tokens)
    return replace(
        run,
        charges={**run.charges, event.reservation.entry: Charge(used, event.steps)},
        charged=_counted(run, event.steps, used.micro_usd, used.tokens),
    )


def _settled(run: Run, event: fact.ChargeSettled) -> Run:
    """The run with what a charge, or a call of its own in doubt, came to."""
    charge = run.charges.get(event.entry)
    if charge is None:
        return replace(run, steps={name: _judged(step, event) for name, step in run.steps.items()})
    before = charge.used
    used = Used(before.micro_usd if event.micro_usd is None else event.micro_usd, event.tokens)
    charges = {entry: each for entry, each in run.charges.items() if entry != event.entry}
    if not event.final:
        charges[event.entry] = replace(charge, used=used)
    more = used.micro_usd - before.micro_usd, used.tokens - before.tokens
    return replace(run, charges=charges, charged=_counted(run, charge.steps, *more))


def _counted(run: Run, steps: Iterable[str], micro_usd: int, tokens: int) -> dict[str | None, Used]:
    charged = dict(run.charged)
    for name in (None, *steps):
        before = charged.get(name, Used())
        charged[name] = Used(before.micro_usd + micro_usd, before.tokens + tokens)
    return charged


def _counting(entry: UUID, run: Run) -> Used | None:
    """What a charge, or a call of the run in doubt, counts with; None where there is none."""
    if entry in run.charges:
        return run.charges[entry].used
    made = next((made for step in run.steps.values() for made in step.calls if _doubted(made, entry)), None)
    return None if made is None else Used(spent(made, "micro_usd"), spent(made, "tokens"))


def _own(entry: UUID, run: Run) -> str:
    """The step whose call in doubt this is; "" where it is a charge."""
    if entry in run.charges:
        return ""
    return next((name for name, step in run.steps.items() if any(_doubted(made, entry) for made in step.calls)), "")


def _doubted(made: Call, entry: UUID) -> bool:
    return made.status == "in_doubt" and made.reservation is not None and made.reservation.entry == entry


def _judged(step: Step, event: fact.ChargeSettled) -> Step:
    if not any(_doubted(made, event.entry) for made in step.calls):
        return step
    judged = Used(event.micro_usd or 0, event.tokens)
    calls = tuple(replace(made, judged=judged) if _doubted(made, event.entry) else made for made in step.calls)
    return replace(step, calls=calls)
