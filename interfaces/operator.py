"""What the operator of a machine does to accounts, without being signed in to Z2."""

from datetime import timedelta
from uuid import UUID

from application.access import Actor
from application.errors import Invalid, NotFound
from application.execute import Executor
from application.identity import password_rules
from application.identity.accounts import Accounts, Person
from application.identity.letters import Letters
from application.identity.names import Names
from domain import workspace
from domain.kernel import Record, Rejected
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.audit import PostgresAudit
from infrastructure.identity.encryption_keys import encryption_keys
from infrastructure.identity.passwords import Passwords
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.tokens import now
from infrastructure.identity.vault import PostgresVault
from infrastructure.settings import Settings
from interfaces.identity import public_url
from interfaces.processes import data_lock
from interfaces.processes.first_start import FOUNDING, SYSTEM_ID, told


class NewUser(Record):
    """Who is to be made. Without a workspace they are at home in the first one; without a password they get a link."""

    name: str
    email: str | None = None
    role: str = "user"
    workspace_id: UUID | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return "NewUser(...)"


async def create_user(settings: Settings, database: Database, wished: NewUser) -> str | None:
    """The link for choosing a password; None for somebody who was given one. Raises Invalid, Rejected or NotFound."""
    desk = await _desk(settings, database)
    if wished.password is not None:
        own = (wished.name, wished.email) if wished.email else (wished.name,)
        password_rules.chosen(wished.password, *own)
    place = wished.workspace_id or await desk.first_workspace()
    actor = Actor(SYSTEM_ID, place, "system")
    held = await desk.executor.state(place, place)
    if not isinstance(held, workspace.Workspace):
        raise NotFound("there is no such workspace")
    workspace.check_role(wished.role, held)
    person = await desk.made(actor, wished)
    add = workspace.AddMember(person.user_id, wished.role)
    await desk.executor.execute(place, add, actor, correlation_id=person.user_id)
    if wished.password is None:
        return await desk.link(person, actor)
    await desk.accounts.set_password(person, wished.password, actor)
    return None


async def password_link(settings: Settings, database: Database, name: str) -> str:
    """A link for somebody to choose a new password. Raises NotFound."""
    desk = await _desk(settings, database)
    user_id = await desk.names.find(name)
    if user_id is None:
        raise NotFound("nobody signs in under this name")
    person = await desk.accounts.person(user_id)
    return await desk.link(person, Actor(SYSTEM_ID, person.home, "system"))


class Desk(Record):
    """The parts that this takes."""

    executor: Executor
    store: PostgresEventStore
    accounts: Accounts
    names: Names
    letters: Letters
    audit: PostgresAudit

    async def first_workspace(self) -> UUID:
        """Raises Invalid."""
        founded = told(await self.store.read(0, FOUNDING))
        if founded.workspace_id is None or not founded.complete:
            raise Invalid("this Z2 has no workspace yet; start it once")
        return founded.workspace_id

    async def made(self, actor: Actor, wished: NewUser) -> Person:
        """The new user, or one of this name who was made before and has no password yet. Raises Rejected."""
        holder = await self.names.holder("name", wished.name)
        if holder is not None:
            earlier = await self._half_made(holder, actor.workspace_id)
            if earlier is not None:
                return earlier
        user_id = await self.accounts.register(actor, name=wished.name, email=wished.email)
        await self.accounts.vouch(await self.accounts.person(user_id), actor)
        return await self.accounts.person(user_id)

    async def _half_made(self, holder: UUID, place: UUID) -> Person | None:
        """Raises Rejected for somebody who signs in already."""
        try:
            person = await self.accounts.person(holder)
        except NotFound:
            return None
        if person.home != place or person.user.verifier is not None or person.user.identities:
            raise Rejected("this name is taken; choose another one", code="name_taken", field="name")
        return person

    async def link(self, person: Person, actor: Actor) -> str:
        made, _ = await self.accounts.issue_link(person, "password", actor)
        place, who = person.home, person.user_id
        await self.audit.note("link_issued", workspace_id=place, user_id=who, address="", reason="operator")
        return self.letters.link("set_up" if person.user.verifier is None else "reset", made.text)


async def _desk(settings: Settings, database: Database) -> Desk:
    vault = PostgresVault(database, encryption_keys(settings.encryption_keys, settings.data))
    await vault.prepare()
    store = PostgresEventStore(database)
    executor = Executor(store, now)
    names = Names(executor.states, vault, PostgresSignInNames(database, vault))
    accounts = Accounts(executor, vault, names, Passwords(), now)
    running = data_lock.find(settings.data)
    url = public_url(settings) if running is None or settings.public_url else running.address
    audit = PostgresAudit(database, vault, timedelta(days=settings.audit_days))
    return Desk(executor, store, accounts, names, Letters(None, url), audit)
