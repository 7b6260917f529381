"""Through single sign-on into a whole Z2: who comes from the provider has an account, a role and a session."""

import json
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx2
import pytest

from interfaces.http.auth import PLAIN_COOKIE
from interfaces.http.single_sign_on import FAILED
from tests.support import servers
from tests.support.asked import refused
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
    noted = z2.get("/api/audit", kind="signed_in", user=who)["items"]
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
    assert (await client.post("/api/session/oidc/company/link", json={}, headers=bearer)).status_code == 403


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


async def asked(
    client: httpx2.AsyncClient, method: str = "POST", name: str = "company", **body: str
) -> httpx2.Response:
    """The answer to a wish to link the provider, or to unlink it."""
    path = f"/api/session/oidc/{name}/link"
    return await client.request(method, path, json=body, headers=SAME_SITE)


async def signed_in(client: httpx2.AsyncClient, z2: System) -> str:
    """The id of the admin, whose browser it is now."""
    admin = {"name": z2.admin.name, "password": z2.admin.password, "kind": "browser"}
    await client.post("/api/session", json=admin, headers=SAME_SITE)
    return str((await client.get("/api/session")).json()["user_id"])


async def removed(z2: System, user_id: str) -> None:
    """The admin removes a member."""
    async with httpx2.AsyncClient(base_url=z2.url, verify=False, timeout=60) as client:
        await signed_in(client, z2)
        assert (await client.delete(f"/api/members/{user_id}", headers=SAME_SITE)).status_code == 200


async def test_one_links_an_identity_to_ones_own_account_and_nobody_elses(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("boss", {"email": "boss@elsewhere.example", "email_verified": True, "name": "Boss"})
    me, password = await signed_in(client, z2), z2.admin.password
    for wrong in ({}, {"password": "not my password"}):
        refused(await asked(client, **wrong), 422, "invalid_password", "password")
    link = await asked(client, password=password)
    assert (await came_back(client, "boss", link.json()["url"])).headers["location"] == "/settings"
    client.cookies.clear()
    await signed_on(client, "boss")
    assert (await client.get("/api/session")).json()["user_id"] == me
    refused(await asked(client, name="nowhere", password=password), 404, "not_found")
    refused(await asked(client, "DELETE", "nowhere", password=password), 404, "not_found")


async def test_one_unlinks_an_identity_and_it_comes_in_no_more(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("former", {"email": "former@elsewhere.example", "email_verified": True})
    me, password = await signed_in(client, z2), z2.admin.password
    await asked(client, "DELETE", password=password)
    refused(await asked(client, "DELETE", password=password), 409, "not_linked", "provider")
    await came_back(client, "former", (await asked(client, password=password)).json()["url"])
    refused(await asked(client, "DELETE"), 422, "invalid_password", "password")
    assert (await client.get("/api/profile")).json()["providers"] == ["company"]
    assert (await asked(client, "DELETE", password=password)).status_code == 200
    assert (await client.get("/api/profile")).json()["providers"] == []
    client.cookies.clear()
    assert (await signed_on(client, "former")).headers["location"] == FAILED
    (latest, *_) = z2.get("/api/audit", kind="sign_in_refused")["items"]
    assert (latest["reason"], latest["user_id"]) == ("oidc:company domain_may_not_join", None)
    assert latest["address"]

    async def told() -> bool:
        return any(each["about"] == me for each in z2.get("/api/audit", kind="user.identity_unlinked")["items"])

    await until(told)


async def test_the_last_way_in_stays_and_whoever_has_no_password_signed_in_lately(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("carl", {"email": "carl@example.com", "email_verified": True, "name": "Carl"})
    await signed_on(client, "carl")
    refused(await asked(client, "DELETE"), 409, "last_way_in", "provider")
    assert (await asked(client)).status_code == 200


async def test_whom_a_person_removed_single_sign_on_does_not_let_in_until_a_person_does(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("dora", {"email": "dora@example.com", "email_verified": True, "name": "Dora"})
    await signed_on(client, "dora")
    dora, before = (await client.get("/api/session")).json()["user_id"], client.cookies[PLAIN_COOKIE]
    key = (await client.post("/api/keys", json={"label": "CI"}, headers=SAME_SITE)).json()["key"]
    await removed(z2, dora)
    client.cookies.clear()
    answer = await signed_on(client, "dora")
    assert answer.headers["location"] == FAILED
    assert "removed" not in f"{answer.headers} {answer.text}"
    noted = z2.get("/api/audit", kind="sign_in_refused", user=dora)["items"]
    assert [each["reason"] for each in noted] == ["oidc:company removed_by_hand"]
    z2.post(f"/api/members/{dora}/readmit", {"role": "user"})
    assert (await signed_on(client, "dora")).headers["location"] == "/runs"
    for old in ({"Cookie": f"{PLAIN_COOKIE}={before}"}, {"Authorization": f"Bearer {key}"}):
        async with httpx2.AsyncClient(base_url=z2.url, verify=False, timeout=60) as other:

            async def over(other: httpx2.AsyncClient = other, old: dict[str, str] = old) -> bool:
                return (await other.get("/api/session", headers=old)).status_code == 401

            await until(over)


async def test_whom_one_workspace_removed_comes_in_where_they_still_belong(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("frida", {"email": "frida@example.com", "email_verified": True, "name": "Frida"})
    await signed_on(client, "frida")
    frida = (await client.get("/api/session")).json()["user_id"]
    elsewhere = z2.post("/api/workspaces", {"name": "Elsewhere"})["id"]
    await signed_in(client, z2)
    await client.post("/api/session/workspace", json={"workspace_id": elsewhere}, headers=SAME_SITE)
    invited = await client.post("/api/invitations", json={"role": "user"}, headers=SAME_SITE)
    client.cookies.clear()
    await signed_on(client, "frida")
    text = invited.json()["link"].partition("#")[2]
    await client.post("/api/invitations/accept", json={"invitation": text}, headers=SAME_SITE)
    await removed(z2, frida)

    async def there() -> bool:
        client.cookies.clear()
        await signed_on(client, "frida")
        answer = await client.get("/api/session")
        return answer.status_code == 200 and answer.json()["workspace_id"] == elsewhere

    await until(there)


async def test_a_link_is_of_no_use_to_who_is_not_signed_in_as_who_asked(
    z2: System, provider: OpenIdProvider, client: httpx2.AsyncClient
) -> None:
    provider.knows("mallory", {"email": "mallory@elsewhere.example", "email_verified": True})
    me = await signed_in(client, z2)
    link = (await asked(client, password=z2.admin.password)).json()["url"]
    client.cookies.delete(PLAIN_COOKIE)
    assert (await came_back(client, "mallory", link)).headers["location"] == FAILED
    (latest, *_) = z2.get("/api/audit", kind="sign_in_refused", user=me)["items"]
    assert latest["reason"] == "oidc:company not_who_asked_for_the_link"
