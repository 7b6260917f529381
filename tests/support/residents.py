"""People who are signed in to a running Z2, made beside it in its own log."""

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID

from application.access import Actor
from application.execute import Executor
from application.identity.credentials import Credential
from domain import login
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from tests.support.people import People

Result = TypeVar("Result")


class Residents:
    """One person for each role of each workspace, with a sign-in that tokens can be issued for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._url = environment["DATABASE_URL"]
        self._known: dict[tuple[str, UUID], Actor] = {}
        self._refresh_tokens: dict[UUID, str] = {}

    def one(self, role: str, workspace_id: UUID) -> Actor:
        """The same person each time."""
        if (role, workspace_id) not in self._known:
            self._known[role, workspace_id] = self.new(role, workspace_id)
        return self._known[role, workspace_id]

    def new(self, role: str, workspace_id: UUID) -> Actor:
        """Somebody new."""
        user_id, credential = elsewhere(self._made(role, workspace_id, "client"))
        self._refresh_tokens[credential.id] = credential.text
        return Actor(user_id, workspace_id, role, login_id=credential.id)

    def refresh_token(self, role: str, workspace_id: UUID) -> str:
        """The first one of the sign-in of this person."""
        login_id = self.one(role, workspace_id).login_id
        assert login_id is not None, "each of them has signed in"
        return self._refresh_tokens[login_id]

    def session(self, role: str, workspace_id: UUID) -> str:
        """The cookie of somebody new who has signed in with a browser."""
        return elsewhere(self._made(role, workspace_id, "browser"))[1].text

    async def _made(self, role: str, workspace_id: UUID, kind: login.Kind) -> tuple[UUID, Credential]:
        database = Database(self._url)
        await database.open()
        try:
            await migrate(database)
            people = People(Executor(PostgresEventStore(database), now), now)
            user_id = await people.member(workspace_id, role)
            return user_id, await people.login(user_id, workspace_id, kind)
        finally:
            await database.close()


def elsewhere(work: Coroutine[Any, Any, Result]) -> Result:
    """The work, done on a loop of its own, whatever runs here."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
