"""Where somebody is signed in, and the next token for a client."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from application.access import Actor
from application.identity import credentials
from domain import workspace
from infrastructure.identity.tokens import Tokens, now
from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import ClientOf, client_for
from tests.support.asked import refused
from tests.support.beside import Beside, beside
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System, until


@pytest.fixture(scope="module")
def work(system: System) -> Iterator[Beside]:
    with beside(system.environment) as opened:
        yield opened


@pytest.fixture
def signed_in(anonymous: httpx2.Client, system: System) -> dict[str, str]:
    """A client's sign-in as the admin."""
    body = {"name": "admin", "password": system.admin.password}
    return dict(anonymous.post("/api/session", json=body).json())


def refreshed(client: httpx2.Client, refresh_token: str) -> httpx2.Response:
    return client.post("/api/session/refresh", json={"refresh_token": refresh_token})


def holds(client: httpx2.Client, token: str) -> bool:
    return client.get("/api/session", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_refresh_token_gets_the_next_tokens_once(anonymous: httpx2.Client, signed_in: dict[str, str]) -> None:
    first = refreshed(anonymous, signed_in["refresh_token"]).json()
    second = refreshed(anonymous, first["refresh_token"]).json()
    assert len({signed_in["refresh_token"], first["refresh_token"], second["refresh_token"]}) == 3
    assert holds(anonymous, second["token"])


def test_a_second_use_ends_the_whole_family(anonymous: httpx2.Client, signed_in: dict[str, str]) -> None:
    first = refreshed(anonymous, signed_in["refresh_token"]).json()
    refused(refreshed(anonymous, signed_in["refresh_token"]), 401, "not_signed_in")
    refused(refreshed(anonymous, first["refresh_token"]), 401, "not_signed_in")
    for token in (signed_in["token"], first["token"]):
        until(partial(lambda token: not holds(anonymous, token), token))


def test_of_two_that_race_for_one_refresh_token_no_more_than_one_wins(
    anonymous: httpx2.Client, signed_in: dict[str, str]
) -> None:
    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(lambda _: refreshed(anonymous, signed_in["refresh_token"]), range(2))]
    assert sorted(answer.status_code for answer in answers) in ([201, 401], [401, 401])


@pytest.mark.parametrize("token", ["", "x", "z2r_", credentials.made("z2r", uuid4()).text])
def test_what_is_no_refresh_token_gets_nothing(anonymous: httpx2.Client, token: str) -> None:
    refused(refreshed(anonymous, token), 401, "not_signed_in")


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(
    anonymous: httpx2.Client, signed_in: dict[str, str]
) -> None:
    assert not holds(anonymous, signed_in["refresh_token"])
    answer = refreshed(anonymous, signed_in["token"])
    assert answer.status_code in (401, 422)


def test_one_sees_where_one_is_signed_in_and_ends_it(
    system: System, promise: Promise, residents: Residents, client_of: ClientOf
) -> None:
    elsewhere = UUID(int=uuid4().int)
    cookie = residents.session("admin", elsewhere)
    with client_for(system.url, promise) as browser:
        browser.cookies.set(PLAIN_COOKIE, cookie)
        until(lambda: browser.get("/api/logins").json()["items"])
        (login,) = browser.get("/api/logins").json()["items"]
        assert (login["kind"], login["current"], login["last_used_at"] is None) == ("browser", True, False)
        refused(client_of("admin").delete(f"/api/logins/{login['id']}"), 404, "not_found")
        own = {"Sec-Fetch-Site": "same-origin"}
        assert browser.delete(f"/api/logins/{login['id']}", headers=own).status_code == 200
        until(lambda: browser.get("/api/logins").status_code == 401)


def items(client: httpx2.Client) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in client.get("/api/logins").json()["items"]}


def signed_in_to(beside: Beside, tokens: Tokens, user_id: UUID, place: UUID) -> tuple[str, dict[str, str]]:
    """A new sign-in there, and the headers that prove it."""
    login = beside.do(beside.people.login(user_id, place))
    token, _ = tokens.issue(Actor(user_id, place, "user", login_id=login.id), now())
    return str(login.id), {"Authorization": f"Bearer {token}"}


def test_one_sees_and_ends_ones_sign_ins_in_all_workspaces_that_one_belongs_to(
    anonymous: httpx2.Client, work: Beside, tokens: Tokens
) -> None:
    home, there, people = uuid4(), uuid4(), work.people
    ada, bob = (work.do(people.member(home)) for _ in range(2))
    other = work.do(people.member(there, "admin"))
    work.do(people.do(there, there, workspace.RenameWorkspace("Quay")))
    work.do(people.do(there, there, workspace.AddMember(ada, "user")))
    (here, headers), (elsewhere, moved) = (signed_in_to(work, tokens, ada, place) for place in (home, there))
    strangers = [signed_in_to(work, tokens, *each)[0] for each in ((bob, home), (other, there))]
    anonymous.headers.update(headers)
    until(lambda: items(anonymous).keys() == {here, elsewhere})
    seen = {
        key: (each["workspace_id"], each["workspace_name"], each["current"]) for key, each in items(anonymous).items()
    }
    assert seen == {here: (str(home), "Home", True), elsewhere: (str(there), "Quay", False)}
    for login_id in strangers:
        refused(anonymous.delete(f"/api/logins/{login_id}"), 404, "not_found")
    assert anonymous.delete(f"/api/logins/{elsewhere}").status_code == 200
    until(lambda: anonymous.get("/api/session", headers=moved).status_code == 401)
    until(lambda: items(anonymous).keys() == {here})


def test_a_workspace_that_one_has_left_tells_nothing_of_sign_ins(
    anonymous: httpx2.Client, work: Beside, tokens: Tokens
) -> None:
    home, there, people = uuid4(), uuid4(), work.people
    ada = work.do(people.member(home))
    work.do(people.member(there, "admin"))
    work.do(people.do(there, there, workspace.AddMember(ada, "user")))
    (here, headers), (elsewhere, _) = (signed_in_to(work, tokens, ada, place) for place in (home, there))
    anonymous.headers.update(headers)
    until(lambda: items(anonymous).keys() == {here, elsewhere})
    work.do(people.do(there, there, workspace.RemoveMember(ada)))
    assert items(anonymous).keys() == {here}


def test_a_key_and_a_token_for_less_see_the_sign_ins_of_their_own_workspace_alone(
    anonymous: httpx2.Client, work: Beside, tokens: Tokens
) -> None:
    home, there, people = uuid4(), uuid4(), work.people
    ada = work.do(people.member(home))
    work.do(people.member(there, "admin"))
    work.do(people.do(there, there, workspace.AddMember(ada, "user")))
    (here, headers), (elsewhere, _) = (signed_in_to(work, tokens, ada, place) for place in (home, there))
    anonymous.headers.update(headers)
    until(lambda: items(anonymous).keys() == {here, elsewhere})
    lesser = anonymous.post("/api/tokens", json={"scopes": ["read"]}).json()["token"]
    key = work.do(people.key(ada, home)).text
    for credential in (lesser, key):
        anonymous.headers["Authorization"] = f"Bearer {credential}"
        assert items(anonymous).keys() == {here}


def test_signing_out_everywhere_ends_every_sign_in(anonymous: httpx2.Client, client_of: ClientOf) -> None:
    someone = client_of("admin", uuid4())
    assert someone.delete("/api/logins").status_code == 200
    until(lambda: someone.get("/api/session").status_code == 401)


def test_neither_a_key_nor_a_token_for_less_signs_its_owner_out(client_of: ClientOf) -> None:
    someone = client_of("admin", uuid4())
    lesser = someone.post("/api/tokens", json={"scopes": ["read"]}).json()["token"]
    key = someone.post("/api/keys", json={"label": "CI"}).json()["key"]
    for credential in (lesser, key):
        headers = {"Authorization": f"Bearer {credential}"}
        refused(someone.delete("/api/logins", headers=headers), 403, "not_allowed")
        refused(someone.delete(f"/api/logins/{uuid4()}", headers=headers), 403, "not_allowed")
    assert someone.get("/api/session").status_code == 200
