"""Signing in and out."""

import time
from http.cookies import SimpleCookie

import httpx2
import pytest

from application.access import Actor
from infrastructure.identity.tokens import Tokens
from interfaces.http.auth import COOKIE
from tests.support.asked import refused
from tests.support.system import System


def test_the_admin_signs_in_and_is_told_who_that_is(anonymous: httpx2.Client, system: System) -> None:
    answer = anonymous.post("/api/session", json={"name": "admin", "password": system.admin.password})
    session = answer.json()
    assert (answer.status_code, session["name"], session["role"]) == (201, "admin", "admin")
    shown = anonymous.get("/api/session", headers={"Authorization": f"Bearer {session['token']}"}).json()
    assert shown == {name: session[name] for name in ("user_id", "name", "workspace_id", "role")}


def test_the_token_that_signing_in_gives_belongs_to_the_admin(
    anonymous: httpx2.Client, system: System, tokens: Tokens
) -> None:
    session = anonymous.post("/api/session", json={"name": "ADMIN", "password": system.admin.password}).json()
    actor = tokens.check(session["token"])
    assert isinstance(actor, Actor)
    assert (str(actor.user_id), str(actor.workspace_id)) == (session["user_id"], session["workspace_id"])


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(anonymous: httpx2.Client, system: System) -> None:
    answer = anonymous.post("/api/session", json={"name": "admin", "password": system.admin.password})
    cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
    assert cookie.value == answer.json()["token"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert int(cookie["max-age"]) == 12 * 3600


def test_the_cookie_alone_signs_in_until_signing_out_takes_it_away(anonymous: httpx2.Client, system: System) -> None:
    anonymous.post("/api/session", json={"name": "admin", "password": system.admin.password})
    assert anonymous.get("/api/session").json()["name"] == "admin"
    assert anonymous.delete("/api/session").status_code == 204
    refused(anonymous.get("/api/session"), 401, "not_signed_in")


@pytest.mark.parametrize("name", ["admin", "nobody", "adm\u0131n", "' OR 1=1 --"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_refusal(anonymous: httpx2.Client, name: str) -> None:
    answer = anonymous.post("/api/session", json={"name": name, "password": "wrong"})
    assert refused(answer, 401, "not_signed_in") == "the name or the password is wrong"
    assert "set-cookie" not in answer.headers
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_unknown_name_takes_as_long_as_a_known_one(anonymous: httpx2.Client) -> None:
    def seconds(name: str) -> float:
        began = time.perf_counter()
        anonymous.post("/api/session", json={"name": name, "password": "wrong"})
        return time.perf_counter() - began

    known, unknown = (min(seconds(name) for _ in range(3)) for name in ("admin", "nobody"))
    assert unknown > known / 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "password": "x"}, "name"),
        ({"name": "a\x00b", "password": "x"}, "name"),
        ({"name": "a" * 201, "password": "x"}, "name"),
        ({"name": "admin", "password": ""}, "password"),
        ({"name": "admin", "password": "x" * 1001}, "password"),
        ({"name": "admin"}, "password"),
        ({"name": "admin", "password": 5}, "password"),
        ({"name": "admin", "password": None}, "password"),
        ({"name": "admin", "password": "x", "role": "admin"}, "role"),
    ],
)
def test_signing_in_with_less_or_more_than_a_name_and_a_password_names_the_field(
    anonymous: httpx2.Client, body: dict[str, object], field: str
) -> None:
    refused(anonymous.post("/api/session", json=body), 422, "invalid", field)


def test_a_token_of_somebody_who_has_no_account_is_not_signed_in(api: httpx2.Client) -> None:
    refused(api.get("/api/session"), 401, "not_signed_in")
