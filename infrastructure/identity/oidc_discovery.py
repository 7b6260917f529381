"""What a provider publishes of itself (OpenID Connect Discovery 1.0): its addresses and its keys."""

import base64
import time
from collections.abc import Callable
from typing import Any

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from domain.kernel import Record
from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_http import Asking
from infrastructure.identity.oidc_settings import Provider, is_safe

FRESH_SECONDS = 3600.0
MIN_RSA_BITS = 2048
MAX_KEYS = 100


class Metadata(Record):
    """The addresses of a provider, and what it is able to do."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        needed = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return (*needed, self.userinfo_endpoint) if self.userinfo_endpoint else needed


class Jwks(Record):
    """The keys as they were published."""

    keys: tuple[dict[str, Any], ...]


class Published:
    """What one provider publishes of itself, asked anew each hour; its keys also when a token names one that it lacks.

    Whoever finds nothing fresh asks by itself: nobody waits for another's slow answer.
    """

    def __init__(self, provider: Provider, asking: Asking, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._provider = provider
        self._asking = asking
        self._monotonic = monotonic
        self._metadata: Metadata | None = None
        self._keys: KeySet | None = None
        self._asked_at = 0.0

    async def metadata(self) -> Metadata:
        """Raises SignOnFailed where the provider is away, or publishes the addresses of somebody else."""
        if self._metadata is None or self._monotonic() - self._asked_at >= FRESH_SECONDS:
            self._metadata, self._keys = await self._ask(), None
            self._asked_at = self._monotonic()
        return self._metadata

    async def keys(self, *, other_than: KeySet | None = None) -> KeySet:
        """The keys that sign, asked for anew where these did not suffice."""
        metadata = await self.metadata()
        if self._keys is None or self._keys is other_than:
            self._keys = usable(await self._asking.get(metadata.jwks_uri, Jwks))
        return self._keys

    async def _ask(self) -> Metadata:
        metadata = await self._asking.get(get_well_known_url(self._provider.issuer, external=True), Metadata)
        if metadata.issuer != self._provider.issuer:
            raise SignOnFailed("discovery_altered", "it tells of another issuer")
        if not all(is_safe(address) for address in metadata.addresses):
            raise SignOnFailed("discovery_altered", "an address is not encrypted")
        return metadata


def usable(published: Jwks) -> KeySet:
    """The public keys among them that are good for checking signatures; the others are passed over."""
    found = [key for each in published.keys[:MAX_KEYS] if (key := _key(each)) is not None]
    if not found:
        raise SignOnFailed("keys_invalid")
    return KeySet(found)


def _key(published: dict[str, Any]) -> Key | None:
    if published.get("kty") not in ("RSA", "EC", "OKP") or published.get("use", "sig") != "sig":
        return None
    try:
        if published["kty"] == "RSA" and _bits(published["n"]) < MIN_RSA_BITS:
            return None
        return JWKRegistry.import_key({name: each for name, each in published.items() if name not in ("d", "key_ops")})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _bits(number: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)), "big").bit_length()
