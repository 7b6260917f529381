"""What takes more than one command is done whole by a second try, wherever the first one was killed."""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher

from application.access import Actor
from application.errors import NotSignedIn
from application.execute import Executor
from application.identity import credentials, moving
from application.identity.accounts import Accounts, Person
from application.identity.belonging import Belonging, NewMember
from application.identity.invitations import Invitations
from application.identity.names import Names
from application.identity.sign_in import Account, SignIn
from application.ports import Outcome
from domain import user, workspace
from domain.kernel import Rejected, replace
from domain.user import User
from domain.workspace import Workspace
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.passwords import Passwords
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.tokens import now
from infrastructure.identity.uses import PostgresUses
from tests.support.vaults import vault

PASSWORD = "a password for tests"
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
STEPS = range(6)
"""Commands after which the first try is killed; no flow has more."""


class Killed(BaseException):
    """The process is gone."""


class Mortal(Executor):
    """It dies instead of doing one more command than it has left."""

    left = 1_000

    async def execute(self, *args: Any, **options: Any) -> Outcome:
        if not self.left:
            raise Killed
        self.left -= 1
        return await super().execute(*args, **options)


class Process:
    """One process on the shared database; its admin is the same person in each."""

    def __init__(self, database: Database, admin: Actor) -> None:
        opened = vault(database)
        self.admin = admin
        self.executor = Mortal(PostgresEventStore(database), now)
        names = Names(self.executor.states, opened, PostgresSignInNames(database, opened))
        hashed = Passwords(QUICK)
        self.uses = PostgresUses(database, opened)
        self.accounts = Accounts(self.executor, opened, names, hashed, now)
        self.sign_in = SignIn(self.executor, opened, names, hashed, self.uses, now)
        self.belonging = Belonging(self.executor, self.accounts, names)
        self.invitations = Invitations(self.executor, opened, self.accounts, names, now)

    async def joins(self, text: str) -> Person:
        """Grace accepts the invitation with a new account."""

        async def proves(user_id: UUID) -> bool:
            return isinstance(await self.sign_in.proves(user_id, PASSWORD), Account)

        return await self.invitations.accept_as_new(text, "Grace", PASSWORD, proves)

    async def found(self) -> None:
        system = Actor(self.admin.user_id, self.admin.workspace_id, "system")
        for stream, command in (
            (self.admin.workspace_id, workspace.CreateWorkspace("Home", self.admin.user_id)),
            (self.admin.user_id, user.RegisterUser()),
        ):
            await self.executor.execute(stream, command, system, correlation_id=stream)

    async def place(self) -> Workspace:
        return await self.belonging.workspace(self.admin)

    async def user(self, user_id: UUID) -> User:
        return (await self.accounts.person(user_id)).user


class World:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._admin = Actor(uuid4(), uuid4(), "admin")
        self.process = Process(database, self._admin)

    async def killed(self, after: int, work: Callable[[Process], Awaitable[object]]) -> None:
        """Begin the work in a process that dies, and go on in another one."""
        dying = Process(self._database, self._admin)
        dying.executor.left = after
        with contextlib.suppress(Killed):
            await work(dying)
        self.process = Process(self._database, self._admin)


@pytest.fixture
async def world(database: Database) -> World:
    made = World(database)
    await made.process.found()
    return made


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("same_key", [True, False])
async def test_making_a_member(world: World, step: int, *, same_key: bool) -> None:
    first = NewMember(uuid4(), "Grace", None, "user")
    second = first if same_key else replace(first, user_id=uuid4())
    await world.killed(step, lambda process: process.belonging.create(process.admin, first))
    if step == 0 and not same_key:
        # a name that was claimed and never used is free again after a while
        with pytest.raises(Rejected, match="this name is taken"):
            await world.process.belonging.create(world.process.admin, second)
        return
    if first.user_id in (await world.process.place()).members:
        second = first
    person = await world.process.belonging.create(world.process.admin, second)
    assert (person.name, person.user.status) == ("Grace", "active")
    members = (await world.process.place()).members
    assert members == {world.process.admin.user_id: "admin", person.user_id: "user"}


@pytest.mark.parametrize("step", STEPS)
async def test_joining_with_a_new_account(world: World, step: int) -> None:
    process = world.process
    made = await process.invitations.invite(process.admin, "user", "grace@example.com", timedelta(days=1))
    text = made.credential.text
    await world.killed(step, lambda dying: dying.joins(text))
    person = await world.process.joins(text)
    members = (await world.process.place()).members
    assert members == {process.admin.user_id: "admin", person.user_id: "user"}
    assert isinstance(await world.process.sign_in.check("grace", PASSWORD), Account)
    assert (person.name, person.email) == ("Grace", "grace@example.com")


@pytest.mark.parametrize("step", STEPS)
async def test_disabling_and_enabling(world: World, step: int) -> None:
    process = world.process
    grace = await process.belonging.create(process.admin, NewMember(uuid4(), "Grace", None, "admin"))
    await world.killed(step, lambda dying: dying.belonging.disable(dying.admin, grace.user_id))
    await world.process.belonging.disable(world.process.admin, grace.user_id)
    assert (await world.process.user(grace.user_id)).status == "disabled"
    assert (await world.process.place()).admins == {process.admin.user_id}
    await world.killed(step, lambda dying: dying.belonging.enable(dying.admin, grace.user_id))
    await world.process.belonging.enable(world.process.admin, grace.user_id)
    assert (await world.process.user(grace.user_id)).status == "active"
    assert (await world.process.place()).admins == {process.admin.user_id, grace.user_id}


async def test_between_the_steps_of_disabling_nobody_counts_on_an_admin_who_may_be_gone(world: World) -> None:
    process = world.process
    grace = await process.belonging.create(process.admin, NewMember(uuid4(), "Grace", None, "admin"))
    await world.killed(1, lambda dying: dying.belonging.disable(dying.admin, grace.user_id))
    assert (await world.process.place()).admins == {process.admin.user_id}
    assert (await world.process.user(grace.user_id)).status == "active"


@pytest.mark.parametrize("step", STEPS)
async def test_going_on_in_another_workspace(world: World, step: int) -> None:
    process = world.process
    grace = await process.belonging.create(process.admin, NewMember(uuid4(), "Grace", None, "admin"))
    there = uuid4()
    system = Actor(grace.user_id, there, "system")
    await process.executor.execute(
        there, workspace.CreateWorkspace("Work", grace.user_id), system, correlation_id=there
    )
    begun = await process.sign_in.start(await process.sign_in.account(grace.user_id), "client", "password")
    started, presented = begun.actor, credentials.presented("z2r", begun.credential.text)

    async def move(dying: Process) -> moving.Moved:
        return await moving.move(dying.executor, dying.uses, now, started, there, proof=lambda _: presented)

    await world.killed(step, move)
    assert started.login_id is not None
    held = (await world.process.executor.states.refresh(started.login_id)).state
    if step >= 2:
        assert held.status == "ended"
        with pytest.raises(NotSignedIn):
            await move(world.process)
        return
    assert held.status == "active", "whoever was interrupted still has the sign-in of before"
    moved = await move(world.process)
    states = world.process.executor.states
    assert moved.actor.login_id is not None
    assert (await states.refresh(started.login_id)).state.status == "ended"
    assert (await states.refresh(moved.actor.login_id)).state.status == "active"
