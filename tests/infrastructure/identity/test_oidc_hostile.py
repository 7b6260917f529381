"""A provider that lies, or somebody in its place, lets nobody in; and one that is away or slow holds nobody up."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias
from urllib.parse import urlencode

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, RSAKey
from redis.asyncio import Redis

from infrastructure.identity import oidc_discovery
from infrastructure.identity.oidc import SingleSignOn
from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_settings import Provider
from tests.infrastructure.identity.signing_on import refused, single_sign_on
from tests.support.hostile_provider import CLIENT_ID, DISCOVERY, HostileProvider, hostile_provider, key
from tests.support.openid_provider import fields_of

Forge: TypeAlias = Callable[[HostileProvider, str], str]

ACCESS_TOKEN = "an access token"


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    connection = Redis.from_url(redis_url)
    await connection.flushdb()
    yield connection
    await connection.aclose()


@pytest.fixture
async def evil() -> AsyncIterator[HostileProvider]:
    async with hostile_provider() as evil:
        yield evil


def settings(evil: HostileProvider, issuer: str = "") -> Provider:
    return Provider(name="evil", title="Evil", issuer=issuer or evil.issuer, client_id=CLIENT_ID)


@pytest.fixture
def sso(redis: Redis, evil: HostileProvider) -> SingleSignOn:
    return single_sign_on(redis, settings(evil), seconds=20)


async def came_back(sso: SingleSignOn, evil: HostileProvider, forge: Forge) -> tuple[str, str]:
    begun = await sso.begin("evil", "/runs")
    sent = fields_of(begun.url)
    evil.tokens = {"id_token": forge(evil, sent["nonce"]), "access_token": ACCESS_TOKEN}
    return urlencode({"code": "a code", "state": sent["state"]}), begun.pending


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unsigned(evil: HostileProvider, nonce: str, algorithm: str = "none") -> str:
    parts = ({"alg": algorithm, "kid": "first"}, evil.claims(nonce))
    return ".".join(coded(json.dumps(part).encode()) for part in parts) + "."


def by_public_key(evil: HostileProvider, nonce: str, form: str) -> str:
    """Signed with HMAC, and what anybody may know as its key."""
    first = evil.keys[0]
    assert isinstance(first, RSAKey)
    known = {"pem": first.as_pem(private=False), "jwk": json.dumps(first.as_dict(private=False)).encode()}[form]
    signed = unsigned(evil, nonce, "HS256").rstrip(".")
    return f"{signed}.{coded(hmac.digest(known, signed.encode(), 'sha256'))}"


def with_own_key(evil: HostileProvider, nonce: str, **header: object) -> str:
    return evil.signed(evil.claims(nonce), key("attacker"), **{"kid": "first", **header})


def altered(evil: HostileProvider, nonce: str) -> str:
    head, _, signature = evil.signed(evil.claims(nonce)).split(".")
    return f"{head}.{coded(json.dumps(evil.claims(nonce, sub='admin')).encode())}.{signature}"


def odd_head(evil: HostileProvider, nonce: str, **header: object) -> str:
    _, body, signature = evil.signed(evil.claims(nonce)).split(".")
    return f"{coded(json.dumps({'alg': 'RS256', 'kid': 'first', **header}).encode())}.{body}.{signature}"


def saying(**changed: object) -> Forge:
    return lambda evil, nonce: evil.signed(evil.claims(nonce, **changed))


def at(seconds: float) -> int:
    return int(time.time() + seconds)


async def test_a_good_token_of_this_server_is_taken(sso: SingleSignOn, evil: HostileProvider) -> None:
    query, pending = await came_back(sso, evil, saying())
    assert (await sso.finish("evil", query, pending)).identity.subject == "anna"
    (request,) = [each for each in evil.requests if each.path == "/token"]
    assert "code_verifier=" in request.body.decode()
    assert "client_id=z2" in request.body.decode()


FORGED: dict[str, tuple[Forge, str]] = {
    "no signature": (unsigned, "unsupported_algorithm"),
    "no signature, other letters": (lambda evil, nonce: unsigned(evil, nonce, "nOnE"), "unsupported_algorithm"),
    "an empty signature": (lambda evil, nonce: unsigned(evil, nonce, "RS256"), "bad_signature"),
    "the public key as a secret": (lambda evil, nonce: by_public_key(evil, nonce, "pem"), "unsupported_algorithm"),
    "the published key as a secret": (lambda evil, nonce: by_public_key(evil, nonce, "jwk"), "unsupported_algorithm"),
    "another key under this name": (with_own_key, "bad_signature"),
    "a key that is not published": (lambda evil, nonce: with_own_key(evil, nonce, kid="attacker"), "invalid_key_id"),
    "a key name that is a path": (lambda evil, nonce: with_own_key(evil, nonce, kid="../../key"), "invalid_key_id"),
    "a key name that is no text": (lambda evil, nonce: odd_head(evil, nonce, kid={"$ne": 1}), "invalid_header_value"),
    "a key that it brings along": (
        lambda evil, nonce: with_own_key(evil, nonce, jwk=key("own", "EC", "P-256").as_dict(private=False)),
        "bad_signature",
    ),
    "a key that it points to": (
        lambda evil, nonce: with_own_key(evil, nonce, jku=f"{evil.issuer}/attacker"),
        "bad_signature",
    ),
    "something critical": (lambda evil, nonce: odd_head(evil, nonce, crit=["unheard"], unheard=1), ""),
    "other claims": (altered, "bad_signature"),
    "not a token": (lambda evil, nonce: "not.a.token", ""),
    "nothing": (lambda evil, nonce: "", ""),
    "four dots": (lambda evil, nonce: "a.b.c.d.e", ""),
    "a huge token": (saying(filler="x" * 200_000), "exceeded_size"),
    "another issuer": (saying(iss="https://accounts.example"), "invalid_claim iss"),
    "an issuer with a slash more": (
        lambda evil, nonce: saying(iss=f"{evil.issuer}/")(evil, nonce),
        "invalid_claim iss",
    ),
    "no issuer": (saying(iss=None), "missing_claim iss"),
    "for another client": (saying(aud="other"), "invalid_claim aud"),
    "for nobody": (saying(aud=None), "missing_claim aud"),
    "for an empty list": (saying(aud=[]), "invalid_claim aud"),
    "for others as well, and for nobody first": (saying(aud=[CLIENT_ID, "other"]), "missing_claim azp"),
    "for us, on behalf of another": (saying(azp="other"), "invalid_claim azp"),
    "expired": (saying(exp=at(-3600)), "expired_token exp"),
    "never expiring": (saying(exp=None), "missing_claim exp"),
    "expiring as text": (saying(exp="9999999999"), "invalid_claim exp"),
    "not yet valid": (saying(nbf=at(3600)), "invalid_"),
    "from the future": (saying(iat=at(3600)), "invalid_claim iat"),
    "from no time": (saying(iat=None), "missing_claim iat"),
    "another nonce": (saying(nonce="another"), "invalid_claim nonce"),
    "no nonce": (saying(nonce=None), "missing_claim nonce"),
    "a nonce that is no text": (saying(nonce=["x"]), "invalid_claim nonce"),
    "of nobody": (saying(sub=None), "missing_claim sub"),
    "of an empty name": (saying(sub=""), "sub"),
    "of a number": (saying(sub=7), "invalid_claim sub"),
    "of a long name": (saying(sub="a" * 256), "invalid_claim sub"),
    "of another access token": (saying(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "invalid_claim at_hash"),
    "of no access token at all": (saying(at_hash=5), ""),
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_token_that_is_not_good_lets_nobody_in(sso: SingleSignOn, evil: HostileProvider, what: str) -> None:
    forge, detail = FORGED[what]
    query, pending = await came_back(sso, evil, forge)
    await refused(sso, "evil", query, pending, "id_token_invalid", detail)


async def test_the_hash_of_the_access_token_is_checked_where_it_is_told(
    sso: SingleSignOn, evil: HostileProvider
) -> None:
    half = hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16]
    query, pending = await came_back(sso, evil, saying(at_hash=coded(half)))
    assert (await sso.finish("evil", query, pending)).identity.subject == "anna"


async def test_no_key_that_is_secret_weak_or_for_something_else_checks_a_signature(
    redis: Redis, evil: HostileProvider
) -> None:
    with pytest.warns(SecurityWarning):
        weak = key("weak", size=1024)
    other = key("other")
    secret = OctKey.import_key({"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "shared"})
    published = [
        weak.as_dict(private=False),
        {**other.as_dict(private=False), "use": "enc"},
        secret.as_dict(private=True),
        {"kty": "RSA", "kid": "broken", "n": "!", "e": 7},
        {"kty": "AKP", "kid": "of the future"},
    ]
    evil.answers["/jwks"] = (200, {"keys": published})
    for forge in (
        lambda evil, nonce: evil.signed(evil.claims(nonce), weak),
        lambda evil, nonce: evil.signed(evil.claims(nonce), other),
        lambda evil, nonce: evil.signed(evil.claims(nonce), secret, alg="HS256"),
    ):
        sso = single_sign_on(redis, settings(evil))
        query, pending = await came_back(sso, evil, forge)
        await refused(sso, "evil", query, pending, "keys_invalid")
    evil.answers["/jwks"] = (200, {"keys": [*published, evil.keys[0].as_dict(private=False)]})
    query, pending = await came_back(sso, evil, saying())
    assert (await sso.finish("evil", query, pending)).identity.subject == "anna"


async def test_an_algorithm_that_the_provider_does_not_announce_is_not_taken(
    sso: SingleSignOn, evil: HostileProvider
) -> None:
    evil.metadata = {"id_token_signing_alg_values_supported": ["ES256", "none", "HS256"]}
    query, pending = await came_back(sso, evil, saying())
    await refused(sso, "evil", query, pending, "id_token_invalid", "unsupported_algorithm")


async def test_a_provider_that_signs_in_no_allowed_way_lets_nobody_in(sso: SingleSignOn, evil: HostileProvider) -> None:
    evil.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256"]}
    query, pending = await came_back(sso, evil, unsigned)
    await refused(sso, "evil", query, pending, "id_token_invalid", "no way that is allowed")


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://accounts.example"},
        {"issuer": ""},
        {"authorization_endpoint": "http://accounts.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "http://accounts.example/token"},
        {"token_endpoint": "https://user@accounts.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://192.168.0.1/me"},
    ],
)
async def test_what_a_provider_publishes_must_be_its_own_and_encrypted(
    sso: SingleSignOn, evil: HostileProvider, changed: dict[str, Any]
) -> None:
    evil.metadata = changed
    with pytest.raises(SignOnFailed) as failure:
        await sso.begin("evil", "/")
    assert failure.value.reason == "discovery_altered"


HUGE = (200, {"filler": "x" * 600_000})
ODD: dict[str, tuple[str, tuple[int, object], str]] = {
    "discovery is missing": (DISCOVERY, (404, {}), "provider_answer_invalid"),
    "discovery fails": (DISCOVERY, (500, {}), "provider_answer_invalid"),
    "discovery is a page": (DISCOVERY, (200, b"<!doctype html>"), "provider_answer_invalid"),
    "discovery is a list": (DISCOVERY, (200, []), "provider_answer_invalid"),
    "discovery is huge": (DISCOVERY, HUGE, "provider_answer_too_large"),
    "discovery is deep": (DISCOVERY, (200, b"[" * 100_000), "provider_answer_invalid"),
    "discovery leads elsewhere": (DISCOVERY, (302, {}), "provider_answer_invalid"),
    "keys are missing": ("/jwks", (404, {}), "provider_answer_invalid"),
    "keys are empty": ("/jwks", (200, {"keys": []}), "keys_invalid"),
    "keys are none": ("/jwks", (200, {"keys": [None]}), "provider_answer_invalid"),
    "keys are huge": ("/jwks", HUGE, "provider_answer_too_large"),
    "tokens are missing": ("/token", (200, {}), "provider_answer_invalid"),
    "tokens are numbers": ("/token", (200, {"id_token": 1, "access_token": 2}), "provider_answer_invalid"),
    "tokens are huge": ("/token", HUGE, "provider_answer_too_large"),
    "tokens fail": ("/token", (503, {"error": "anna"}), "code_refused"),
    "tokens are elsewhere": ("/token", (307, {}), "code_refused"),
    "people are missing": ("/me", (401, {}), "provider_answer_invalid"),
    "people are a list": ("/me", (200, ["anna"]), "provider_answer_invalid"),
    "people are huge": ("/me", HUGE, "provider_answer_too_large"),
    "people are others": ("/me", (200, {"sub": "eve", "email": "anna@example.com"}), "userinfo_mismatch"),
    "people are nobody": ("/me", (200, {"email": "anna@example.com"}), "userinfo_mismatch"),
}


@pytest.mark.parametrize("what", ODD)
async def test_an_odd_answer_is_a_plain_failure(redis: Redis, evil: HostileProvider, what: str) -> None:
    path, answer, reason = ODD[what]
    query, pending = await came_back(single_sign_on(redis, settings(evil)), evil, saying(email=None))
    evil.answers[path] = answer
    evil.headers = {"location": f"{evil.issuer}/elsewhere"}
    await refused(single_sign_on(redis, settings(evil)), "evil", query, pending, reason)
    assert "/elsewhere" not in evil.paths()


@pytest.mark.parametrize("path", [DISCOVERY, "/jwks", "/token", "/me"])
async def test_a_provider_that_does_not_answer_holds_nobody_up(redis: Redis, evil: HostileProvider, path: str) -> None:
    query, pending = await came_back(single_sign_on(redis, settings(evil)), evil, saying(email=None))
    evil.silent_at = path
    await refused(single_sign_on(redis, settings(evil), seconds=1), "evil", query, pending, "provider_too_slow")


async def test_a_provider_that_is_away_is_a_plain_failure(redis: Redis) -> None:
    async with hostile_provider() as evil:
        gone = evil.issuer
    sso = single_sign_on(redis, settings(evil, gone))
    with pytest.raises(SignOnFailed) as failure:
        await sso.begin("evil", "/")
    assert failure.value.reason == "provider_unreachable"


async def test_what_a_provider_publishes_is_asked_for_once_an_hour_and_after_a_failure(
    redis: Redis, evil: HostileProvider
) -> None:
    seconds = [0.0]
    asking = single_sign_on(redis)._asking
    published = oidc_discovery.Published(settings(evil), asking, lambda: seconds[0])
    evil.answers[DISCOVERY] = (500, {})
    with pytest.raises(SignOnFailed):
        await published.metadata()
    del evil.answers[DISCOVERY]
    for _ in range(3):
        await published.keys()
    assert evil.paths() == [DISCOVERY, DISCOVERY, "/jwks"]
    seconds[0] = oidc_discovery.FRESH_SECONDS
    await published.keys()
    assert evil.paths()[3:] == [DISCOVERY, "/jwks"]


async def test_no_cookie_of_a_provider_is_kept(sso: SingleSignOn, evil: HostileProvider) -> None:
    evil.headers = {"set-cookie": "follow=you; Path=/"}
    query, pending = await came_back(sso, evil, saying(email=None))
    evil.people = {"sub": "anna", "email": "anna@example.com", "email_verified": "true"}
    person = (await sso.finish("evil", query, pending)).identity
    assert (person.email, person.email_verified) == ("anna@example.com", True)
    assert [each for each in evil.requests if "cookie" in each.headers] == []


@pytest.mark.parametrize("told", [False, None, 1, "yes", "1", ["true"], {"true": True}])
async def test_only_a_plain_yes_verifies_an_address(sso: SingleSignOn, evil: HostileProvider, told: object) -> None:
    query, pending = await came_back(sso, evil, saying(email_verified=told))
    assert not (await sso.finish("evil", query, pending)).identity.email_verified


async def test_an_address_and_its_being_verified_come_from_one_source(sso: SingleSignOn, evil: HostileProvider) -> None:
    evil.people = {"sub": "anna", "email": "boss@example.com"}
    query, pending = await came_back(sso, evil, saying(email=None, email_verified=True))
    person = (await sso.finish("evil", query, pending)).identity
    assert (person.email, person.email_verified) == ("boss@example.com", False)


@pytest.mark.parametrize("email", ["anna", "a@b@c", "a b@example.com", "a\n@example.com", "", 5, "a" * 255 + "@b.de"])
async def test_what_is_no_address_is_none(sso: SingleSignOn, evil: HostileProvider, email: object) -> None:
    query, pending = await came_back(sso, evil, saying(email=email, name="\x00"))
    person = (await sso.finish("evil", query, pending)).identity
    assert (person.email, person.email_verified, person.name) == (None, False, None)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("code=a", "state_mismatch"),
        ("code=a&state=", "state_mismatch"),
        ("code=a&state=%00", "state_mismatch"),
        ("code=a&state=%ff", "query_invalid"),
        ("code=a&state=forged", "state_mismatch"),
        ("", "state_mismatch"),
        ("state={state}", "code_missing"),
        ("code=&state={state}", "code_missing"),
        ("code=a&code=b&state={state}", "query_invalid"),
        ("code=a&state={state}&state={state}", "query_invalid"),
        ("code=a&state={state}&iss=https%3A%2F%2Fevil.example", "issuer_mismatch"),
        ("error=%3Cscript%3E&state={state}", "at_provider"),
        ("error=server_error&error_description=anna&state={state}", "at_provider"),
        ("code=" + "a" * 5_000 + "&state={state}", "code_missing"),
        ("code=" + "a" * 9_000 + "&state={state}", "query_invalid"),
        ("&".join(f"a{number}=1" for number in range(50)) + "&state={state}", "query_invalid"),
    ],
)
async def test_a_forged_answer_is_refused(sso: SingleSignOn, evil: HostileProvider, query: str, reason: str) -> None:
    begun = await sso.begin("evil", "/")
    await refused(sso, "evil", query.format(state=fields_of(begun.url)["state"]), begun.pending, reason)
    assert "/token" not in evil.paths()
