"""Through single sign-on into a whole Z2: who comes from the provider has an account, a role and a session."""

import json
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx2
import pytest

from interfaces.http.auth import PLAIN_COOKIE
from interfaces.http.single_sign_on import FAILED
from tests.support import servers
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, Browser, OpenIdProvider, openid_provider
from tests.support.system import System, free_port, running_system
from tests.support.until import until

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def provider(port: int) -> Iterator[OpenIdProvider]:
    back = f"http://127.0.0.1:{port}/api/session/oidc/company/callback"
    with openid_provider([back]) as running:
        running.knows("anna", {"email": "anna@example.com", "email_verified": True, "name": "Anna"})
        running.knows("eve", {"email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"})
        yield running


@pytest.fixture(scope="module")
def z2(postgres: str, redis_url: str, port: int, provider: OpenIdProvider) -> Iterator[System]:
    company = {
        "name": "company",
        "title": "Company",
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "register": True,
        "join_domains": ["example.com"],
    }
    settings = {
        "Z2_OIDC_PROVIDERS": json.dumps({"providers": [company]}),
        "Z2_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "Z2_PORT": str(port),
    }
    database = servers.create_database(postgres, f"sign_on_{uuid4().hex}")
    with running_system(database, redis_url, **settings) as running:
        yield running


@pytest.fixture
async def client(z2: System) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=z2.url, verify=False, timeout=60) as client:
        yield client


async def came_back(client: httpx2.AsyncClient, login: str, begun: str) -> httpx2.Response:
    return await client.get(await Browser(client, login).sign_on(begun))


async def signed_on(client: httpx2.AsyncClient, login: str) -> httpx2.Response:
    begun = await client.get("/api/session/oidc/company")
    return await came_back(client, login, begun.headers["location"])


async def test_somebody_of_the_company_comes_in_and_is_the_same_person_the_next_time(
    z2: System, client: httpx2.AsyncClient
) -> None:
    assert (await signed_on(client, "anna")).headers["location"] == "/runs"
    session = (await client.get("/api/session")).json()
    assert (session["name"], session["role"]) == ("Anna", "user")
    assert session["workspace_id"] == z2.get("/api/session")["workspace_id"]
    members = {each["name"]: each["user_id"] for each in z2.get("/api/members")["items"]}
    assert members["Anna"] == session["user_id"]
    client.cookies.clear()
    await signed_on(client, "anna")
    assert (await client.get("/api/session")).json() == session


async def test_who_comes_in_is_on_the_record_and_out_of_the_session_before(
    z2: System, client: httpx2.AsyncClient
) -> None:
    await signed_on(client, "anna")
    before, who = client.cookies[PLAIN_COOKIE], (await client.get("/api/session")).json()["user_id"]
    noted = z2.get(f"/api/audit?kind=signed_in&user={who}")["items"]
    assert noted[0]["reason"] == "oidc:company"
    await signed_on(client, "anna")
    assert client.cookies[PLAIN_COOKIE] != before
    client.cookies.clear()
    client.cookies.set(PLAIN_COOKIE, before)

    async def over() -> bool:
        return (await client.get("/api/session")).status_code == 401

    await until(over)


async def test_a_key_begins_no_link(z2: System, client: httpx2.AsyncClient) -> None:
    bearer = {"Authorization": f"Bearer {z2.post('/api/keys', {'label': 'CI'})['key']}"}
    assert (await client.post("/api/session/oidc/company/link", headers=bearer)).status_code == 403


async def test_somebody_from_elsewhere_does_not_come_in(client: httpx2.AsyncClient) -> None:
    assert (await signed_on(client, "eve")).headers["location"] == FAILED
    assert client.cookies.get(PLAIN_COOKIE) is None


async def test_somebody_who_is_disabled_does_not_come_in(z2: System, client: httpx2.AsyncClient) -> None:
    await signed_on(client, "anna")
    anna = (await client.get("/api/session")).json()["user_id"]
    z2.post(f"/api/members/{anna}/disable", {})
    client.cookies.clear()
    assert (await signed_on(client, "anna")).headers["location"] == FAILED
    z2.post(f"/api/members/{anna}/enable", {})
    assert (await signed_on(client, "anna")).headers["location"] == "/runs"


async def test_one_links_an_identity_to_ones_own_account_and_nobody_elses(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("boss", {"email": "boss@elsewhere.example", "email_verified": True, "name": "Boss"})
    admin = {"name": z2.admin.name, "password": z2.admin.password, "kind": "browser"}
    await client.post("/api/session", json=admin, headers=SAME_SITE)
    me = (await client.get("/api/session")).json()
    link = await client.post("/api/session/oidc/company/link", headers=SAME_SITE)
    assert (await came_back(client, "boss", link.json()["url"])).headers["location"] == "/settings"
    client.cookies.clear()
    await signed_on(client, "boss")
    assert (await client.get("/api/session")).json()["user_id"] == me["user_id"]
    again = await client.post("/api/session/oidc/nowhere/link", headers=SAME_SITE)
    assert again.status_code == 404


async def test_a_link_is_of_no_use_to_who_is_not_signed_in_as_who_asked(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("mallory", {"email": "mallory@elsewhere.example", "email_verified": True})
    admin = {"name": z2.admin.name, "password": z2.admin.password, "kind": "browser"}
    await client.post("/api/session", json=admin, headers=SAME_SITE)
    link = (await client.post("/api/session/oidc/company/link", headers=SAME_SITE)).json()["url"]
    client.cookies.delete(PLAIN_COOKIE)
    assert (await came_back(client, "mallory", link)).headers["location"] == FAILED
