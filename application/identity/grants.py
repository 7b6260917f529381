"""Grants: what a credential allows right now. The log alone decides, asked anew twice a second for each credential."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from application.access import SCOPES, Actor, Scope, narrowed, scopes_of
from application.errors import NotSignedIn, Unavailable
from application.identity.credentials import Presented
from application.identity.grant import Grant, Narrowing
from application.identity.memberships import Memberships
from application.identity.recent import Recent
from application.ports import Clock, Uses
from application.states import Known, States
from domain.api_key import ApiKey
from domain.kernel import replace
from domain.login import Login
from domain.user import User
from domain.workspace import Workspace

FRESH_SECONDS = 0.5
"""So long a process trusts what it knows of a credential: every replica refuses one that ended within a second."""

NOTED_SECONDS = 60.0
"""How precisely it is known when a credential was last used."""

log = structlog.get_logger()


class Grants:
    """Who may do what by which credential. Everything that is wrong with one is a plain NotSignedIn."""

    def __init__(
        self,
        states: States,
        uses: Uses,
        clock: Clock,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._states = states
        self._memberships = Memberships(states)
        self._uses = uses
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        self._timer = timer
        self._renewing = set[UUID]()
        self._ahead = set[asyncio.Task[None]]()
        self._known = Recent[UUID, Grant]()
        self._noted = Recent[UUID, float]()
        self._agents = Recent[UUID, tuple[float, Known]]()
        self._rested = Recent[UUID, float]()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def of_login(self, login: Presented, address: str | None) -> Actor:
        """Whose sign-in it is, in the browser that holds its secret. Without an address it is looked at, not used."""
        return await self._used((await self._fresh(login.id)).proved(login.digest).of_login, address)

    async def of_key(self, key: Presented, address: str | None) -> Actor:
        """Whose API key it is."""
        return await self._used((await self._fresh(key.id)).proved(key.digest).of_key, address)

    async def of_token(
        self, *, login_id: UUID | None, key_id: UUID | None, to: Narrowing, address: str | None
    ) -> Actor:
        """What a signed token allows: what its login or key allows now, or less."""
        if login_id is not None:
            grant = (await self._fresh(login_id)).of_login
        elif key_id is not None:
            grant = (await self._fresh(key_id)).of_key
        else:
            raise NotSignedIn
        actor = await self._used(grant, address)
        if to.agent_id is not None:
            return await self._of_agent(actor, to)
        if to.scopes is None and to.run_id is None:
            return actor
        scopes = narrowed(actor.rights, to.scopes)
        return _with(actor, role=actor.role, scopes=scopes, to=to)

    async def _of_agent(self, owner: Actor, to: Narrowing) -> Actor:
        """An agent may do what it was granted and its owner may still do; both are asked anew."""
        assert to.agent_id is not None
        known = await self._agent(to.agent_id)
        if known.workspace_id != owner.workspace_id or _noun(known) != "agent" or known.state.status != "active":
            raise NotSignedIn
        own = narrowed(owner.rights, tuple(SCOPES["agent"] | frozenset(known.state.scopes)))
        return _with(owner, role="agent", scopes=narrowed(own, to.scopes), to=to)

    async def _agent(self, agent_id: UUID) -> Known:
        """The agent, from memory if it is not half a second old."""
        async with self._turns.setdefault(agent_id, asyncio.Lock()):
            checked, known = self._agents.get(agent_id, (0.0, None))
            if known is None or self._timer() - checked > self._fresh_seconds:
                checked, known = self._timer(), await self._states.refresh(agent_id)
                self._agents[agent_id] = checked, known
            return known

    async def _fresh(self, name: UUID) -> Grant:
        """The grant, from memory if it is not half a second old. Requests with one credential ask but once.

        While requests come, it is asked anew before it is too old, so that none of them waits.
        """
        if grant := self._remembered(name):
            if self._timer() - grant.checked > self._fresh_seconds / 2 and name not in self._renewing:
                self._renewing.add(name)
                task = asyncio.create_task(self._renewed(name))
                self._ahead.add(task)
                task.add_done_callback(self._ahead.discard)
            return grant
        async with self._turns.setdefault(name, asyncio.Lock()):
            return self._remembered(name) or self._keep(name, await self._asked(name))

    async def _renewed(self, name: UUID) -> None:
        try:
            await self.renew(name)
        except Unavailable as error:
            log.debug("grants.not_renewed", error=str(error))
        finally:
            self._renewing.discard(name)

    def _remembered(self, name: UUID) -> Grant | None:
        grant = self._known.get(name)
        if grant is None or self._timer() - grant.checked > self._fresh_seconds:
            return None
        if grant.ends_at is not None and self._clock() >= grant.ends_at:
            raise NotSignedIn
        return grant

    def _keep(self, name: UUID, grant: Grant) -> Grant:
        self._known[name] = grant
        return grant

    async def renew(self, *credentials: UUID) -> None:
        """Ask the log at once about all of these that are remembered; what is over is forgotten."""
        checked = self._timer()
        grants = {name: grant for name in credentials if (grant := self._known.get(name)) is not None}
        streams = {stream for grant in grants.values() for stream in (grant.actor.user_id, grant.actor.workspace_id)}
        if not grants:
            return
        known = await self._states.refresh_all(*grants, *streams)
        for name in grants:
            try:
                self._keep(name, await self._judged(name, known, checked))
            except NotSignedIn:
                self._known.pop(name, None)
        await self._rest(*grants.values())

    async def _asked(self, name: UUID) -> Grant:
        """What the log says of a login or key, its user and its workspace: at once, where it is known whose it is."""
        checked = self._timer()
        known = await self._states.refresh_all(name, *_belongings(self._states.remembered(name)))
        if missing := _belongings(known[name]) - known.keys():
            known |= await self._states.refresh_all(*missing)
        return await self._judged(name, known, checked)

    async def _judged(self, name: UUID, known: Mapping[UUID, Known], checked: float) -> Grant:
        """What a login or key allows, as this is known of it, its user and its workspace. Raises NotSignedIn."""
        held, user_id, workspace_id = known[name].state, None, known[name].workspace_id
        if isinstance(held, Login | ApiKey):
            user_id = held.user_id
        if user_id is None or workspace_id is None or not held.lives(self._clock()):
            raise NotSignedIn
        user, workspace = known[user_id].state, known[workspace_id].state
        if not isinstance(user, User) or user.status != "active":
            raise NotSignedIn
        if not isinstance(workspace, Workspace) or user_id not in workspace.members:
            raise NotSignedIn
        await self._memberships.check(known[name], user_id, workspace_id, workspace)
        role = workspace.members[user_id]
        scopes = scopes_of(role, workspace.roles)
        if isinstance(held, ApiKey):
            actor = Actor(user_id, workspace_id, role, narrowed(scopes, held.scopes), key_id=name)
            return Grant(actor, held.secret, held.expires_at, None, checked)
        if held.generation != user.generation:
            raise NotSignedIn
        idle = timedelta(seconds=held.idle_seconds) if held.idle_seconds is not None else None
        actor = Actor(user_id, workspace_id, role, scopes, login_id=name)
        return Grant(actor, held.secret, held.expires_at, idle, checked)

    async def _used(self, grant: Grant, address: str | None) -> Actor:
        """Note the use, once a minute. Raises NotSignedIn where the last one is longer ago than it may rest."""
        name = grant.name
        if address is not None and self._is_due(self._noted, name):
            async with self._turns.setdefault(name, asyncio.Lock()):
                if self._is_due(self._noted, name) and not await self._uses.note(name, address, grant.idle):
                    self._known.pop(name, None)
                    raise NotSignedIn
                self._noted[name] = self._timer()
        return grant.actor

    async def _rest(self, *grants: Grant) -> None:
        """Forget, once a minute, those that have not been used for longer than they may rest."""
        resting = {grant.name: grant.idle for grant in grants if grant.idle and self._is_due(self._rested, grant.name)}
        if not resting:
            return
        for name, last in (await self._uses.last(*resting)).items():
            self._rested[name] = self._timer()
            if last + resting[name] < self._clock():
                self._known.pop(name, None)
                self._noted.pop(name, None)

    def _is_due(self, marks: Mapping[UUID, float], name: UUID) -> bool:
        return self._timer() - marks.get(name, -NOTED_SECONDS) >= NOTED_SECONDS


def _with(actor: Actor, *, role: str, scopes: frozenset[Scope], to: Narrowing) -> Actor:
    return replace(actor, role=role, scopes=scopes, agent_id=to.agent_id, run_id=to.run_id, narrowed=True)


def _belongings(known: Known) -> set[UUID]:
    """The user and the workspace of a login or key, where it is known to be one."""
    if not isinstance(known.state, Login | ApiKey) or known.state.user_id is None or known.workspace_id is None:
        return set()
    return {known.state.user_id, known.workspace_id}


def _noun(known: Known) -> str | None:
    return known.aggregate.noun if known.aggregate else None
