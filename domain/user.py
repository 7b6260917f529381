"""User: a person or a service that can sign in; the name and the password live apart from the log."""

from typing import Literal, TypeAlias

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, replace


class Registered(Event, tag="user.registered.v1"):
    pass


class Disabled(Event, tag="user.disabled.v1"):
    pass


class Enabled(Event, tag="user.enabled.v1"):
    pass


Events: TypeAlias = Registered | Disabled | Enabled


class RegisterUser(Command):
    pass


class DisableUser(Command):
    pass


class EnableUser(Command):
    pass


Commands: TypeAlias = RegisterUser | DisableUser | EnableUser


class User(Record):
    status: Literal["absent", "active", "disabled"] = "absent"


initial = User()


def decide(command: Commands, user: User, context: Context) -> list[Events]:
    match command, user.status:
        case RegisterUser(), "absent":
            return [Registered()]
        case RegisterUser(), "active":
            return []
        case DisableUser(), "active":
            return [Disabled()]
        case DisableUser(), "disabled":
            return []
        case EnableUser(), "disabled":
            return [Enabled()]
        case EnableUser(), "active":
            return []
        case _:
            raise Rejected(f"{type(command).__name__} refused: the user is {user.status}")


def evolve(user: User, event: Events) -> User:
    match event:
        case Registered() | Enabled():
            return replace(user, status="active")
        case Disabled():
            return replace(user, status="disabled")


decider: Decider[User, Commands, Events] = Decider(initial, decide, evolve)
