"""Providers that a workspace has with a key of its own."""

from application.provider_secrets import OwnKey
from domain.kernel import replace
from domain.secret import ProviderName
from infrastructure.models import registry
from infrastructure.models.failures import Endpoint, Guard
from infrastructure.models.pace import Pace
from infrastructure.models.registry import ProviderSettings
from infrastructure.models.remote import Remote
from infrastructure.models.services import SERVICES

CHECKING = Pace(connect=5.0, first=10.0, idle=10.0)
"""How long a provider may take when a key is tried: to connect, and in all."""


def provider(settings: ProviderSettings, key: OwnKey, pace: Pace | None = None) -> Remote:
    """The provider, with this key. A key without an address of its own goes where the installation sends its own."""
    there = endpoint(settings, key)
    if not key.version:
        there = replace(there, mend="")  # it is only tried, and whoever tries it knows how to store another
    return registry.remote_of(SERVICES[key.provider], there, key.value, pace or settings.pace)


def unreadable(settings: ProviderSettings, name: ProviderName) -> Remote:
    """The provider of a workspace whose key cannot be read. Nobody else's key takes its place."""
    there = endpoint(settings, OwnKey(name, 0, ""))
    why = f"the key of this workspace for {there.title} cannot be read any more; store it again: {there.mend}"
    return registry.remote_of(SERVICES[name], there, None, settings.pace, why_not=why)


def endpoint(settings: ProviderSettings, key: OwnKey) -> Endpoint:
    """Where the key is sent, and what is said when that does not work."""
    service = SERVICES[key.provider]
    where = registry.endpoint_of(service, settings)
    mine = replace(
        where,
        key_setting=f"this workspace's key for {key.provider}",
        own=True,
        mend=f"z2 providers rotate {key.provider}",
    )
    if key.base_url is None:
        return mine
    title = f"the service that this workspace has for {key.provider}"
    guard = Guard(allow_private=settings.allow_private)
    there = registry.elsewhere(service, mine, key.base_url)
    return replace(there, title=title, url_setting="the base_url of this workspace's key", guard=guard)
