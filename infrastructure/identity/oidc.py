"""Single sign-on: somebody proves at an OpenID Connect provider who they are (authorization code with PKCE)."""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote
from uuid import UUID

import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from application.identity.linking import ExternalIdentity
from application.ports import Clock
from domain.kernel import Record
from infrastructure.identity.oidc_claims import identity, is_told
from infrastructure.identity.oidc_discovery import Metadata, Published
from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_http import Asking
from infrastructure.identity.oidc_id_token import Claims, Expected, checked
from infrastructure.identity.oidc_pending import LIFETIME, Pending, Seal, UsedStates
from infrastructure.identity.oidc_return import safe_return
from infrastructure.identity.oidc_settings import Provider

MAX_QUERY = 8_192
MAX_FIELDS = 30
MAX_CODE = 4_096

log = structlog.get_logger()


class Begun(Record):
    """Where the browser goes, and what it carries until it is back."""

    url: str
    pending: str


class Finished(Record):
    """Who came back. `link_to` is the user who asked for the link when the sign-on began."""

    identity: ExternalIdentity
    return_to: str
    link_to: UUID | None


class Tokens(Record):
    """What the provider gives for a code."""

    id_token: str
    access_token: str
    token_type: str = "Bearer"  # noqa: S105  a kind of token

    def __repr__(self) -> str:
        return "Tokens(...)"


class Party(Record):
    """A provider and what it publishes of itself."""

    provider: Provider
    published: Published


class SingleSignOn:
    """The sign-ons of one installation, whose address is `public_url`."""

    def __init__(
        self,
        providers: Iterable[Provider],
        *,
        public_url: str,
        seal: Seal,
        used: UsedStates,
        clock: Clock,
        asking: Asking | None = None,
    ) -> None:
        self._asking = asking or Asking()
        self._parties = {each.name: Party(each, Published(each, self._asking)) for each in providers}
        self._public_url = public_url.rstrip("/")
        self._seal = seal
        self._used = used
        self._clock = clock

    @property
    def providers(self) -> tuple[Provider, ...]:
        """In the order of the settings."""
        return tuple(party.provider for party in self._parties.values())

    def redirect_uri(self, provider: str) -> str:
        """The address that the provider must know; each has its own, so that no answer is taken for another's."""
        return f"{self._public_url}/api/session/oidc/{provider}/callback"

    async def begin(self, provider: str, return_to: str, *, link_to: UUID | None = None) -> Begun:
        """Begin a sign-on. Raises Invalid for a hostile `return_to`, and SignOnFailed."""
        address = safe_return(return_to)
        with _logged(provider):
            party = self._party(provider)
            metadata = await party.published.metadata()
        pending = Pending(
            provider,
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(48),
            address,
            self._clock() + LIFETIME,
            link_to,
        )
        return Begun(self._address(party.provider, metadata, pending), self._seal.close(pending))

    async def finish(self, provider: str, query: str, sealed: str) -> Finished:
        """Who it is that came back with this query and what it carried. Raises SignOnFailed, whatever is wrong."""
        with _logged(provider):
            party = self._party(provider)
            given = _parsed(query)
            pending = self._seal.open(sealed, self._clock())
            if pending.provider != provider:
                raise SignOnFailed("provider_mismatch")
            await self._check_state(pending, given)
            metadata = await party.published.metadata()
            _check_answer(metadata, given)
            claims, told = await self._redeemed(party, metadata, pending, given["code"])
            return Finished(identity(party.provider, claims, told), pending.return_to, pending.link_to)

    def _party(self, name: str) -> Party:
        if name not in self._parties:
            raise SignOnFailed("unknown_provider")
        return self._parties[name]

    def _address(self, provider: Provider, metadata: Metadata, pending: Pending) -> str:
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            provider.client_id,
            "code",
            redirect_uri=self.redirect_uri(provider.name),
            scope=list(provider.scopes),
            state=pending.state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return url

    async def _check_state(self, pending: Pending, given: Mapping[str, str]) -> None:
        """The answer must be to what this very browser began, and only once."""
        if not hmac.compare_digest(pending.state.encode(), given.get("state", "").encode()):
            raise SignOnFailed("state_mismatch")
        if not await self._used.use(pending.state):
            raise SignOnFailed("replayed")

    async def _redeemed(self, party: Party, metadata: Metadata, pending: Pending, code: str) -> tuple[Claims, Claims]:
        """The claims of the ID token, and those of the user info where that is needed."""
        provider = party.provider
        tokens = await self._tokens(provider, metadata, pending, code)
        expected = Expected(metadata.issuer, provider.client_id, pending.nonce, tokens.access_token, self._clock())
        claims = await checked(tokens.id_token, expected, party.published)
        if is_told(provider, claims) or not metadata.userinfo_endpoint:
            return claims, {}
        told = await self._asking.get(metadata.userinfo_endpoint, Claims, bearer=tokens.access_token)
        if told.get("sub") != claims["sub"]:
            raise SignOnFailed("userinfo_mismatch")
        return claims, told

    async def _tokens(self, provider: Provider, metadata: Metadata, pending: Pending, code: str) -> Tokens:
        form = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self.redirect_uri(provider.name),
            code_verifier=pending.verifier,
        )
        method = "none"
        if provider.client_secret:
            basic = "client_secret_basic"
            offered = metadata.token_endpoint_auth_methods_supported
            method = basic if basic in offered or "client_secret_post" not in offered else "client_secret_post"
        # RFC 6749, 2.3.1: what goes into the header is encoded like a form
        names = [provider.client_id, provider.client_secret]
        client = ClientAuth(*(quote(name, safe="") if method.endswith("basic") else name for name in names), method)
        url, headers, body = client.prepare("POST", metadata.token_endpoint, {}, form)
        return await self._asking.post(url, body, headers, Tokens)


@contextmanager
def _logged(provider: str) -> Iterator[None]:
    """Writes the reason of a failed sign-on into the log."""
    try:
        yield
    except SignOnFailed as error:
        # a name that is no provider's could be anything that somebody typed
        known = None if error.reason == "unknown_provider" else provider
        log.warning("single_sign_on.failed", provider=known, reason=error.reason, detail=error.detail)
        raise


def _parsed(query: str) -> dict[str, str]:
    """The fields of the answer; none of them may come twice."""
    try:
        if len(query) > MAX_QUERY:
            raise ValueError
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise SignOnFailed("query_invalid") from None
    given = dict(fields)
    if len(given) != len(fields):
        raise SignOnFailed("query_invalid", "a field comes twice")
    return given


def _check_answer(metadata: Metadata, given: Mapping[str, str]) -> None:
    """The answer must be of this provider (RFC 9207) and have a code."""
    named = "iss" in given or metadata.authorization_response_iss_parameter_supported
    if named and given.get("iss") != metadata.issuer:
        raise SignOnFailed("issuer_mismatch")
    if "error" in given:
        raise SignOnFailed("access_denied" if given["error"] == "access_denied" else "at_provider")
    if not 0 < len(given.get("code", "")) <= MAX_CODE:
        raise SignOnFailed("code_missing")
