"""Trigger: whoever knows its secret starts a workflow by a signed message; the secret stands elsewhere."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.author import Author
from domain.kernel import Command, Context, Decider, Event, Name, Record, Rejected, refusal, replace


class Created(Event, tag="trigger.created.v1"):
    """A message to it starts the workflow in the author's name, with the body of the message as its input."""

    name: str
    workflow_id: UUID
    title: str
    priority: int | None
    author: Author


class SecretRotated(Event, tag="trigger.secret_rotated.v1"):
    """From now on messages are signed with the secret of this number, and for a day the one before it does too.

    Whoever has the new secret made is its author from then on.
    """

    number: int
    author: Author


class Fired(Event, tag="trigger.fired.v1"):
    """A message was accepted: by `message`, the name that its sender gave it, a second one is known."""

    message: str
    run_id: UUID


class Paused(Event, tag="trigger.paused.v1"):
    pass


class Resumed(Event, tag="trigger.resumed.v1"):
    pass


class Removed(Event, tag="trigger.removed.v1"):
    pass


Events: TypeAlias = Created | SecretRotated | Fired | Paused | Resumed | Removed


class CreateTrigger(Command):
    name: Name
    workflow_id: UUID
    title: Name
    author: Author
    priority: int | None = None


class RotateTriggerSecret(Command):
    author: Author


class FireTrigger(Command):
    message: str
    run_id: UUID


class PauseTrigger(Command):
    pass


class ResumeTrigger(Command):
    pass


class RemoveTrigger(Command):
    pass


Commands: TypeAlias = CreateTrigger | RotateTriggerSecret | FireTrigger | PauseTrigger | ResumeTrigger | RemoveTrigger


class Trigger(Record):
    status: Literal["absent", "active", "paused", "removed"] = "absent"
    name: str = ""
    workflow_id: UUID | None = None
    title: str = ""
    priority: int | None = None
    author: Author | None = None
    secret: int = 0


initial = Trigger()


def decide(command: Commands, trigger: Trigger, context: Context) -> list[Events]:
    match command, trigger.status:
        case CreateTrigger(name, workflow_id, title, author, priority), "absent":
            return [Created(name, workflow_id, title, priority, author)]
        case CreateTrigger(), _:
            raise Rejected("this trigger exists already")
        case RotateTriggerSecret(author), "active" | "paused":
            return [SecretRotated(trigger.secret + 1, author)]
        case FireTrigger(message, run_id), "active":
            return [Fired(message, run_id)]
        case PauseTrigger(), "active":
            return [Paused()]
        case ResumeTrigger(), "paused":
            return [Resumed()]
        case RemoveTrigger(), "active" | "paused":
            return [Removed()]
        case (PauseTrigger(), "paused") | (ResumeTrigger(), "active") | (RemoveTrigger(), "removed"):
            return []
        case _, "absent" | "removed":
            raise Rejected("there is no such trigger", code="not_found")
        case _:
            raise refusal(type(command), "trigger", trigger.status)


def evolve(trigger: Trigger, event: Events) -> Trigger:
    match event:
        case Created(name, workflow_id, title, priority, author):
            return Trigger("active", name, workflow_id, title, priority, author, 1)
        case SecretRotated(number, author):
            return replace(trigger, secret=number, author=author)
        case Fired():
            return trigger
        case Paused():
            return replace(trigger, status="paused")
        case Resumed():
            return replace(trigger, status="active")
        case Removed():
            return replace(trigger, status="removed")


decider: Decider[Trigger, Commands, Events] = Decider(initial, decide, evolve)
