"""Single sign-on at a real provider: the certified `oidc-provider`, in a process of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from redis.asyncio import Redis

from application.identity.linking import RoleRule
from infrastructure.identity.oidc import Begun, Finished, SingleSignOn
from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_pending import LIFETIME
from infrastructure.identity.oidc_settings import Provider
from tests.infrastructure.identity.signing_on import HERE, ShiftedClock, claims_of, refused, single_sign_on
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, Browser, OpenIdProvider, fields_of, openid_provider
from tests.support.until import until

BACK = f"{HERE}/api/session/oidc/company/callback"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    with openid_provider([BACK]) as running:
        running.knows(
            "anna", {"email": "anna@example.com", "email_verified": True, "name": "Anna", "groups": ["a", "b"]}
        )
        yield running


@pytest.fixture
def provider(running: OpenIdProvider) -> OpenIdProvider:
    running.is_able()
    running.rotate()
    return running


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    connection = Redis.from_url(redis_url)
    await connection.flushdb()
    yield connection
    await connection.aclose()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with httpx2.AsyncClient(verify=False, timeout=60) as client:
        yield Browser(client, "anna")


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


def settings(provider: OpenIdProvider, **changed: object) -> Provider:
    given = {"name": "company", "title": "Company", "issuer": provider.issuer, "client_id": CLIENT_ID}
    return Provider(**{**given, "client_secret": CLIENT_SECRET, **changed})  # type: ignore[arg-type]  # tests give any


@pytest.fixture
def sso(redis: Redis, provider: OpenIdProvider, clock: ShiftedClock) -> SingleSignOn:
    return single_sign_on(redis, settings(provider), clock=clock)


async def came_back(sso: SingleSignOn, browser: Browser) -> tuple[Begun, str]:
    """A sign-on up to the moment in which the browser is back, and the query that it came back with."""
    begun = await sso.begin("company", "/runs")
    address = await browser.sign_on(begun.url)
    assert address.startswith(f"{BACK}?")
    return begun, urlsplit(address).query


async def test_somebody_signs_in_and_is_who_the_provider_says(sso: SingleSignOn, browser: Browser) -> None:
    begun = await sso.begin("company", "/runs?page=2")
    query = urlsplit(await browser.sign_on(begun.url)).query
    finished = await sso.finish("company", query, begun.pending)
    assert claims_of(finished) == ("anna", "anna@example.com", True, "Anna")
    assert (finished.identity.provider, finished.return_to, finished.link_to) == ("company", "/runs?page=2", None)


async def test_the_address_of_the_provider_has_what_the_standards_ask_for(
    sso: SingleSignOn, provider: OpenIdProvider
) -> None:
    first, second = [fields_of((await sso.begin("company", "/")).url) for _ in range(2)]
    assert (first["response_type"], first["client_id"], first["redirect_uri"]) == ("code", CLIENT_ID, BACK)
    assert (first["scope"], first["code_challenge_method"]) == ("openid email profile", "S256")
    assert len(first["code_challenge"]) == 43
    for random in ("state", "nonce", "code_challenge"):
        assert first[random] != second[random]
        assert len(first[random]) >= 43


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "PS256", "ES384", "RS512"])
async def test_the_provider_may_sign_in_any_of_the_allowed_ways(
    redis: Redis, provider: OpenIdProvider, browser: Browser, algorithm: str
) -> None:
    provider.rotate(algorithm)
    sso = single_sign_on(redis, settings(provider))
    begun, query = await came_back(sso, browser)
    assert (await sso.finish("company", query, begun.pending)).identity.subject == "anna"


async def test_a_key_that_the_provider_has_changed_meanwhile_is_asked_for(
    sso: SingleSignOn, provider: OpenIdProvider, browser: Browser
) -> None:
    for _ in range(4):
        begun, query = await came_back(sso, browser)
        assert (await sso.finish("company", query, begun.pending)).identity.subject == "anna"
        provider.rotate()


async def test_an_id_token_that_has_everything_needs_no_user_info(
    redis: Redis, provider: OpenIdProvider, browser: Browser
) -> None:
    provider.is_able(conformIdTokenClaims=False)
    sso = single_sign_on(redis, settings(provider))
    begun, query = await came_back(sso, browser)
    assert claims_of(await sso.finish("company", query, begun.pending)) == ("anna", "anna@example.com", True, "Anna")


async def test_only_the_claims_that_the_settings_map_to_roles_are_kept(
    redis: Redis, provider: OpenIdProvider, browser: Browser
) -> None:
    sso = single_sign_on(redis, settings(provider, roles=(RoleRule("groups", "z2-admins", "admin"),)))
    begun, query = await came_back(sso, browser)
    assert (await sso.finish("company", query, begun.pending)).identity.claims == {"groups": ["a", "b"]}


async def test_an_address_that_nobody_has_verified_is_said_to_be_so(
    sso: SingleSignOn, provider: OpenIdProvider
) -> None:
    provider.knows("eve", {"email": "anna@example.com", "email_verified": False, "name": "Anna"})
    async with httpx2.AsyncClient(verify=False, timeout=60) as client:
        begun, query = await came_back(sso, Browser(client, "eve"))
    assert claims_of(await sso.finish("company", query, begun.pending)) == ("eve", "anna@example.com", False, "Anna")


async def test_an_answer_counts_once_also_when_it_comes_many_times_at_once(
    sso: SingleSignOn, redis: Redis, provider: OpenIdProvider, browser: Browser
) -> None:
    begun, query = await came_back(sso, browser)
    replicas = [sso, single_sign_on(redis, settings(provider))] * 5
    answers = await asyncio.gather(
        *(replica.finish("company", query, begun.pending) for replica in replicas), return_exceptions=True
    )
    assert len([each for each in answers if isinstance(each, Finished)]) == 1
    assert {each.reason for each in answers if isinstance(each, SignOnFailed)} == {"replayed"}
    await refused(sso, "company", query, begun.pending, "replayed")


async def test_a_code_that_was_used_or_made_up_is_refused_by_the_provider(sso: SingleSignOn, browser: Browser) -> None:
    begun, query = await came_back(sso, browser)
    await sso.finish("company", query, begun.pending)
    for code in (fields_of(f"?{query}")["code"], "forged"):
        other, own = await came_back(sso, browser)
        swapped = urlencode({**fields_of(f"?{own}"), "code": code})
        await refused(sso, "company", swapped, other.pending, "code_refused", "status 400")


async def test_a_code_that_another_browser_got_is_of_no_use_here(sso: SingleSignOn, browser: Browser) -> None:
    _, stolen = await came_back(sso, browser)
    mine, own = await came_back(sso, browser)
    injected = urlencode({**fields_of(f"?{own}"), "code": fields_of(f"?{stolen}")["code"]})
    await refused(sso, "company", injected, mine.pending, "code_refused")
    _, query = await came_back(sso, browser)
    another, _ = await came_back(sso, browser)
    await refused(sso, "company", query, another.pending, "state_mismatch")


async def test_a_code_is_worth_nothing_when_it_has_expired(
    sso: SingleSignOn, provider: OpenIdProvider, browser: Browser
) -> None:
    provider.is_able(codeSeconds=1)
    begun, query = await came_back(sso, browser)
    over = time.monotonic() + 2.5
    await until(lambda: time.monotonic() > over)
    await refused(sso, "company", query, begun.pending, "code_refused")


async def test_a_sign_on_that_took_longer_than_ten_minutes_begins_anew(
    sso: SingleSignOn, browser: Browser, clock: ShiftedClock
) -> None:
    begun, query = await came_back(sso, browser)
    clock.by = LIFETIME
    await refused(sso, "company", query, begun.pending, "pending_expired")


@pytest.mark.parametrize(
    ("minutes", "detail"),
    [(-1.7, "invalid_claim iat"), (-5, "invalid_claim iat"), (-600, "invalid_claim iat"), (62, "expired_token exp")],
)
async def test_a_clock_that_is_far_off_lets_nobody_in(
    sso: SingleSignOn, browser: Browser, clock: ShiftedClock, minutes: float, detail: str
) -> None:
    clock.by = timedelta(minutes=minutes)
    begun = await sso.begin("company", "/")
    query = urlsplit(await browser.sign_on(begun.url)).query
    await refused(sso, "company", query, begun.pending, "id_token_invalid", detail)


@pytest.mark.parametrize("seconds", [-40, 40, 600])
async def test_a_clock_that_is_a_little_off_does_no_harm(
    sso: SingleSignOn, browser: Browser, clock: ShiftedClock, seconds: int
) -> None:
    clock.by = timedelta(seconds=seconds)
    begun, query = await came_back(sso, browser)
    assert (await sso.finish("company", query, begun.pending)).identity.subject == "anna"


async def test_who_says_no_at_the_provider_is_not_signed_in(sso: SingleSignOn, provider: OpenIdProvider) -> None:
    begun = await sso.begin("company", "/")
    state = fields_of(begun.url)["state"]
    said_no = urlencode({"error": "access_denied", "error_description": "<script>", "state": state})
    query = f"{said_no}&{urlencode({'iss': provider.issuer})}"
    await refused(sso, "company", query, begun.pending, "access_denied")


async def test_a_wrong_secret_of_the_client_is_the_providers_refusal(
    redis: Redis, provider: OpenIdProvider, browser: Browser
) -> None:
    sso = single_sign_on(redis, settings(provider, client_secret="wrong"))
    begun, query = await came_back(sso, browser)
    await refused(sso, "company", query, begun.pending, "code_refused", "status 401")


async def test_an_answer_must_say_whose_it_is_where_the_provider_says_it_does(
    sso: SingleSignOn, browser: Browser
) -> None:
    for changed in ({"iss": "https://evil.example"}, {"iss": ""}, {"iss": None}):
        begun, query = await came_back(sso, browser)
        mixed = {name: value for name, value in {**fields_of(f"?{query}"), **changed}.items() if value is not None}
        await refused(sso, "company", urlencode(mixed), begun.pending, "issuer_mismatch")


async def test_what_began_at_one_provider_does_not_end_at_another(
    redis: Redis, provider: OpenIdProvider, browser: Browser
) -> None:
    other = settings(provider, name="other")
    sso = single_sign_on(redis, settings(provider), other)
    begun, query = await came_back(sso, browser)
    await refused(sso, "other", query, begun.pending, "provider_mismatch")
    await refused(sso, "unknown", query, begun.pending, "unknown_provider")


async def test_without_redis_nobody_signs_on(provider: OpenIdProvider, browser: Browser) -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1", retry=None)
    sso = single_sign_on(nowhere, settings(provider))
    begun, query = await came_back(sso, browser)
    await refused(sso, "company", query, begun.pending, "used_states_unknown")
    await nowhere.aclose()
