"""Signing in with a device code, and those who would like to with somebody else's."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import redis

from application.identity import credentials
from infrastructure.identity.device_codes import LETTERS
from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import ClientOf, client_for
from tests.support.asked import created, refused
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System


@pytest.fixture
def browser(system: System, promise: Promise, residents: Residents, home: UUID) -> Iterator[httpx2.Client]:
    """Somebody who is signed in with a browser, on the page of Z2 itself."""
    with client_for(system.url, promise) as client:
        client.cookies.set(PLAIN_COOKIE, residents.session("user", home))
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client


@pytest.fixture
def codes(anonymous: httpx2.Client) -> dict[str, Any]:
    return created(anonymous, "/api/device", {"client": "z2 on laptop"})


def polled(client: httpx2.Client, codes: dict[str, Any]) -> httpx2.Response:
    return client.post("/api/device/token", json={"device_code": codes["device_code"]})


def decided(browser: httpx2.Client, codes: dict[str, Any], *, approve: bool) -> httpx2.Response:
    path = f"/api/device/{codes['user_code']}"
    seen = browser.get(path).json()
    return browser.post(path, json={"approve": approve, "confirmation": seen["confirmation"]})


def kept(system: System) -> redis.Redis:
    """What Redis has. The client of threads is stricter about addresses than the one of loops."""
    address = system.environment["REDIS_URL"]
    return redis.Redis.from_url(address if "://" in address else address.replace(":", "://", 1))


def rested(system: System, codes: dict[str, Any]) -> None:
    """The client has waited for as long as it should."""
    with kept(system) as client:
        key = f"z2:device:{credentials.presented('z2d', codes['device_code']).digest}"
        client.hset(key, "last", 0)


def test_the_codes_are_as_the_standard_says(system: System, codes: dict[str, Any]) -> None:
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    letters = codes["user_code"].replace("-", "")
    assert len(letters) == 8
    assert set(letters) <= set(LETTERS)
    assert codes["verification_uri"].endswith("/device")
    assert codes["verification_uri_complete"] == f"{codes['verification_uri']}?code={codes['user_code']}"


def test_a_client_is_let_in_once_by_who_has_been_shown_what_asks(
    anonymous: httpx2.Client, browser: httpx2.Client, system: System, codes: dict[str, Any]
) -> None:
    refused(polled(anonymous, codes), 400, "authorization_pending")
    seen = browser.get(f"/api/device/{codes['user_code'].lower().replace('-', ' ')}").json()
    assert (seen["client"], seen["network"], seen["near"]) == ("z2 on laptop", "this_machine", True)
    body = {"approve": True, "confirmation": seen["confirmation"]}
    assert browser.post(f"/api/device/{codes['user_code']}", json=body).json() == {"approved": True}
    rested(system, codes)
    session = polled(anonymous, codes).json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    assert (
        anonymous.get("/api/session", headers=headers).json()["user_id"]
        == browser.get("/api/session").json()["user_id"]
    )
    refreshed = anonymous.post("/api/session/refresh", json={"refresh_token": session["refresh_token"]})
    assert refreshed.status_code == 201
    refused(polled(anonymous, codes), 400, "expired_token")
    refused(browser.get(f"/api/device/{codes['user_code']}"), 404, "not_found")


def test_a_client_that_is_not_let_in_is_told_so(
    anonymous: httpx2.Client, browser: httpx2.Client, codes: dict[str, Any]
) -> None:
    assert decided(browser, codes, approve=False).json() == {"approved": False}
    refused(polled(anonymous, codes), 400, "access_denied")


def test_a_client_that_asks_too_often_has_to_slow_down(
    anonymous: httpx2.Client, browser: httpx2.Client, system: System, codes: dict[str, Any]
) -> None:
    began = time.monotonic()
    refused(polled(anonymous, codes), 400, "authorization_pending")
    second = polled(anonymous, codes)
    if time.monotonic() - began < 4:
        refused(second, 400, "slow_down")
    decided(browser, codes, approve=True)
    rested(system, codes)
    assert polled(anonymous, codes).status_code == 201


@pytest.mark.parametrize(
    "code", ["", "x", "z2d_", credentials.made("z2d", uuid4()).text, credentials.made("z2", uuid4()).text]
)
def test_what_is_no_device_code_has_expired(anonymous: httpx2.Client, code: str) -> None:
    refused(polled(anonymous, {"device_code": code}), 400, "expired_token")


@pytest.mark.parametrize("code", ["BBBB-BBBB", "AAAA-AAAA", "x", "0" * 8, "%00", "B" * 200])
def test_what_is_no_code_of_a_person_is_not_found(browser: httpx2.Client, code: str) -> None:
    refused(browser.get(f"/api/device/{code}"), 404, "not_found")
    body = {"approve": True, "confirmation": "x"}
    refused(browser.post(f"/api/device/{code}", json=body), 404, "not_found")


def test_nobody_decides_without_having_been_shown_what_asks(
    anonymous: httpx2.Client,
    browser: httpx2.Client,
    system: System,
    promise: Promise,
    residents: Residents,
    codes: dict[str, Any],
) -> None:
    path = f"/api/device/{codes['user_code']}"
    refused(browser.post(path, json={"approve": True, "confirmation": "x" * 43}), 404, "not_found")
    with client_for(system.url, promise) as other:
        other.cookies.set(PLAIN_COOKIE, residents.session("admin", uuid4()))
        theirs = other.get(path).json()["confirmation"]
    refused(browser.post(path, json={"approve": True, "confirmation": theirs}), 404, "not_found")
    refused(polled(anonymous, codes), 400, "authorization_pending")


def test_a_confirmation_is_good_for_one_decision(browser: httpx2.Client, codes: dict[str, Any]) -> None:
    path = f"/api/device/{codes['user_code']}"
    body = {"approve": True, "confirmation": browser.get(path).json()["confirmation"]}
    wrong = {**body, "confirmation": "x"}
    refused(browser.post(path, json=wrong), 404, "not_found")
    refused(browser.post(path, json=body), 404, "not_found")


def test_a_token_or_a_key_lets_nobody_in(
    client_of: ClientOf, system: System, promise: Promise, codes: dict[str, Any]
) -> None:
    api = client_of("user")
    path = f"/api/device/{codes['user_code']}"
    with client_for(system.url, promise) as service:
        service.headers["Authorization"] = f"Bearer {created(api, '/api/keys', {'label': 'CI'})['key']}"
        for client in (api, service):
            body = {"approve": True, "confirmation": client.get(path).json()["confirmation"]}
            refused(client.post(path, json=body), 403, "not_allowed")


def test_another_site_lets_nobody_in(browser: httpx2.Client, codes: dict[str, Any]) -> None:
    path = f"/api/device/{codes['user_code']}"
    body = {"approve": True, "confirmation": browser.get(path).json()["confirmation"]}
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    refused(browser.post(path, json=body), 403, "not_allowed")


def test_who_signs_out_everywhere_lets_nobody_in_any_more(
    anonymous: httpx2.Client, browser: httpx2.Client, system: System, codes: dict[str, Any]
) -> None:
    assert decided(browser, codes, approve=True).status_code == 200
    assert browser.delete("/api/logins").status_code == 200
    rested(system, codes)
    answer = polled(anonymous, codes)
    if answer.is_success:
        headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        refused(anonymous.get("/api/session", headers=headers), 401, "not_signed_in")


def test_who_has_just_signed_out_everywhere_lets_nobody_in(
    anonymous: httpx2.Client, browser: httpx2.Client, system: System, codes: dict[str, Any]
) -> None:
    path = f"/api/device/{codes['user_code']}"
    body = {"approve": True, "confirmation": browser.get(path).json()["confirmation"]}
    assert browser.delete("/api/logins").status_code == 200
    # for half a second the process may take the cookie as it was
    if browser.post(path, json=body).is_success:
        rested(system, codes)
        headers = {"Authorization": f"Bearer {polled(anonymous, codes).json()['token']}"}
        refused(anonymous.get("/api/session", headers=headers), 401, "not_signed_in")


def test_codes_cannot_be_guessed_for_long(browser: httpx2.Client) -> None:
    answers = [browser.get("/api/device/BBBB-BBBB").status_code for _ in range(31)]
    assert (answers[:30], answers[30]) == ([404] * 30, 429)


def test_redis_knows_neither_the_codes_nor_who_asks(system: System, codes: dict[str, Any]) -> None:
    with kept(system) as client:
        names = client.keys("z2:device*")
        held = repr([(name, client.type(name), client.dump(name)) for name in names])
        key = f"z2:device:{credentials.presented('z2d', codes['device_code']).digest}"
        held += repr(client.hgetall(key))
    for secret in (
        codes["device_code"],
        codes["user_code"],
        codes["user_code"].replace("-", ""),
        "laptop",
        "127.0.0.1",
    ):
        assert secret not in held
