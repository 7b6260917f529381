"""Keys of model providers over HTTP: a workspace stores, tries and removes its own, and nobody ever reads one back."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.errors import Invalid, KeyUntested, NotFound
from application.models.failure import ModelError
from application.provider_secrets import OwnKey, ProviderSecrets, StoredKey, checked
from domain import secret
from domain.kernel import Instant, Record
from domain.secret import BaseUrl, ProviderName
from infrastructure.addresses import is_private_by_itself
from infrastructure.models.failures import ALLOW_PRIVATE
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed

Value = Annotated[str, Meta(description="The key as the provider shows it, in one piece. Nothing ever gives it back.")]


class StoreSecret(Record, forbid_unknown_fields=True):
    """A key for a provider, which is asked first whether it takes the key, unless `test` is false.

    `base_url` is where the key goes, if not where this Z2 sends its own.
    """

    value: Value
    base_url: BaseUrl | None = None
    test: bool = True

    def __repr__(self) -> str:
        return "StoreSecret(...)"


class ProviderSecret(Record):
    """What is told of a key. `last_four` is empty where the key is short. `version` grows with each one stored."""

    provider: str
    version: int
    last_four: str
    base_url: str | None
    stored_at: Instant
    stored_by: UUID


class ProviderSecretList(Record):
    """The workspace's own keys; a provider that is not listed is asked with the key of this Z2, if that has one."""

    items: list[ProviderSecret]


class SecretTest(Record):
    """Whether the provider takes the key; where not, why, and how to mend it."""

    works: bool
    why_not: str | None


class SecretController(Controller):
    path = "/secrets"
    tags = ("secrets",)

    @get(operation_id="listSecrets", summary="List the keys of model providers")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> ProviderSecretList:
        found = await _secrets(core).listed(request.user.workspace_id)
        return ProviderSecretList([_shown(each) for each in found])

    @put("/{provider:str}", operation_id="storeSecret", summary="Store a key of a model provider")
    async def store(
        self,
        provider: FromPath[ProviderName],
        data: JSONBody[StoreSecret],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> ProviderSecret:
        """Every call that begins a second later carries it; those under way finish with the one before."""
        value = checked(data.value)
        if not await core.executor.earlier(key):
            await _admitted(core, OwnKey(provider, 0, value, data.base_url), test=data.test)
        await _secrets(core).store(provider, value, data.base_url, request.user, key=key)
        core.providers.changed(request.user.workspace_id)
        return _shown(await _secrets(core).told(request.user.workspace_id, provider))

    @post("/{provider:str}/test", operation_id="testSecret", summary="Try a stored key", status_code=200)
    async def test(self, provider: FromPath[ProviderName], request: Signed, core: NamedDependency[Core]) -> SecretTest:
        """The provider is asked for its models, which costs nothing."""
        own = await _secrets(core).opened(request.user.workspace_id, provider)
        if own is None:
            raise NotFound(f"this workspace has no key of its own for {provider}")
        try:
            await core.providers.check(own)
        except ModelError as error:
            return SecretTest(works=False, why_not=str(error))
        return SecretTest(works=True, why_not=None)

    @delete("/{provider:str}", operation_id="removeSecret", summary="Remove a key of a model provider", status_code=200)
    async def remove(
        self, provider: FromPath[ProviderName], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """From now on the workspace has the key of this Z2 again, if that has one.

        Revoke it at the provider too: it stays in the log, encrypted.
        """
        outcome = await _secrets(core).remove(provider, request.user, key=key)
        core.providers.changed(request.user.workspace_id)
        return Accepted.of(outcome)


def _secrets(core: Core) -> ProviderSecrets:
    return ProviderSecrets(core.executor, core.vault)


async def _admitted(core: Core, own: OwnKey, *, test: bool) -> None:
    """Nothing, where the key may be stored. Raises Invalid, KeyUntested and Rejected."""
    secret.check_address(own.base_url)
    if own.base_url and not core.settings.provider_allow_private and is_private_by_itself(own.base_url):
        detail = f"the base_url is a private address; the operator can allow such ones with {ALLOW_PRIVATE}"
        raise Invalid(detail, field="base_url")
    if not test:
        return
    try:
        await core.providers.check(own)
    except ModelError as error:
        if error.code == "model_key_refused":
            raise Invalid(f"{error}; nothing was stored", field="value") from None
        detail = f"{error}; nothing was stored, and `test: false` stores the key without asking"
        raise KeyUntested(detail, field="base_url" if own.base_url else None) from None


def _shown(stored: StoredKey) -> ProviderSecret:
    return msgspec.convert(stored, ProviderSecret, from_attributes=True)
