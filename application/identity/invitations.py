"""Invitations: whoever has the link joins the workspace, with the account that they have or with a new one."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID, uuid4, uuid5

from application.access import Actor
from application.errors import Invalid, NotFound, NotSignedIn
from application.execute import Executor
from application.identity import credentials, password_rules
from application.identity.accounts import Accounts, Person
from application.identity.belonging import may_give
from application.identity.credentials import Credential
from application.identity.names import Names
from application.ports import Clock, Outcome, Vault
from domain import workspace
from domain.kernel import Instant, Record, Rejected, Sealed
from domain.workspace import Workspace
from domain.workspace_state import Accepted, Invitation

Proves: TypeAlias = Callable[[UUID], Awaitable[bool]]
"""Whether somebody knows the password of this user; guessing is slowed down by whoever asks."""

VOID = "this invitation has been used, withdrawn or has expired"


class Invited(Record):
    """The credential is shown once; the log has its digest alone."""

    invitation_id: UUID
    credential: Credential
    expires_at: Instant
    position: int


class Found(Record):
    """What a link leads to: an invitation, or what it has come to."""

    workspace_id: UUID
    workspace: Workspace
    digest: str
    invitation_id: UUID
    used: Accepted | None
    email: Sealed | None


class Invitations:
    """A link carries the id of its workspace, and the secret that tells which invitation it is."""

    def __init__(
        self,
        executor: Executor,
        vault: Vault,
        accounts: Accounts,
        names: Names,
        clock: Clock,
    ) -> None:
        self._executor = executor
        self._vault = vault
        self._accounts = accounts
        self._names = names
        self._clock = clock

    async def invite(self, by: Actor, role: str, email: str | None, lasting: timedelta) -> Invited:
        """Raises NotAllowed for a role beyond one's own rights, and Rejected."""
        place = await self._executor.state(by.workspace_id, by.workspace_id)
        may_give(by, role, place)
        invitation_id, credential = uuid4(), credentials.made("z2i", by.workspace_id)
        box = None if email is None else await self._vault.seal(invitation_id, "email", email)
        ends = self._clock() + lasting
        command = workspace.Invite(invitation_id, role, credential.digest, ends, box)
        done = await self._executor.execute(by.workspace_id, command, by, correlation_id=invitation_id)
        return Invited(invitation_id, credential, ends, done.position)

    async def withdraw(self, by: Actor, invitation_id: UUID) -> Outcome:
        """The link is void, and the address of whom it was for is erased. Raises NotFound."""
        place: Workspace = await self._executor.state(by.workspace_id, by.workspace_id)
        if invitation_id not in place.invitations:
            raise NotFound("there is no such invitation in this workspace")
        command = workspace.WithdrawInvitation(invitation_id)
        done = await self._executor.execute(by.workspace_id, command, by, correlation_id=invitation_id)
        if place.invitations[invitation_id].email:
            await self._vault.destroy(invitation_id)
        return done

    async def found(self, text: str) -> Found:
        """Raises Rejected, whatever is wrong with the link."""
        try:
            link = credentials.presented("z2i", text)
        except NotSignedIn:
            raise _void() from None
        place = (await self._executor.states.refresh(link.id)).state
        if not isinstance(place, Workspace):
            raise _void()
        if used := place.accepted.get(link.digest):
            return Found(link.id, place, link.digest, used.invitation_id, used, used.email)
        for invitation_id, each in place.invitations.items():
            if each.secret == link.digest and self._clock() < each.expires_at:
                return Found(link.id, place, link.digest, invitation_id, None, each.email)
        raise _void()

    async def offered(self, text: str) -> tuple[Found, Invitation]:
        """What nobody has accepted yet. Raises Rejected, whatever is wrong with the link."""
        found = await self.found(text)
        if found.used is not None:
            raise _void()
        return found, found.workspace.invitations[found.invitation_id]

    async def accept(self, text: str, user_id: UUID) -> tuple[UUID, Outcome]:
        """The workspace that the user belongs to from now on. Raises Rejected."""
        found = await self.found(text)
        done = await self._accept(found, user_id)
        await self._forget(found)
        return found.workspace_id, done

    async def accept_as_new(self, text: str, name: str, password: str, proves: Proves) -> Person:
        """The new member. Asked again with the same name and password it answers the same, and does what is left.

        Raises Rejected where the link is void or the name is another's, and Invalid.
        """
        found = await self.found(text)
        if "@" in name:
            raise Invalid("a name has no @: a verified e-mail address signs in anyway", field="name")
        password_rules.chosen(password, name)
        # the same name under the same link is the same person, who may have been interrupted
        user_id = uuid5(found.workspace_id, f"{found.digest}:{(await self._vault.index('name', name)).hex()}")
        if found.used is not None and found.used.user_id != user_id:
            raise _void()
        await self._names.claim("name", name, user_id)
        email = await self.email(found)
        try:
            await self._accept(found, user_id)
        except Rejected:
            await self._names.release("name", name, user_id)
            raise
        by = Actor(user_id, found.workspace_id, "system")
        await self._accounts.register(by, name=name, email=email, user_id=user_id)
        person = await self._with_password(by, password, proves)
        await self._forget(found)
        return person

    async def _with_password(self, by: Actor, password: str, proves: Proves) -> Person:
        """The new account; one that has a password already is entered by that one alone."""
        person = await self._accounts.person(by.user_id)
        if person.user.verifier is None:
            await self._accounts.set_password(person, password, by)
            return await self._accounts.person(by.user_id)
        if not await proves(by.user_id):
            raise _void()
        return person

    async def _accept(self, found: Found, user_id: UUID) -> Outcome:
        command = workspace.AcceptInvitation(found.invitation_id, found.digest, user_id)
        by = Actor(user_id, found.workspace_id, "system")
        return await self._executor.execute(found.workspace_id, command, by, correlation_id=found.workspace_id)

    async def email(self, found: Found) -> str | None:
        """For whom the invitation is, if anybody said so."""
        return (await self._vault.open("email", found.email))[0] if found.email else None

    async def _forget(self, found: Found) -> None:
        """Erase for whom the invitation was."""
        if found.email:
            await self._vault.destroy(found.invitation_id)


def _void() -> Rejected:
    return Rejected(VOID, code="link_void")
