"""What a run has spent on models, and what its steps and calls have, reservations included."""

from collections.abc import Iterable

from domain import budget
from domain.budget import Unit
from domain.ledger import Reservation
from domain.ledger_state import Used
from domain.nodes import Allowance, SubWorkflow
from domain.run_charge_commands import Ceiling
from domain.run_commands import BeginCall
from domain.run_state import Call, Run, Step
from domain.run_values import ForRun


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
        budget.check(wanted, spent_in(run, unit), ceiling.most, unit, name="the limit of the run")
    elif ceiling.of == "step":
        for name in steps:
            own = run.steps[name].calls if name in run.steps else ()
            used = _charged(run, name, unit) + sum(spent(made, unit) for made in own)
            budget.check(wanted, used, ceiling.most, unit, name="the limit of the step")


def _charged(run: Run, step: str | None, unit: Unit) -> int:
    return run.charged.get(step, Used()).of(unit)


def spent_in(run: Run, unit: Unit) -> int:
    """All calls of the run, and those beside them: made with its token, or by runs that it started."""
    return _charged(run, None, unit) + sum(spent(made, unit) for made in _calls(run))


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


def check_allowances(reservation: Reservation | None, run: Run, name: str = "") -> None:
    """Raise Rejected where a call would go beyond what the workflow allows the run, or a node and all inside it."""
    for whose, most, unit, used in _allowances(run, name):
        wanted = None if reservation is None else reservation.of(unit)
        budget.check(wanted, used, most, unit, name=whose)


def _allowances(run: Run, name: str) -> Iterable[tuple[str, int, Unit, int]]:
    """Whose allowance it is, the most, in which unit, and what of it is used."""
    for unit, most in _limits(run.budget):
        yield "the budget of the run", most, unit, spent_in(run, unit)
    while name:
        step = run.steps[name]
        for unit, most in _limits(step.node.budget):
            inside = (at for at in run.steps if at == name or at.startswith(f"{name}."))
            used = sum(spent_by(run, each, unit) for each in inside)
            yield f"the budget of the node {step.node.id}", most, unit, used
        name = run.scopes[step.scope].owner


def _limits(allowance: Allowance | None) -> Iterable[tuple[Unit, int]]:
    if allowance is not None and allowance.micro_usd is not None:
        yield "micro_usd", allowance.micro_usd
    if allowance is not None and allowance.tokens is not None:
        yield "tokens", allowance.tokens


def spent_by(run: Run, name: str, unit: Unit) -> int:
    """What a step came to, with the runs that it started, whose calls are charged to it as they begin."""
    step = run.steps[name]
    own = sum(spent(made, unit) for made in step.calls)
    if not isinstance(step.node, SubWorkflow) and not _has_others(step):
        return own
    told = step.child_micro_usd if unit == "micro_usd" else step.child_tokens
    return own + max(told, _charged(run, name, unit))  # runs of an earlier Z2 were told of, and not charged to a step


def _has_others(step: Step) -> bool:
    """Whether an agent has had others do something, in runs of their own."""
    return isinstance(step.waits, ForRun) or bool(step.abandoned or step.child_micro_usd or step.child_tokens)


def left(run: Run, name: str, own: Allowance | None = None) -> Allowance | None:
    """The most that a step may still spend, by the narrowest of the allowances that it is within; None for any.

    One of them is its `own`, which its calls count for, and what is charged to it.
    """
    narrowest: dict[Unit, int] = {}
    calls = run.steps[name].calls
    mine = [
        ("", most, unit, _charged(run, name, unit) + sum(spent(made, unit) for made in calls))
        for unit, most in _limits(own)
    ]
    for _, most, unit, used in (*_allowances(run, name), *mine):
        rest = max(0, most - used)
        narrowest[unit] = min(rest, narrowest.get(unit, rest))
    return Allowance(narrowest.get("micro_usd"), narrowest.get("tokens")) if narrowest else None
