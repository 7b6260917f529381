"""Concurrency: how much of a workspace's work goes on at the same time."""

import re
from typing import Annotated, Literal, TypeAlias
from uuid import UUID, uuid5

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, Text

Kind: TypeAlias = Literal["workspace", "agent", "provider", "workflow"]
"""Of a workflow it is runs that are counted, and of all else steps."""

Subject: TypeAlias = Annotated[Text, Meta(max_length=200)]
Most: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

SUBJECTS: dict[Kind, tuple[re.Pattern[str], str]] = {
    "agent": (_ID, "the id of an agent, in lower case"),
    "provider": (re.compile(r"[a-z0-9_-]+"), "a provider, as its models name it before the slash"),
    "workflow": (_ID, "the id of a workflow, in lower case"),
}
"""How a subject is written: one that is written otherwise would never be met."""

MOST_LIMITS = 1_000


class Limited(Record):
    """What a limit is for: one of a kind, or with no subject each of them that has none of its own."""

    kind: Kind
    subject: str


class LimitSet(Event, tag="concurrency.limit_set.v1"):
    kind: Kind
    subject: str
    most: int


class LimitRemoved(Event, tag="concurrency.limit_removed.v1"):
    kind: Kind
    subject: str


Events: TypeAlias = LimitSet | LimitRemoved


class SetConcurrency(Command):
    """At most so many at once, from now on; what is under way goes on."""

    kind: Kind
    most: Most
    subject: Subject = ""


class RemoveConcurrency(Command):
    kind: Kind
    subject: Subject = ""


Commands: TypeAlias = SetConcurrency | RemoveConcurrency


class Concurrency(Record):
    """All limits of a workspace. One stream holds them."""

    limits: dict[Limited, int] = {}

    def most(self, kind: Kind, subject: str) -> int | None:
        """The limit of this one: its own before that of its kind."""
        own = self.limits.get(Limited(kind, subject))
        return own if own is not None else self.limits.get(Limited(kind, ""))


initial = Concurrency()


def concurrency_stream(workspace_id: UUID) -> UUID:
    """The stream that holds the limits of a workspace."""
    return uuid5(workspace_id, "concurrency")


def decide(command: Commands, concurrency: Concurrency, context: Context) -> list[Events]:
    limited = Limited(command.kind, command.subject)
    match command:
        case SetConcurrency(kind, most, subject):
            _check(limited)
            if concurrency.limits.get(limited) == most:
                return []
            if limited not in concurrency.limits and len(concurrency.limits) >= MOST_LIMITS:
                raise Rejected(f"the workspace has {MOST_LIMITS:,} limits already; remove one first")
            return [LimitSet(kind, subject, most)]
        case RemoveConcurrency(kind, subject):
            return [LimitRemoved(kind, subject)] if limited in concurrency.limits else []


def _check(limited: Limited) -> None:
    form, wanted = SUBJECTS.get(limited.kind, (re.compile(""), "nothing"))
    if limited.subject and not form.fullmatch(limited.subject):
        detail = f"the subject of a limit of a {limited.kind} is {wanted}"
        raise Rejected(detail, code="invalid_subject", field="subject")


def evolve(concurrency: Concurrency, event: Events) -> Concurrency:
    limited = Limited(event.kind, event.subject)
    match event:
        case LimitSet(most=most):
            return Concurrency({**concurrency.limits, limited: most})
        case LimitRemoved():
            return Concurrency({each: most for each, most in concurrency.limits.items() if each != limited})


decider: Decider[Concurrency, Commands, Events] = Decider(initial, decide, evolve)
