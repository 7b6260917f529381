"""Accounts: what people are called, how they are written to, and the password and links that they sign in with."""

import unicodedata
from datetime import timedelta
from typing import Annotated, TypeAlias
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta

from application.access import Actor, on_behalf_of
from application.errors import Invalid, NotFound, NotSignedIn
from application.execute import Executor
from application.identity import credentials, password_rules
from application.identity.credentials import Credential
from application.identity.names import Names, alike
from application.ports import Clock, Passwords, Vault
from domain import user
from domain.kernel import Command, Digest, Instant, Name, Record, Rejected, Sealed, replace
from domain.user_events import LinkPurpose

LIFETIMES: dict[LinkPurpose, timedelta] = {"password": timedelta(hours=24), "email": timedelta(hours=24)}

RESET = timedelta(hours=1)
"""How long a link for a new password is good for that somebody asked for without being signed in."""

Email: TypeAlias = Annotated[
    str, Meta(min_length=3, max_length=254, pattern=r"^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$(?!\n)")
]
"""An e-mail address, as far as one can tell without writing to it."""

VOID = "this link has been used or has expired; ask for a new one"


class Person(Record):
    """A user as they themselves and their admins see them; None is what is missing or erased."""

    user_id: UUID
    home: UUID
    name: str | None
    email: str | None
    user: user.User


class Accounts:
    """Changes accounts by commands to their users, whose right to it has been checked before."""

    def __init__(self, executor: Executor, vault: Vault, names: Names, passwords: Passwords, clock: Clock) -> None:
        self._executor = executor
        self._vault = vault
        self._names = names
        self._passwords = passwords
        self._clock = clock

    async def person(self, user_id: UUID) -> Person:
        """Raises NotFound where there is no such user."""
        known = await self._executor.states.refresh(user_id)
        if not isinstance(known.state, user.User) or known.workspace_id is None:
            raise NotFound
        name, email = await self._names.of(known.state)
        return Person(user_id, known.workspace_id, name, email, known.state)

    async def register(
        self, by: Actor, *, name: str | None = None, email: str | None = None, user_id: UUID | None = None
    ) -> UUID:
        """Make a user who is at home in the actor's workspace. Raises Rejected where the name is another's."""
        user_id = user_id or uuid4()
        called, address = (None if name is None else _name(name)), (None if email is None else _email(email))
        if called is not None:
            await self._names.claim("name", called, user_id)
        command = user.RegisterUser(
            None if called is None else await self._vault.seal(user_id, "name", called),
            None if address is None else await self._vault.seal(user_id, "email", address),
        )
        await self._executor.execute(user_id, command, on_behalf_of(by), correlation_id=user_id)
        return user_id

    async def rename(self, person: Person, name: str, by: Actor) -> None:
        """Raises Rejected where the name is another's."""
        called = _name(name)
        if called == person.name:
            return
        await self._names.claim("name", called, person.user_id)
        await self._do(person, user.RenameUser(await self._vault.seal(person.user_id, "name", called)), by)
        if person.name is not None and not alike(person.name, called):
            await self._names.release("name", person.name, person.user_id)

    async def change_email(self, person: Person, email: str | None, by: Actor) -> None:
        """The new address is nobody's until it is verified."""
        given = None if email is None else _email(email)
        if given == person.email:
            return
        box = None if given is None else await self._vault.seal(person.user_id, "email", given)
        await self._do(person, user.ChangeEmail(box), by)
        if person.email is not None and person.user.email_verified:
            await self._names.release("email", person.email, person.user_id)

    async def set_password(self, person: Person, password: str, by: Actor) -> None:
        """All sign-ins of the person are over then. Raises Invalid for a password that may not be chosen."""
        chosen = password_rules.chosen(password, *(text for text in (person.name, person.email) if text))
        await self._do(person, user.SetPassword(await self._verifier(person.user_id, chosen)), by)

    async def issue_link(
        self, person: Person, purpose: LinkPurpose, by: Actor, *, lasting: timedelta | None = None
    ) -> tuple[Credential, Instant]:
        """A one-time link, in place of the one before, and when it ends."""
        credential = credentials.made("z2l", person.user_id)
        ends = self._clock() + (lasting or LIFETIMES[purpose])
        await self._do(person, user.IssueLink(purpose, credential.digest, ends), by)
        return credential, ends

    async def linked(self, text: str, purpose: LinkPurpose) -> tuple[Person, Digest]:
        """Whose link it is, and its digest. Raises Rejected, whatever is wrong with it."""
        try:
            link = credentials.presented("z2l", text)
            person = await self.person(link.id)
        except (NotSignedIn, NotFound):
            raise _void() from None
        held = person.user.links.get(purpose)
        lives = held is not None and held.secret == link.digest and self._clock() < held.expires_at
        if not lives or person.user.status != "active":
            raise _void()
        return person, link.digest

    async def set_password_by_link(self, text: str, password: str, name: str | None) -> Person:
        """Whose link it was. The first time a person may choose a name too, and one without a name must.

        Raises Rejected where the link is void or the name is another's, and Invalid.
        """
        person, secret = await self.linked(text, "password")
        wished = name if person.user.verifier is None else None
        if person.name is None and wished is None:
            raise Invalid("choose a name to sign in under", field="name")
        called = None if wished is None else _name(wished)
        own = (called or person.name, person.email)
        chosen = password_rules.chosen(password, *(each for each in own if each))
        if called is not None:
            await self._names.claim("name", called, person.user_id)
        verifier = await self._verifier(person.user_id, chosen)
        box = None if called is None else await self._vault.seal(person.user_id, "name", called)
        await self._do(person, user.SetPasswordByLink(secret, verifier, box), _oneself(person))
        if called is not None and person.name is not None and not alike(person.name, called):
            await self._names.release("name", person.name, person.user_id)
        return await self.person(person.user_id)

    async def verify_email(self, text: str) -> Person:
        """Whose link it was; from now on the address signs in too. Raises Rejected."""
        person, secret = await self.linked(text, "email")
        if person.email is None:
            raise _void()
        await self._names.claim("email", person.email, person.user_id)
        await self._do(person, user.VerifyEmail(secret), _oneself(person))
        return await self.person(person.user_id)

    async def vouch(self, person: Person, by: Actor) -> None:
        """Take the address for proved because somebody who may says so. Raises Rejected where it is another's."""
        if person.email is not None and not person.user.email_verified:
            await self._names.claim("email", person.email, person.user_id)
            await self._do(person, user.VerifyEmail(), by)

    async def _verifier(self, user_id: UUID, password: str) -> Sealed:
        return await self._vault.seal(user_id, "verifier", await self._passwords.verifier(password))

    async def _do(self, person: Person, command: Command, by: Actor) -> None:
        actor = replace(on_behalf_of(by), workspace_id=person.home)
        await self._executor.execute(person.user_id, command, actor, correlation_id=person.user_id)


def _oneself(person: Person) -> Actor:
    return Actor(person.user_id, person.home, "system")


def _void() -> Rejected:
    return Rejected(VOID, code="link_void")


def _name(text: str) -> str:
    """The name in one form. Raises Invalid."""
    name = unicodedata.normalize("NFC", text)
    try:
        msgspec.convert(name, Name)
    except msgspec.ValidationError:
        raise Invalid(
            "a name has 1 to 80 characters and neither begins nor ends with white space", field="name"
        ) from None
    if "@" in name:
        raise Invalid("a name has no @: a verified e-mail address signs in anyway", field="name")
    return name


def _email(text: str) -> str:
    """Raises Invalid."""
    address = unicodedata.normalize("NFC", text.strip())
    try:
        msgspec.convert(address, Email)
    except msgspec.ValidationError:
        raise Invalid("this is no e-mail address", field="email") from None
    return address
