"""Providers as a workspace has them: its own keys before those of the installation, and never anybody else's."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from application.errors import Altered, Erased
from application.provider_secrets import OwnKey, ProviderSecrets
from domain import secret
from domain.kernel import Record, replace
from domain.secret import ProviderName
from infrastructure.models import own_key
from infrastructure.models.registry import Providers, ProviderSettings
from infrastructure.models.remote import Remote

FRESH_SECONDS = 1.0
"""So long a process trusts what it knows of a workspace's keys."""

KEPT = 200
"""So many workspaces have connections kept for them; those of the one not used for longest are closed."""

log = structlog.get_logger()


class Own(Record):
    """A workspace's own provider, and the key that it was made with; None where that cannot be read."""

    key: OwnKey | None
    remote: Remote


class Workspace(Record):
    """What a workspace had when the log was last asked."""

    own: dict[ProviderName, Own]
    providers: Providers
    checked: float


class WorkspaceProviders:
    """Asks the log at most once a second for each workspace; a call that is under way keeps the key it began with."""

    def __init__(
        self,
        settings: ProviderSettings,
        secrets: ProviderSecrets,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        kept: int = KEPT,
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._fresh_seconds = fresh_seconds
        self._kept = kept
        self._installation = Providers.configured(settings)
        self._known: OrderedDict[UUID, Workspace] = OrderedDict()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @property
    def installation(self) -> Providers:
        """The providers of the settings."""
        return self._installation

    async def of(self, workspace_id: UUID, *, anew: bool = False) -> Providers:
        """The providers as this workspace has them now; give or take a second, unless `anew`. Raises Unavailable."""
        if anew:
            self.changed(workspace_id)
        if known := self._remembered(workspace_id):
            return known.providers
        async with self._turns.setdefault(workspace_id, asyncio.Lock()):
            known = self._remembered(workspace_id) or await self._asked(workspace_id)
            return known.providers

    def changed(self, workspace_id: UUID) -> None:
        """A key of the workspace may have been stored or removed just now: ask the log before the next call."""
        if known := self._known.get(workspace_id):
            self._known[workspace_id] = replace(known, checked=-math.inf)

    async def check(self, key: OwnKey) -> None:
        """Ask the provider whether it takes the key. Raises ModelError."""
        remote = own_key.provider(self._settings, key, own_key.CHECKING)
        try:
            await remote.discover()
        finally:
            await remote.aclose()

    async def aclose(self) -> None:
        """Close all connections, in the event loop that used them."""
        known, self._known = self._known, OrderedDict()
        for workspace in known.values():
            for own in workspace.own.values():
                await own.remote.aclose()
        await self._installation.aclose()

    def _remembered(self, workspace_id: UUID) -> Workspace | None:
        known = self._known.get(workspace_id)
        if known is None or time.monotonic() - known.checked >= self._fresh_seconds:
            return None
        self._known.move_to_end(workspace_id)
        return known

    async def _asked(self, workspace_id: UUID) -> Workspace:
        checked = time.monotonic()
        before = self._known[workspace_id].own if workspace_id in self._known else {}
        stored = await self._secrets.stored(workspace_id)
        own = {name: await self._own(workspace_id, name, state, before.get(name)) for name, state in stored.items()}
        remotes: dict[str, Remote] = {name: each.remote for name, each in own.items()}
        providers = self._installation.with_own(remotes) if own else self._installation
        workspace = self._known[workspace_id] = Workspace(own, providers, checked)
        self._known.move_to_end(workspace_id)
        gone = [each.remote for name, each in before.items() if name not in own or own[name].remote is not each.remote]
        while len(self._known) > self._kept:
            _, least = self._known.popitem(last=False)
            gone += [each.remote for each in least.own.values()]
        for remote in gone:
            await remote.retire()
        return workspace

    async def _own(self, workspace_id: UUID, name: ProviderName, state: secret.Secret, before: Own | None) -> Own:
        """The workspace's own provider, the one from before if its key is still the same."""
        try:
            key = await self._secrets.open(workspace_id, name, state)
        except (Altered, Erased) as error:
            if before is not None and before.key is None and not before.remote.retired:
                return before
            noted = {"workspace": str(workspace_id), "provider": name, "reason": error.code}
            log.error("models.key_unreadable", **noted)  # noqa: TRY400 -- its trace tells no more
            return Own(None, own_key.unreadable(self._settings, name))
        if before is not None and before.key == key and not before.remote.retired:
            return before
        return Own(key, own_key.provider(self._settings, key))


@asynccontextmanager
async def provided(settings: ProviderSettings, secrets: ProviderSecrets) -> AsyncIterator[WorkspaceProviders]:
    """The providers of all workspaces, whose connections are closed at the end of the block."""
    providers = WorkspaceProviders(settings, secrets)
    try:
        yield providers
    finally:
        await providers.aclose()
