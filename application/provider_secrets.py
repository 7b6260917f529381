"""The keys that workspaces have at providers of models: sealed before they reach the log, opened only to be used."""

import base64
import binascii
from uuid import UUID, uuid5

from application import access
from application.access import Actor
from application.errors import Altered, Invalid, NotFound
from application.execute import Executor
from application.ports import IdempotencyKey, Outcome, Recorded, Vault
from application.states import Known
from domain import secret
from domain.kernel import Instant, Record
from domain.secret import ProviderName

LONGEST = 4_000
TOLD_FROM = 16
"""Of a key that is shorter than this, not even the last characters are told."""

QUOTES = "\"'`\u2018\u2019\u201c\u201d"


class OwnKey(Record):
    """A key that can be used. Nothing prints it."""

    provider: ProviderName
    version: int
    value: str
    base_url: str | None = None

    def __repr__(self) -> str:
        return f"OwnKey({self.provider!r}, {self.version}, ...)"


class StoredKey(Record):
    """What is told of a key: everything but the key."""

    provider: str
    version: int
    last_four: str
    base_url: str | None
    stored_at: Instant
    stored_by: UUID


class ProviderSecrets:
    """Keeps the keys of workspaces in the log."""

    def __init__(self, executor: Executor, vault: Vault) -> None:
        self._executor = executor
        self._vault = vault

    async def store(
        self,
        provider: ProviderName,
        value: str,
        base_url: str | None,
        actor: Actor,
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Take this key from now on. Raises Invalid, NotAllowed, Rejected or KeyReused."""
        access.authorise(actor, secret.StoreSecret)
        value = checked(value)
        stream = stream_of(actor.workspace_id, provider)
        version = (await self._state(actor.workspace_id, provider)).version + 1
        box = await self._vault.keep(stream, _purpose(version, base_url), value.encode())
        last_four = value[-4:] if len(value) >= TOLD_FROM else ""
        command = secret.StoreSecret(provider, version, last_four, base64.b64encode(box).decode(), base_url)
        return await self._executor.execute(stream, command, actor, correlation_id=stream, key=key)

    async def remove(self, provider: ProviderName, actor: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        """Use it no more. Raises NotAllowed, Rejected or KeyReused."""
        stream = stream_of(actor.workspace_id, provider)
        return await self._executor.execute(stream, secret.RemoveSecret(), actor, correlation_id=stream, key=key)

    async def listed(self, workspace_id: UUID) -> list[StoredKey]:
        """The keys that the workspace has now."""
        stored = await self.stored(workspace_id)
        found = [await self._told(workspace_id, provider) for provider in stored]
        return [each for each in found if each is not None]

    async def told(self, workspace_id: UUID, provider: ProviderName) -> StoredKey:
        """One key. Raises NotFound."""
        found = await self._told(workspace_id, provider)
        if found is None:
            raise NotFound(f"this workspace has no key of its own for {provider}")
        return found

    async def opened(self, workspace_id: UUID, provider: ProviderName) -> OwnKey | None:
        """The key to use, None where there is none. Raises Altered, and Erased where it can be read no more."""
        state = await self._state(workspace_id, provider)
        return await self.open(workspace_id, provider, state) if state.status == "stored" else None

    async def stored(self, workspace_id: UUID) -> dict[ProviderName, secret.Secret]:
        """The keys that the workspace has now, still sealed, by one look at the log."""
        streams = {provider: stream_of(workspace_id, provider) for provider in secret.PROVIDERS}
        known = await self._executor.states.refresh_all(*streams.values())
        found = {provider: _mine(known[stream], workspace_id) for provider, stream in streams.items()}
        return {provider: state for provider, state in found.items() if state.status == "stored"}

    async def open(self, workspace_id: UUID, provider: ProviderName, state: secret.Secret) -> OwnKey:
        """A stored key to use. Raises Altered, and Erased where it can be read no more."""
        box = _decoded(state.box)
        stream = stream_of(workspace_id, provider)
        value = await self._vault.reveal(stream, _purpose(state.version, state.base_url), box)
        return OwnKey(provider, state.version, value.decode(), state.base_url)

    async def _state(self, workspace_id: UUID, provider: ProviderName) -> secret.Secret:
        return _mine(await self._executor.states.refresh(stream_of(workspace_id, provider)), workspace_id)

    async def _told(self, workspace_id: UUID, provider: ProviderName) -> StoredKey | None:
        try:
            past = await self._executor.past(stream_of(workspace_id, provider), workspace_id)
        except NotFound:
            return None
        return _shown(past[-1])


def stream_of(workspace_id: UUID, provider: ProviderName) -> UUID:
    """The stream of a workspace's key for a provider."""
    return uuid5(workspace_id, f"secret:{provider}")


def checked(value: str) -> str:
    """The key, if it can be one. Raises Invalid, which says what is wrong and never repeats any of it."""
    why = None
    if not value.strip():
        why = "the key is empty"
    elif any(sign in value for sign in QUOTES):
        why = "the key has quotation marks around or within it; give it without them"
    elif any(sign.isspace() for sign in value):
        why = "the key has blanks or line breaks around or within it; give the key alone, in one piece"
    elif not (value.isascii() and value.isprintable()):
        why = "the key holds characters that no key has; copy it again"
    elif len(value) > LONGEST:
        why = f"the key is too long: at most {LONGEST:,} characters are taken"
    if why is not None:
        raise Invalid(why, field="value")
    return value


def _purpose(version: int, base_url: str | None) -> str:
    """What a box is for: whoever could alter the log must not send a key elsewhere, or bring an old one back."""
    return f"provider_key {version} {base_url or ''}"


def _mine(known: Known, workspace_id: UUID) -> secret.Secret:
    mine = known.workspace_id == workspace_id and isinstance(known.state, secret.Secret)
    return known.state if mine else secret.initial


def _decoded(box: str) -> bytes:
    try:
        return base64.b64decode(box, validate=True)
    except (binascii.Error, ValueError):
        raise Altered from None


def _shown(last: Recorded) -> StoredKey | None:
    if not isinstance(last.event, secret.Stored):
        return None
    event = last.event
    return StoredKey(
        event.provider, event.version, event.last_four, event.base_url, last.context.at, last.context.actor_id
    )
