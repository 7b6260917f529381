"""Signing in: a person proves who they are, and gets a credential of a login that the log knows."""

import asyncio
import time
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

from application.access import Actor, on_behalf_of, scopes_of
from application.errors import Invalid, NotSignedIn
from application.execute import Executor
from application.identity import credentials
from application.identity.credentials import Credential
from application.identity.names import Names
from application.identity.password_rules import normalised
from application.ports import Clock, Passwords, Uses, Vault
from domain import login, user
from domain.kernel import Record, Sealed
from domain.workspace import Workspace

LOOKUP_SECONDS = 0.05
"""Looking somebody up takes so long for everybody, whatever this process remembers of whom."""

NOBODY = UUID(int=1)
"""The subject of the box that is opened where there is nobody's; its key is like that of a person."""

LONGEST_DEVICE = 200


class Lifetimes(Record):
    """How long a sign-in lasts, and how long one in a browser may rest."""

    browser: timedelta = timedelta(hours=12)
    browser_idle: timedelta = timedelta(minutes=30)
    client: timedelta = timedelta(days=30)


class Account(Record):
    """A user who has proved to be one, and the workspace that they are at home in."""

    user_id: UUID
    home: UUID
    generation: int


class Refused(Record):
    """Nobody is signed in, for a reason that is for the record alone. Of unknown people there is no id."""

    reason: Literal["unknown", "wrong_password", "no_password", "not_active"]
    user_id: UUID | None = None
    home: UUID | None = None


class NewLogin(Record):
    """`credential` is the browser's session or the client's refresh token."""

    actor: Actor
    credential: Credential
    lifetime: timedelta


class SignIn:
    """Checks passwords and starts logins."""

    def __init__(
        self,
        executor: Executor,
        vault: Vault,
        names: Names,
        passwords: Passwords,
        uses: Uses,
        clock: Clock,
        *,
        lifetimes: Lifetimes | None = None,
    ) -> None:
        self._executor = executor
        self._vault = vault
        self._names = names
        self._passwords = passwords
        self._uses = uses
        self._clock = clock
        self._lifetimes = lifetimes or Lifetimes()
        self._of_nobody: Sealed | None = None

    async def check(self, name: str, password: str) -> Account | Refused:
        """The account, if the password is its own; the same work is done for an unknown name as for a known one."""
        of_nobody = await self._box_of_nobody()
        begun = time.monotonic()
        found = await self._look_up(await self._names.find(name) or uuid4(), of_nobody)
        await asyncio.sleep(LOOKUP_SECONDS - (time.monotonic() - begun))
        checked = _checked(found, fits=await self._fits(found.verifier, password))
        if isinstance(checked, Account) and found.verifier and self._passwords.outdated(found.verifier):
            await self._rehash(checked, password)
        return checked

    async def proves(self, user_id: UUID, password: str) -> Account | Refused:
        """The account of somebody who is signed in already, if the password is its own."""
        found = await self._look_up(user_id, await self._box_of_nobody())
        return _checked(found, fits=await self._fits(found.verifier, password))

    async def account(self, user_id: UUID) -> Account:
        """The account as it is now. Raises NotSignedIn for one that nobody can sign in to."""
        known = await self._executor.states.refresh(user_id)
        if not isinstance(known.state, user.User) or known.state.status != "active" or known.workspace_id is None:
            raise NotSignedIn
        return Account(user_id, known.workspace_id, known.state.generation)

    async def start(
        self, account: Account, kind: login.Kind, method: str, workspace_id: UUID | None = None, *, device: str = ""
    ) -> NewLogin:
        """Start a login in the workspace, or at home. Raises NotSignedIn for one who does not belong to it."""
        place = workspace_id or account.home
        workspace = (await self._executor.states.refresh(place)).state
        role = workspace.members.get(account.user_id) if isinstance(workspace, Workspace) else None
        if role is None:
            raise NotSignedIn
        login_id = uuid4()
        actor = Actor(account.user_id, place, role, scopes_of(role, workspace.roles), login_id=login_id)
        credential = credentials.made("z2s" if kind == "browser" else "z2r", login_id)
        lifetime, idle = self._lasting(kind)
        text = device[:LONGEST_DEVICE]
        command = login.StartLogin(
            account.user_id,
            kind,
            method,
            account.generation,
            credential.digest,
            self._clock() + lifetime,
            idle,
            await self._vault.seal(account.user_id, "device", text) if text else None,
        )
        await self._executor.execute(login_id, command, on_behalf_of(actor), correlation_id=login_id)
        await self._uses.note(login_id, "", None)
        return NewLogin(actor, credential, lifetime)

    def _lasting(self, kind: login.Kind) -> tuple[timedelta, int | None]:
        if kind == "browser":
            return self._lifetimes.browser, int(self._lifetimes.browser_idle.total_seconds())
        return self._lifetimes.client, None

    async def _look_up(self, user_id: UUID, of_nobody: Sealed) -> "Found":
        """The user and what is kept instead of the password; a box is opened even where there is none."""
        known = await self._executor.states.refresh(user_id)
        found = known.state if isinstance(known.state, user.User) else user.initial
        (opened,) = await self._vault.open("verifier", found.verifier or of_nobody)
        return Found(user_id, known.workspace_id, found, opened if found.verifier else None)

    async def _box_of_nobody(self) -> Sealed:
        if self._of_nobody is None:
            self._of_nobody = await self._vault.seal(NOBODY, "verifier", "nobody's")
        return self._of_nobody

    async def _fits(self, verifier: str | None, password: str) -> bool:
        try:
            return await self._passwords.fits(verifier, normalised(password))
        except Invalid:
            return await self._passwords.fits(None, "")

    async def _rehash(self, account: Account, password: str) -> None:
        verifier = await self._passwords.verifier(normalised(password))
        box = await self._vault.seal(account.user_id, "verifier", verifier)
        actor = Actor(account.user_id, account.home, "system")
        command = user.RehashPassword(box, account.generation)
        await self._executor.execute(account.user_id, command, actor, correlation_id=account.user_id)


class Found(Record):
    """Whom a name led to, and their verifier, opened."""

    user_id: UUID
    home: UUID | None
    user: user.User
    verifier: str | None


def _checked(found: Found, *, fits: bool) -> Account | Refused:
    if found.home is None or found.user.status == "absent":
        return Refused("unknown")
    if found.user.status != "active":
        return Refused("not_active", found.user_id, found.home)
    if not fits:
        return Refused("wrong_password" if found.verifier else "no_password", found.user_id, found.home)
    return Account(found.user_id, found.home, found.user.generation)
