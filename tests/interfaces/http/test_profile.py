"""One's own account: read, renamed, and given another password or address, by its owner's own sign-in alone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import client_for
from tests.support.asked import refused
from tests.support.newcomers import PASSWORD, Newcomer, newcomer
from tests.support.promise import Promise
from tests.support.system import System, until

OWN = {"Sec-Fetch-Site": "same-origin"}
NEXT = "another password for tests"


@pytest.fixture
def somebody(system: System) -> Newcomer:
    return newcomer(system.environment)


@pytest.fixture
def browser(system: System, promise: Promise, somebody: Newcomer) -> Iterator[httpx2.Client]:
    """The browser of somebody who has signed in."""
    with client_for(system.url, promise) as client:
        client.headers.update(OWN)
        assert signed_in(client, somebody.name, kind="browser").status_code == 201
        yield client


def signed_in(client: httpx2.Client, name: str, password: str = PASSWORD, **more: str) -> httpx2.Response:
    return client.post("/api/session", json={"name": name, "password": password, **more})


def test_one_reads_ones_own_account(browser: httpx2.Client, somebody: Newcomer) -> None:
    profile = browser.get("/api/profile").json()
    shown = (profile["name"], profile["email"], profile["has_password"], profile["providers"], profile["mail"])
    assert shown == (somebody.name, None, True, [], False)


def test_a_new_name_signs_in_and_the_one_before_is_free(
    browser: httpx2.Client, somebody: Newcomer, anonymous: httpx2.Client, system: System
) -> None:
    renamed = f"Renamed {somebody.name}"
    assert browser.patch("/api/profile", json={"name": renamed}).json()["name"] == renamed
    assert signed_in(anonymous, renamed).status_code == 201
    assert signed_in(anonymous, somebody.name).status_code == 401
    other = newcomer(system.environment, password=PASSWORD)
    with httpx2.Client(base_url=system.url, headers=OWN, verify=False) as client:
        signed_in(client, other.name, kind="browser")
        assert client.patch("/api/profile", json={"name": somebody.name}).status_code == 200


def test_a_name_that_another_has_is_refused(browser: httpx2.Client) -> None:
    refused(browser.patch("/api/profile", json={"name": "ADMIN"}), 409, "name_taken", "name")
    refused(browser.patch("/api/profile", json={"name": "ada@example.com"}), 422, "invalid", "name")


def test_a_new_password_ends_every_other_sign_in_and_renews_this_one(
    browser: httpx2.Client, somebody: Newcomer, anonymous: httpx2.Client
) -> None:
    elsewhere = signed_in(anonymous, somebody.name).json()["token"]
    before = browser.cookies[PLAIN_COOKIE]
    changed = browser.post("/api/profile/password", json={"password": PASSWORD, "new_password": NEXT})
    assert (changed.status_code, changed.json()["token"]) == (200, None)
    assert browser.cookies[PLAIN_COOKIE] != before
    assert browser.get("/api/session").status_code == 200
    bearer = {"Authorization": f"Bearer {elsewhere}"}
    until(lambda: anonymous.get("/api/session", headers=bearer).status_code == 401, 2)
    browser.cookies.clear()
    browser.cookies.set(PLAIN_COOKIE, before)
    until(lambda: browser.get("/api/session").status_code == 401, 2)
    assert signed_in(anonymous, somebody.name).status_code == 401
    assert signed_in(anonymous, somebody.name, NEXT).status_code == 201


def test_a_client_gets_new_tokens_for_its_new_password(anonymous: httpx2.Client, somebody: Newcomer) -> None:
    anonymous.headers["Authorization"] = f"Bearer {signed_in(anonymous, somebody.name).json()['token']}"
    changed = anonymous.post("/api/profile/password", json={"password": PASSWORD, "new_password": NEXT}).json()
    anonymous.headers["Authorization"] = f"Bearer {changed['token']}"
    assert anonymous.get("/api/session").status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"password": "not my password", "new_password": NEXT}, "invalid_password", "password"),
        ({"password": "", "new_password": NEXT}, "invalid_password", "password"),
        ({"password": PASSWORD, "new_password": "too short"}, "invalid", "password"),
        ({"password": PASSWORD, "new_password": "Password1234"}, "invalid", "password"),
        ({"password": PASSWORD}, "invalid", "new_password"),
    ],
)
def test_a_password_is_changed_by_whoever_knows_it_for_a_good_one(
    browser: httpx2.Client, body: dict[str, str], code: str, field: str
) -> None:
    refused(browser.post("/api/profile/password", json=body), 422, code, field)
    assert browser.get("/api/session").status_code == 200


def test_guessing_the_present_password_is_slowed_down(browser: httpx2.Client) -> None:
    body = {"password": "not my password", "new_password": NEXT}
    answers = [browser.post("/api/profile/password", json=body) for _ in range(8)]
    assert [answer.status_code for answer in answers][:5] == [422] * 5
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_key_and_a_token_for_less_change_no_account(
    system: System, anonymous: httpx2.Client, somebody: Newcomer
) -> None:
    session = signed_in(anonymous, somebody.name).json()
    bearer = {"Authorization": f"Bearer {session['token']}"}
    key = anonymous.post("/api/keys", json={"label": "CI"}, headers=bearer).json()["key"]
    less = anonymous.post("/api/tokens", json={"scopes": ["read"]}, headers=bearer).json()["token"]
    for credential in (key, less):
        headers = {"Authorization": f"Bearer {credential}"}
        assert anonymous.get("/api/profile", headers=headers).status_code == 200
        for method, path, body in (
            ("PATCH", "/api/profile", {"name": "Somebody else"}),
            ("POST", "/api/profile/password", {"password": PASSWORD, "new_password": NEXT}),
            ("POST", "/api/profile/email", {"email": "other@example.com", "password": PASSWORD}),
        ):
            refused(anonymous.request(method, path, json=body, headers=headers), 403, "not_allowed")


def test_an_address_is_not_verified_before_its_owner_says_so(
    browser: httpx2.Client, somebody: Newcomer, anonymous: httpx2.Client
) -> None:
    address = f"{somebody.name.replace(' ', '.')}@example.com"
    refused(browser.post("/api/profile/email", json={"email": address}), 422, "invalid_password", "password")
    refused(
        browser.post("/api/profile/email", json={"email": "nowhere", "password": PASSWORD}), 422, "invalid", "email"
    )
    changed = browser.post("/api/profile/email", json={"email": address, "password": PASSWORD}).json()
    assert (changed["email"], changed["email_verified"]) == (address, False)
    assert signed_in(anonymous, address).status_code == 401
    gone = browser.post("/api/profile/email", json={"email": None, "password": PASSWORD}).json()
    assert (gone["email"], gone["email_verified"]) == (None, False)


def test_of_several_who_want_one_name_one_gets_it(system: System) -> None:
    people = [newcomer(system.environment) for _ in range(4)]

    def wish(person: Newcomer) -> int:
        with httpx2.Client(base_url=system.url, headers=OWN, timeout=60, verify=False) as client:
            signed_in(client, person.name, kind="browser")
            return client.patch("/api/profile", json={"name": f"Wished {people[0].name}"}).status_code

    with ThreadPoolExecutor(len(people)) as threads:
        assert sorted(threads.map(wish, people)) == [200, 409, 409, 409]
