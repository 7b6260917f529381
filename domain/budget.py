"""Budget: what a workspace allows its members, agents and runs to use of models."""

import re
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, Text

Kind: TypeAlias = Literal["workspace", "user", "agent", "key", "model", "run", "step", "call"]
Window: TypeAlias = Literal["day", "month", "whole"]
"""Days and months are those of UTC; runs, steps and calls have a limit as a whole."""

Unit: TypeAlias = Literal["micro_usd", "tokens"]
Subject: TypeAlias = Annotated[Text, Meta(max_length=200)]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

SUBJECTS: dict[Kind, tuple[re.Pattern[str], str]] = {
    "user": (_ID, "the id of a user, in lower case"),
    "agent": (_ID, "the id of an agent, in lower case"),
    "key": (_ID, "the id of an API key, in lower case"),
    "model": (re.compile(r"[^\s/]+/\S+"), "a model, as provider/name"),
}
"""How a subject is written: one that is written otherwise would never be met."""

AS_A_WHOLE: frozenset[Kind] = frozenset({"run", "step", "call"})
MOST_BUDGETS = 1_000


class Budgeted(Record):
    """What a limit is for: one of a kind, or with no subject each of them that has none of its own."""

    kind: Kind
    subject: str
    window: Window
    unit: Unit


class LimitSet(Event, tag="budget.limit_set.v1"):
    """In micro-dollars or tokens."""

    kind: Kind
    subject: str
    window: Window
    unit: Unit
    most: int


class LimitRemoved(Event, tag="budget.limit_removed.v1"):
    kind: Kind
    subject: str
    window: Window
    unit: Unit


Events: TypeAlias = LimitSet | LimitRemoved


class SetLimit(Command):
    kind: Kind
    window: Window
    unit: Unit
    most: Annotated[int, Meta(ge=0, le=10**15)]
    subject: Subject = ""


class RemoveLimit(Command):
    kind: Kind
    window: Window
    unit: Unit
    subject: Subject = ""


Commands: TypeAlias = SetLimit | RemoveLimit


class Budgets(Record):
    limits: dict[Budgeted, int] = {}

    def most(self, kind: Kind, subject: str, window: Window, unit: Unit) -> int | None:
        """The limit of this one: its own before that of its kind."""
        own = self.limits.get(Budgeted(kind, subject, window, unit))
        return own if own is not None else self.limits.get(Budgeted(kind, "", window, unit))


initial = Budgets()


def decide(command: Commands, budgets: Budgets, context: Context) -> list[Events]:
    limited = Budgeted(command.kind, command.subject, command.window, command.unit)
    match command:
        case SetLimit(kind, window, unit, most, subject):
            _check(limited)
            if budgets.limits.get(limited) == most:
                return []
            if limited not in budgets.limits and len(budgets.limits) >= MOST_BUDGETS:
                raise Rejected(f"the workspace has {MOST_BUDGETS:,} limits already; remove one first")
            return [LimitSet(kind, subject, window, unit, most)]
        case RemoveLimit(kind, window, unit, subject):
            return [LimitRemoved(kind, subject, window, unit)] if limited in budgets.limits else []


def _check(limited: Budgeted) -> None:
    whole = limited.kind in AS_A_WHOLE
    if whole != (limited.window == "whole"):
        fitting = "whole" if whole else "day or month"
        raise Rejected(f"a limit of a {limited.kind} is for its {fitting}", code="invalid_window", field="window")
    form, wanted = SUBJECTS.get(limited.kind, (re.compile(""), "nothing"))
    if limited.subject and not form.fullmatch(limited.subject):
        detail = f"the subject of a limit of a {limited.kind} is {wanted}"
        raise Rejected(detail, code="invalid_subject", field="subject")


def check(wanted: int | None, used: int, most: int, unit: Unit, *, name: str) -> None:
    """Raise Rejected where so much more would go beyond a limit; None is unknown, and may do so unseen."""
    if wanted is None:
        raise Rejected("the price of this model is unknown, and a limit on money applies", code="price_unknown")
    if used + wanted > most:
        left = max(0, most - used)
        raise Rejected(
            f"{name} leaves {left:,} of {most:,} {unit}, and this call may need {wanted:,}", code="budget_exceeded"
        )


def evolve(budgets: Budgets, event: Events) -> Budgets:
    limited = Budgeted(event.kind, event.subject, event.window, event.unit)
    match event:
        case LimitSet(most=most):
            return Budgets({**budgets.limits, limited: most})
        case LimitRemoved():
            return Budgets({each: most for each, most in budgets.limits.items() if each != limited})


decider: Decider[Budgets, Commands, Events] = Decider(initial, decide, evolve)
