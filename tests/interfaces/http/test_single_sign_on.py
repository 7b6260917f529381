"""The routes of single sign-on, with a real provider and a real browser's cookies, on real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
import uvicorn
from litestar import Litestar, Request, Response, Router
from litestar.di import Provide
from redis.asyncio import Redis

from application.errors import NotSignedIn
from infrastructure.identity.oidc import Finished, SingleSignOn
from infrastructure.identity.oidc_pending import RedisUsedStates, Seal
from infrastructure.identity.oidc_settings import Provider
from infrastructure.identity.tokens import now
from interfaces.http import problems
from interfaces.http.single_sign_on import FAILED, PLAIN_COOKIE, SingleSignOnController
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, Browser, OpenIdProvider, openid_provider


class Door:
    """Lets people in, and keeps who it was and why others were not; nobody whom the policy does not know."""

    def __init__(self) -> None:
        self.entered: list[Finished] = []
        self.turned_away: list[NotSignedIn] = []
        self.closed = False

    async def __call__(self, request: Request[Any, Any, Any], finished: Finished) -> Response[None]:
        if self.closed:
            raise NotSignedIn
        self.entered.append(finished)
        answer: Response[None] = Response(None, status_code=303, headers={"Location": finished.return_to})
        answer.set_cookie("z2_session", "a-session", httponly=True)
        return answer

    async def refused(self, request: Request[Any, Any, Any], provider: str, why: NotSignedIn) -> None:
        self.turned_away.append(why)


class Site:
    """A site with these routes, and the provider that its people come from."""

    def __init__(self, url: str, provider: OpenIdProvider, door: Door, redis: Redis) -> None:
        self.url = url
        self.provider = provider
        self.door = door
        known = Provider(
            name="company", title="Company", issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
        )
        used = RedisUsedStates(redis)
        self.sign_on = SingleSignOn([known], public_url=url, seal=Seal(b"shared"), used=used, clock=now)

    def app(self) -> Litestar:
        return Litestar(
            [Router("/api", route_handlers=[SingleSignOnController])],
            dependencies={
                "sign_on": Provide(lambda: self.sign_on, sync_to_thread=False),
                "sign_in_external": Provide(lambda: self.door, sync_to_thread=False),
                # only what changes an account needs these
                "core": Provide(lambda: None, sync_to_thread=False),
                "identity": Provide(lambda: None, sync_to_thread=False),
            },
            exception_handlers=problems.HANDLERS,
            openapi_config=None,
            logging_config=None,
        )


@asynccontextmanager
async def served(app: Litestar, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await running


@pytest.fixture
async def site(redis_url: str) -> AsyncIterator[Site]:
    redis = Redis.from_url(redis_url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with openid_provider([f"{url}/api/session/oidc/company/callback"]) as provider:
            provider.knows("anna", {"email": "anna@example.com", "email_verified": True, "name": "Anna"})
            site = Site(url, provider, Door(), redis)
            async with served(site.app(), listener):
                yield site
    await redis.aclose()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=site.url, verify=False, timeout=60) as client:
        yield client


async def test_the_sign_in_page_is_told_which_providers_there_are(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/session/providers")
    assert answer.json() == {"providers": [{"name": "company", "title": "Company"}]}


async def test_a_browser_goes_to_the_provider_and_comes_back_signed_in(site: Site, client: httpx2.AsyncClient) -> None:
    begun = await client.get("/api/session/oidc/company", params={"return_to": "/runs?page=2"})
    assert begun.status_code == 303
    assert begun.headers["location"].startswith(f"{site.provider.issuer}/auth?")
    cookie = begun.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/", "max-age=600"))
    assert "domain" not in cookie
    back = await Browser(client, "anna").sign_on(begun.headers["location"])
    entered = await client.get(back)
    assert (entered.status_code, entered.headers["location"]) == (303, "/runs?page=2")
    assert client.cookies.get("z2_session") == "a-session"
    assert client.cookies.get(PLAIN_COOKIE) is None
    assert [each.identity.subject for each in site.door.entered] == ["anna"]


async def test_an_answer_is_of_no_use_in_another_browser_or_a_second_time(
    site: Site, client: httpx2.AsyncClient
) -> None:
    begun = await client.get("/api/session/oidc/company")
    pending = client.cookies[PLAIN_COOKIE]
    back = await Browser(client, "anna").sign_on(begun.headers["location"])
    async with httpx2.AsyncClient(verify=False) as thief:
        stolen = await thief.get(back)
    assert (stolen.status_code, stolen.headers["location"]) == (303, FAILED)
    assert (await client.get(back)).headers["location"] == "/runs"
    client.cookies.set(PLAIN_COOKIE, pending, domain="127.0.0.1", path="/")
    assert (await client.get(back)).headers["location"] == FAILED
    assert len(site.door.entered) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/session/oidc/unknown",
        "/api/session/oidc/unknown/callback?code=a&state=b",
        "/api/session/oidc/company/callback",
        "/api/session/oidc/company/callback?code=a&state=b",
        "/api/session/oidc/company/callback?error=access_denied&state=b",
        "/api/session/oidc/company/callback?%ff",
    ],
)
async def test_whatever_goes_wrong_leads_to_the_sign_in_page_and_says_nothing(
    site: Site, client: httpx2.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, FAILED)
    assert answer.content in (b"", b"null")
    assert site.door.entered == []
    assert len(site.door.turned_away) == ("/callback" in path)


async def test_whom_the_policy_refuses_is_told_the_same(site: Site, client: httpx2.AsyncClient) -> None:
    site.door.closed = True
    begun = await client.get("/api/session/oidc/company")
    back = await Browser(client, "anna").sign_on(begun.headers["location"])
    assert (await client.get(back)).headers["location"] == FAILED
    assert client.cookies.get("z2_session") is None


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2fevil.example"])
async def test_nobody_is_led_to_another_site(client: httpx2.AsyncClient, address: str) -> None:
    answer = await client.get("/api/session/oidc/company", params={"return_to": address})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "return_to")
    assert "location" not in answer.headers


async def test_what_began_as_a_link_comes_back_with_who_asked_for_it(site: Site, client: httpx2.AsyncClient) -> None:
    user_id = uuid4()
    begun = await site.sign_on.begin("company", "/settings", link_to=user_id)
    client.cookies.set(PLAIN_COOKIE, begun.pending, domain="127.0.0.1", path="/")
    back = await Browser(client, "anna").sign_on(begun.url)
    assert urlsplit((await client.get(back)).headers["location"]).path == "/settings"
    assert [each.link_to for each in site.door.entered] == [user_id]
