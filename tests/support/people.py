"""People with a credential, in a log of memory or of Postgres."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from application.access import Actor
from application.execute import Executor
from application.identity import credentials
from application.identity.credentials import Credential
from application.ports import Clock
from domain import api_key, login, user, workspace
from domain.kernel import Command


class People:
    """Lets people in as Z2 itself does, each with one command after the other."""

    def __init__(self, executor: Executor, clock: Clock) -> None:
        self._executor = executor
        self._clock = clock

    async def do(self, stream: UUID, workspace_id: UUID, command: Command) -> None:
        actor = Actor(uuid4(), workspace_id, "system")
        await self._executor.execute(stream, command, actor, correlation_id=uuid4())

    async def member(self, workspace_id: UUID, role: str = "user") -> UUID:
        """A new user who is a member of the workspace, which is founded where it does not exist."""
        user_id = uuid4()
        await self.do(workspace_id, workspace_id, workspace.CreateWorkspace("Home"))
        await self.do(user_id, workspace_id, user.RegisterUser())
        await self.do(workspace_id, workspace_id, workspace.AddMember(user_id, role))
        return user_id

    async def login(
        self, user_id: UUID, workspace_id: UUID, kind: login.Kind = "client", *, idle: int | None = None
    ) -> Credential:
        """A sign-in of the user; the credential is its session or its refresh token."""
        credential = credentials.made("z2s" if kind == "browser" else "z2r", uuid4())
        generation = (await self._executor.states.refresh(user_id)).state.generation
        ends = self._clock() + timedelta(days=1)
        start = login.StartLogin(user_id, kind, "password", generation, credential.digest, ends, idle)
        await self.do(credential.id, workspace_id, start)
        return credential

    async def key(
        self, user_id: UUID, workspace_id: UUID, scopes: Sequence[str] | None = None, *, days: float | None = None
    ) -> Credential:
        credential = credentials.made("z2", uuid4())
        ends = None if days is None else self._clock() + timedelta(days=days)
        allowed = None if scopes is None else tuple(scopes)
        issue = api_key.IssueKey(user_id, "CI", credential.digest, allowed, ends)
        await self.do(credential.id, workspace_id, issue)
        return credential
