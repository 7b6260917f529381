"""Belonging: who is a member of a workspace in which role. Nobody gives, or takes, more than they have themselves."""

from collections.abc import Iterable
from uuid import UUID

from application.access import EVERYTHING, Actor, Scope, scopes_of
from application.errors import NotAllowed, NotFound
from application.execute import Executor
from application.identity.accounts import Accounts, Person
from application.identity.moving import in_person
from application.identity.names import Names
from application.ports import IdempotencyKey, Outcome
from domain import agent, user, workspace
from domain.kernel import Command, Record, Rejected
from domain.workspace import BUILT_IN_ROLES, Workspace

ELSEWHERE = "this member is at home in another workspace, whose admins look after the account; remove the member here"
ONESELF = "you would lock yourself out; let another admin disable your account"


class NewMember(Record):
    """`user_id` is that of the account if it has to be made."""

    user_id: UUID
    name: str
    email: str | None
    role: str


class Belonging:
    """Each step of what takes more than one command may be repeated, so that a second try does what is left."""

    def __init__(self, executor: Executor, accounts: Accounts, names: Names) -> None:
        self._executor = executor
        self._accounts = accounts
        self._names = names

    async def workspace(self, by: Actor) -> Workspace:
        """Raises NotFound."""
        found = await self._executor.state(by.workspace_id, by.workspace_id)
        if not isinstance(found, Workspace):
            raise NotFound
        return found

    async def create(self, by: Actor, wish: NewMember) -> Person:
        """A member with a new account, or with the one that was at home here under this name and is no member now.

        Whoever makes a member gets a link to the account, so that nobody may do so with one that may do more than they.
        Raises NotAllowed, Invalid, and Rejected where the name is another's.
        """
        place = await self.workspace(by)
        may_give(by, wish.role, place)
        user_id = wish.user_id
        try:
            await self._accounts.register(by, name=wish.name, email=wish.email, user_id=user_id)
        except Rejected as refused:
            user_id = await self._coming_back(by, wish.name, place, refused)
        person = await self._accounts.person(user_id)
        may_act_on(by, user_id, place)
        if person.user.verifier or person.user.identities:
            in_person(by)
            within(by, EVERYTHING, "make a link to an account that is in use")
        if user_id not in place.members:
            await self._do(by.workspace_id, workspace.AddMember(user_id, wish.role), by)
        return person

    async def change_role(self, by: Actor, user_id: UUID, role: str, *, key: IdempotencyKey | None = None) -> Outcome:
        place = await self.workspace(by)
        may_act_on(by, user_id, place)
        may_give(by, role, place)
        return await self._do(by.workspace_id, workspace.ChangeRole(user_id, role), by, key=key)

    async def remove(self, by: Actor, user_id: UUID, *, key: IdempotencyKey | None = None) -> Outcome:
        """The account stays. Raises NotFound, NotAllowed, and Rejected for the last admin."""
        earlier = await self._executor.earlier(key)
        if earlier is not None:
            return earlier
        place = await self.workspace(by)
        if user_id not in place.members:
            raise NotFound("there is no such member in this workspace")
        may_act_on(by, user_id, place)
        return await self._do(by.workspace_id, workspace.RemoveMember(user_id), by, key=key)

    async def readmit(self, by: Actor, user_id: UUID, role: str, *, key: IdempotencyKey | None = None) -> Outcome:
        """Let somebody in again who was removed, wherever the account is at home; what they had here stays ended.

        Raises NotFound, NotAllowed, and Rejected for a member and for a disabled account.
        """
        earlier = await self._executor.earlier(key)
        if earlier is not None:
            return earlier
        place = await self.workspace(by)
        may_give(by, role, place)
        if user_id in place.members:
            raise Rejected("this is a member already; give them another role instead", code="member_already")
        if user_id not in place.departures:
            raise NotFound("nobody of this id was removed from this workspace")
        if (await self._accounts.person(user_id)).user.status != "active":
            raise Rejected(f"the account is disabled; enable {user_id} first")
        return await self._do(by.workspace_id, workspace.AddMember(user_id, role), by, key=key)

    async def disable(self, by: Actor, user_id: UUID) -> Outcome:
        """Nobody is signed in to the account any more, wherever. Raises NotFound, NotAllowed and Rejected."""
        if user_id == by.user_id:
            raise Rejected(ONESELF, code="oneself")
        place = await self._own(by, user_id)
        may_act_on(by, user_id, place)
        await self._do(by.workspace_id, workspace.SuspendMember(user_id), by)
        return await self._do(user_id, user.DisableUser(), by)

    async def enable(self, by: Actor, user_id: UUID) -> Outcome:
        """Raises NotFound, NotAllowed and Rejected."""
        place = await self._own(by, user_id)
        may_act_on(by, user_id, place)
        outcome = await self._do(user_id, user.EnableUser(), by)
        await self._do(by.workspace_id, workspace.ReinstateMember(user_id), by)
        return outcome

    async def define_role(
        self, by: Actor, role: str, scopes: tuple[Scope, ...], *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """A role of the workspace's own; one that exists gets these scopes. Raises NotAllowed and Rejected."""
        place = await self.workspace(by)
        if role not in BUILT_IN_ROLES:
            within(by, (*scopes, *scopes_of(role, place.roles)), f"define the role {role!r}")
        return await self._do(by.workspace_id, workspace.DefineRole(role, scopes), by, key=key)

    async def remove_role(self, by: Actor, role: str, *, key: IdempotencyKey | None = None) -> Outcome:
        """Raises NotFound, NotAllowed, and Rejected for a role that somebody has."""
        earlier = await self._executor.earlier(key)
        if earlier is not None:
            return earlier
        place = await self.workspace(by)
        if role in BUILT_IN_ROLES:
            raise Rejected(f"the role {role!r} is built in; it cannot be removed")
        if role not in place.roles:
            raise NotFound("there is no such role in this workspace")
        within(by, scopes_of(role, place.roles), f"remove the role {role!r}")
        return await self._do(by.workspace_id, workspace.RemoveRole(role), by, key=key)

    async def grant_agent(
        self, by: Actor, agent_id: UUID, scopes: tuple[Scope, ...], *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """What an agent may do besides reading, as far as whoever it works for may. Raises NotFound and NotAllowed."""
        known = await self._executor.state(agent_id, by.workspace_id)
        if not isinstance(known, agent.Agent):
            raise NotFound("there is no such agent in this workspace")
        within(by, (*scopes, *known.scopes), "grant them to an agent")
        return await self._do(agent_id, agent.GrantAgentScopes(scopes), by, key=key)

    async def _coming_back(self, by: Actor, name: str, place: Workspace, refused: Rejected) -> UUID:
        """Whose name it is, if the account was made here and belongs to no member. Raises what was refused."""
        holder = await self._names.holder("name", name) if refused.code == "name_taken" else None
        try:
            person = await self._accounts.person(holder) if holder else None
        except NotFound:
            person = None
        if person is None or person.home != by.workspace_id or person.user_id in place.members:
            raise refused
        if person.user.status != "active":
            raise Rejected(f"the account is disabled; enable {person.user_id} first")
        return person.user_id

    async def _own(self, by: Actor, user_id: UUID) -> Workspace:
        """The workspace, if it is where the account is at home. Raises NotFound, and Rejected for another member's."""
        place = await self.workspace(by)
        known = await self._executor.states.refresh(user_id)
        if isinstance(known.state, user.User) and known.workspace_id == by.workspace_id:
            if user_id not in place.members:
                within(by, EVERYTHING, "change the account of somebody who belongs elsewhere by now")
            return place
        if user_id in place.members:
            raise Rejected(ELSEWHERE, code="at_home_elsewhere")
        raise NotFound("there is no such member in this workspace")

    async def _do(self, stream: UUID, command: Command, by: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        return await self._executor.execute(stream, command, by, correlation_id=stream, key=key)


def may_give(by: Actor, role: str, place: Workspace) -> None:
    """Raise NotAllowed for a role that may do more than whoever gives it, and Rejected for one that is none."""
    workspace.check_role(role, place)
    within(by, scopes_of(role, place.roles), f"give the role {role!r}", field="role")


def may_act_on(by: Actor, user_id: UUID, place: Workspace) -> None:
    """Raise NotAllowed for a member who may do more than whoever wants to change something about them."""
    if user_id != by.user_id and (role := place.members.get(user_id)) is not None:
        within(by, scopes_of(role, place.roles), f"change something about a member with the role {role!r}")


def within(by: Actor, scopes: Iterable[str], doing: str, *, field: str | None = None) -> None:
    beyond = sorted(frozenset(scopes) - by.rights)
    if beyond:
        raise NotAllowed(f"you lack the scope {beyond[0]} yourself, so you cannot {doing}", field=field)
