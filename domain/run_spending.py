"""What a run has spent on models, and what its steps and calls have, reservations included."""

from collections.abc import Iterable

from domain import budget
from domain.budget import Unit
from domain.ledger import Reservation
from domain.ledger_state import Used
from domain.run_commands import BeginCall, Ceiling
from domain.run_state import Call, Run, Step


def check(ceiling: Ceiling, wish: BeginCall, step: Step, run: Run) -> None:
    """Raise Rejected where a call would go beyond the ceiling, or may do so unseen."""
    wanted = None
    if wish.reservation is not None:
        wanted = wish.reservation.of(ceiling.unit)
    used = sum(spent(made, ceiling.unit) for made in _counted(ceiling, wish, step, run))
    if ceiling.of != "call":
        used += _charged(run, wish.step if ceiling.of == "step" else None, ceiling.unit)
    budget.check(wanted, used, ceiling.most, ceiling.unit, name=f"the limit of the {ceiling.of}")


def check_charge(ceiling: Ceiling, reservation: Reservation, steps: Iterable[str], run: Run) -> None:
    """The same for a call beside those of the run, which counts for these of its steps."""
    wanted, unit = reservation.of(ceiling.unit), ceiling.unit
    if ceiling.of == "run":
        used = _charged(run, None, unit) + sum(spent(made, unit) for made in _calls(run))
        budget.check(wanted, used, ceiling.most, unit, name="the limit of the run")
    elif ceiling.of == "step":
        for name in steps:
            own = run.steps[name].calls if name in run.steps else ()
            used = _charged(run, name, unit) + sum(spent(made, unit) for made in own)
            budget.check(wanted, used, ceiling.most, unit, name="the limit of the step")


def _charged(run: Run, step: str | None, unit: Unit) -> int:
    return run.charged.get(step, Used()).of(unit)


def _calls(run: Run) -> Iterable[Call]:
    return (made for each in run.steps.values() for made in each.calls)


def spent(made: Call, unit: Unit) -> int:
    """What a call came to; one that is under way or in doubt, or whose cost is unknown, counts at its worst."""
    if made.status == "recorded" and made.tokens is not None:
        if unit == "tokens":
            return made.tokens.input + made.tokens.output
        if made.cost_micro_usd is not None:
            return made.cost_micro_usd
    elif made.status not in ("begun", "in_doubt"):
        return 0
    elif made.judged is not None:
        return made.judged.of(unit)
    return (made.reservation.of(unit) or 0) if made.reservation is not None else 0


def _counted(ceiling: Ceiling, wish: BeginCall, step: Step, run: Run) -> Iterable[Call]:
    match ceiling.of:
        case "call":
            return (made for made in step.calls if made.call == wish.call)
        case "step":
            return step.calls
        case "run":
            return _calls(run)
