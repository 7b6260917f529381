"""Workspaces with keys of their own, in a log of Postgres."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from uuid import UUID, uuid4

from application.access import Actor
from application.execute import Executor
from application.models.port import provider_of
from application.ports import Recorded, Write
from application.provider_secrets import ProviderSecrets, stream_of
from domain import secret
from domain.kernel import Context
from domain.secret import ProviderName
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from infrastructure.models.registry import ProviderSettings
from infrastructure.models.workspace_providers import FRESH_SECONDS, KEPT, WorkspaceProviders
from tests.infrastructure.models import asking
from tests.support.vaults import vault

INSTALLED = "sk-installed-0123456789"


class CountingLog(PostgresEventStore):
    """The log, and how often it was asked for streams."""

    loads = 0

    async def load(self, stream: UUID, after: int = 0) -> list[Recorded]:
        self.loads += 1
        return await super().load(stream, after)

    async def load_all(self, after: Mapping[UUID, int]) -> list[Recorded]:
        self.loads += 1
        return await super().load_all(after)


class Replica:
    """What one process has of keys and providers; others share the database with it."""

    def __init__(self, database: Database, settings: ProviderSettings, *, fresh: float, kept: int) -> None:
        self.log = CountingLog(database)
        self.vault = vault(database)
        self._executor = Executor(self.log, now)
        self.secrets = ProviderSecrets(self._executor, self.vault)
        self.providers = WorkspaceProviders(settings, self.secrets, fresh_seconds=fresh, kept=kept)

    async def store(
        self, workspace_id: UUID, value: str, base_url: str | None = None, provider: ProviderName = "openai"
    ) -> None:
        """As its API does it."""
        await self.secrets.store(provider, value, base_url, admin(workspace_id))
        self.providers.changed(workspace_id)

    async def remove(self, workspace_id: UUID, provider: ProviderName = "openai") -> None:
        await self.secrets.remove(provider, admin(workspace_id))
        self.providers.changed(workspace_id)

    async def box(self, workspace_id: UUID, provider: ProviderName = "openai") -> str:
        """What the log has of the key."""
        state = await self._executor.state(stream_of(workspace_id, provider), workspace_id)
        assert isinstance(state, secret.Secret)
        return state.box

    async def forge(self, workspace_id: UUID, event: secret.Stored) -> None:
        """Write into the log past all rules, as somebody could who has the database."""
        stream = stream_of(workspace_id, "openai")
        known = await self._executor.states.refresh(stream)
        context = Context(workspace_id, uuid4(), now(), stream)
        await self.log.append([Write(stream, known.version, [event], context)])
        self.providers.changed(workspace_id)

    async def ask(self, workspace_id: UUID, model: str = "openai/gpt-test") -> str:
        """The words of an answer, asked for in the name of the workspace."""
        provider = await provider_of(self.providers, workspace_id, model)
        texts, _ = await asking.heard(provider, asking.request(model))
        return "".join(texts)


def admin(workspace_id: UUID) -> Actor:
    return Actor(uuid4(), workspace_id, "admin")


@asynccontextmanager
async def replica(
    database: Database, settings: ProviderSettings, *, fresh: float = FRESH_SECONDS, kept: int = KEPT
) -> AsyncIterator[Replica]:
    made = Replica(database, settings, fresh=fresh, kept=kept)
    async with aclosing(made.providers):
        yield made
