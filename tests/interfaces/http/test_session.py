"""Signing in and out."""

from datetime import datetime
from http.cookies import SimpleCookie
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from application.access import Actor
from application.identity import credentials
from infrastructure.identity.tokens import Tokens, now
from interfaces.http.attempts import PLAIN_DEVICE
from interfaces.http.auth import PLAIN_COOKIE
from tests.infrastructure.redis.own import own_valkey
from tests.support.api_process import api_process
from tests.support.asked import refused
from tests.support.system import System, until


def browser(system: System) -> dict[str, str]:
    return {"name": "admin", "password": system.admin.password, "kind": "browser"}


def test_the_admin_signs_in_and_is_told_who_that_is(anonymous: httpx2.Client, system: System) -> None:
    answer = anonymous.post("/api/session", json={"name": "admin", "password": system.admin.password})
    session = answer.json()
    assert (answer.status_code, session["name"], session["role"]) == (201, "admin", "admin")
    shown = anonymous.get("/api/session", headers={"Authorization": f"Bearer {session['token']}"}).json()
    assert shown == {name: session[name] for name in ("user_id", "name", "workspace_id", "role", "scopes")}
    assert "set-cookie" not in answer.headers


def test_the_token_that_signing_in_gives_belongs_to_the_admin(
    anonymous: httpx2.Client, system: System, tokens: Tokens
) -> None:
    session = anonymous.post("/api/session", json={"name": "ADMIN", "password": system.admin.password}).json()
    claims = tokens.check(session["token"])
    assert (str(claims.sub), str(claims.workspace)) == (session["user_id"], session["workspace_id"])


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(anonymous: httpx2.Client, system: System) -> None:
    answer = anonymous.post("/api/session", json=browser(system))
    session, device = (SimpleCookie(each) for each in answer.headers.get_list("set-cookie"))
    cookie = session[PLAIN_COOKIE]
    credentials.presented("z2s", cookie.value)
    assert (device[PLAIN_DEVICE]["httponly"], device[PLAIN_DEVICE]["samesite"]) == (True, "lax")
    assert (answer.json().get("token"), answer.json().get("refresh_token")) == (None, None)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert int(cookie["max-age"]) == 12 * 3600


def test_the_cookie_alone_signs_in_until_signing_out_takes_it_away(anonymous: httpx2.Client, system: System) -> None:
    anonymous.post("/api/session", json=browser(system))
    cookie = anonymous.cookies[PLAIN_COOKIE]
    assert anonymous.get("/api/session").json()["name"] == "admin"
    assert anonymous.delete("/api/session", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    refused(anonymous.get("/api/session"), 401, "not_signed_in")
    anonymous.cookies.set(PLAIN_COOKIE, cookie)
    until(lambda: anonymous.get("/api/session").status_code == 401, 2)


def test_signing_in_again_ends_the_session_that_the_browser_had(anonymous: httpx2.Client, system: System) -> None:
    anonymous.post("/api/session", json=browser(system))
    earlier = anonymous.cookies[PLAIN_COOKIE]
    assert anonymous.post("/api/session", json=browser(system)).status_code == 201
    assert anonymous.cookies[PLAIN_COOKIE] != earlier
    assert anonymous.get("/api/session").status_code == 200
    with httpx2.Client(base_url=anonymous.base_url, cookies={PLAIN_COOKIE: earlier}, verify=False) as left_behind:
        until(lambda: left_behind.get("/api/session").status_code == 401, 2)


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}],
)
def test_another_site_signs_no_browser_in(anonymous: httpx2.Client, system: System, headers: dict[str, str]) -> None:
    answer = anonymous.post("/api/session", json=browser(system), headers=headers)
    refused(answer, 403, "not_allowed")
    assert "set-cookie" not in answer.headers
    own = {"Sec-Fetch-Site": "same-origin", "Origin": str(anonymous.base_url)}
    assert anonymous.post("/api/session", json=browser(system), headers=own).status_code == 201


@pytest.mark.parametrize("name", ["admin", "nobody", "adm\u0131n", "' OR 1=1 --"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_refusal(anonymous: httpx2.Client, name: str) -> None:
    answer = anonymous.post("/api/session", json={"name": name, "password": "wrong"})
    assert refused(answer, 401, "not_signed_in") == "the name or the password is wrong"
    assert "set-cookie" not in answer.headers
    assert answer.headers["www-authenticate"] == "Bearer"


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


def test_a_token_without_a_sign_in_behind_it_signs_nobody_in(anonymous: httpx2.Client, tokens: Tokens) -> None:
    for actor in (Actor(uuid4(), uuid4(), "admin"), Actor(uuid4(), uuid4(), "admin", login_id=uuid4())):
        token, _ = tokens.issue(actor, now())
        headers = {"Authorization": f"Bearer {token}"}
        refused(anonymous.get("/api/session", headers=headers), 401, "not_signed_in")


def test_the_settings_say_how_long_a_sign_in_lasts_and_may_rest(system: System, tmp_path: Path) -> None:
    short = {"Z2_SESSION_HOURS": "1", "Z2_SESSION_IDLE_MINUTES": "2", "Z2_CLIENT_DAYS": "3"}
    with api_process({**system.environment, **short}, tmp_path / "log") as process:
        answer = httpx2.post(f"{process.url}/api/session", json=browser(system), timeout=60)
        client = httpx2.post(f"{process.url}/api/session", json={**browser(system), "kind": "client"}, timeout=60)
    session = SimpleCookie(answer.headers.get_list("set-cookie")[0])[PLAIN_COOKIE]
    assert int(session["max-age"]) == 3600
    started = [ends(system, credentials.presented("z2s", session.value).id)]
    started.append(ends(system, credentials.presented("z2r", client.json()["refresh_token"]).id))
    assert started == [(3600, 120), (3 * 86_400, None)]


def ends(system: System, login_id: UUID) -> tuple[int, int | None]:
    """For how many seconds a login was begun, and for how many it may rest."""
    (event,) = system.get(f"/api/streams/{login_id}/events")["items"]
    lasting = datetime.fromisoformat(event["data"]["expires_at"]) - datetime.fromisoformat(event["at"])
    return round(lasting.total_seconds()), event["data"]["idle_seconds"]


def test_while_redis_is_away_nobody_signs_in_and_whoever_is_signed_in_stays_so(system: System, tmp_path: Path) -> None:
    with own_valkey() as valkey:
        # without these limits it is the delays after wrong passwords alone that need Redis
        unlimited = {"REDIS_URL": valkey.url, "Z2_LIMIT_SIGN_IN": "0", "Z2_LIMIT_ADDRESS": "0"}
        with (
            api_process({**system.environment, **unlimited}, tmp_path / "log") as process,
            httpx2.Client(base_url=process.url, timeout=60, verify=False) as client,
        ):
            assert client.post("/api/session", json=browser(system)).status_code == 201
            valkey.kill()
            answer = client.post("/api/session", json=browser(system))
            refused(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
            assert client.get("/api/session").status_code == 200
