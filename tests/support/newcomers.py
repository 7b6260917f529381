"""People with a name and a password at a running Z2, made by its operator."""

import itertools
from collections.abc import Mapping
from uuid import UUID

from application.identity import credentials
from domain.kernel import Record
from infrastructure import settings
from infrastructure.database import Database
from interfaces.operator import NewUser, create_user, password_link
from tests.support.residents import elsewhere

PASSWORD = "a password for tests"

_numbers = itertools.count()


class Newcomer(Record):
    """Somebody who can sign in, or has the secret of a link for that."""

    name: str
    email: str | None
    link: str | None

    @property
    def id(self) -> UUID:
        assert self.link is not None
        return credentials.presented("z2l", self.link).id


def newcomer(
    environment: Mapping[str, str],
    *,
    email: bool = False,
    role: str = "user",
    password: str | None = PASSWORD,
    workspace_id: UUID | None = None,
) -> Newcomer:
    """Somebody new; without a password they have a link."""
    name = f"Newcomer {next(_numbers)}"
    address = f"newcomer-{next(_numbers)}@example.com" if email else None
    configured = settings.load(environment)

    async def made() -> str | None:
        database = Database(configured.database_url)
        await database.open()
        try:
            return await create_user(configured, database, NewUser(name, address, role, workspace_id, password))
        finally:
            await database.close()

    link = elsewhere(made())
    return Newcomer(name, address, link and link.partition("#")[2])


def link_for(environment: Mapping[str, str], name: str) -> str:
    """The secret of a new link for somebody to choose another password."""
    configured = settings.load(environment)

    async def made() -> str:
        database = Database(configured.database_url)
        await database.open()
        try:
            return await password_link(configured, database, name)
        finally:
            await database.close()

    return elsewhere(made()).partition("#")[2]
