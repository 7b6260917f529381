"""Going on in another workspace takes the credential of the sign-in itself, which is exchanged and works once."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx2
import pytest

from application.access import Actor
from infrastructure.identity.tokens import Tokens, now
from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import client_for
from tests.interfaces.http.test_logins import holds, refreshed
from tests.interfaces.http.test_workspaces import SAME_SITE, founded, switch
from tests.support.asked import refused
from tests.support.beside import Beside, beside
from tests.support.promise import Promise
from tests.support.system import System, until


@pytest.fixture(scope="module")
def work(system: System) -> Iterator[Beside]:
    with beside(system.environment) as opened:
        yield opened


class Owner:
    """An admin of two workspaces, signed in to the first of them with a client."""

    def __init__(self, work: Beside, tokens: Tokens, client: httpx2.Client) -> None:
        self.home = uuid4()
        self.user_id = work.do(work.people.member(self.home, "admin"))
        self.work, self.tokens, self.client = work, tokens, client
        login = work.do(work.people.login(self.user_id, self.home))
        self.refresh_token = login.text
        self.act(self.token(login.id))
        self.there: str = founded(client)["id"]

    def token(self, login_id: UUID) -> str:
        return self.tokens.issue(Actor(self.user_id, self.home, "admin", login_id=login_id), now())[0]

    def act(self, token: str) -> None:
        self.client.headers["Authorization"] = f"Bearer {token}"

    def reuses(self) -> list[str]:
        """The sign-ins of the workspace one is in that the record says were in two hands."""
        found = self.client.get("/api/audit", params={"kind": "login.reuse_detected"}).json()["items"]
        return [each["about"] for each in found]


@pytest.fixture
def owner(system: System, promise: Promise, work: Beside, tokens: Tokens) -> Iterator[Owner]:
    with client_for(system.url, promise) as client:
        yield Owner(work, tokens, client)


def test_an_access_token_alone_gets_no_other_sign_in(owner: Owner) -> None:
    said = refused(switch(owner.client, owner.there, ""), 422, "invalid", "refresh_token")
    assert said == "send the refresh token of this sign-in as well: an access token alone gets no other sign-in"
    assert owner.client.get("/api/session").json()["workspace_id"] == str(owner.home)


def test_the_refresh_token_of_another_sign_in_moves_nobody(owner: Owner, anonymous: httpx2.Client) -> None:
    other = owner.work.do(owner.work.people.login(owner.user_id, owner.home))
    for token in (other.text, "z2r_of_nobody"):
        refused(switch(owner.client, owner.there, token), 401, "not_signed_in")
    for token in (other.text, owner.refresh_token):
        assert refreshed(anonymous, token).status_code == 201


def test_a_refresh_token_that_was_exchanged_moves_nobody_and_ends_the_sign_in(
    owner: Owner, anonymous: httpx2.Client
) -> None:
    session = refreshed(anonymous, owner.refresh_token).json()
    refused(switch(owner.client, owner.there, owner.refresh_token), 401, "not_signed_in")
    until(lambda: not holds(anonymous, session["token"]), 2)
    refused(refreshed(anonymous, session["refresh_token"]), 401, "not_signed_in")


def test_who_comes_later_with_the_token_of_before_ends_what_followed_and_the_record_tells(
    owner: Owner, anonymous: httpx2.Client
) -> None:
    thief = switch(owner.client, owner.there, owner.refresh_token).json()
    refused(refreshed(anonymous, owner.refresh_token), 401, "not_signed_in")
    until(lambda: not holds(anonymous, thief["token"]), 2)
    refused(refreshed(anonymous, thief["refresh_token"]), 401, "not_signed_in")
    for place in (owner.home, UUID(owner.there)):
        login = owner.work.do(owner.work.people.login(owner.user_id, place))
        owner.act(owner.tokens.issue(Actor(owner.user_id, place, "admin", login_id=login.id), now())[0])
        until(lambda: len(owner.reuses()) == 1)


def test_a_token_of_a_browsers_sign_in_moves_with_the_cookie_alone(
    owner: Owner, system: System, promise: Promise
) -> None:
    session = owner.work.do(owner.work.people.login(owner.user_id, owner.home, "browser"))
    owner.act(owner.token(session.id))
    for refresh_token in ("", owner.refresh_token):
        refused(switch(owner.client, owner.there, refresh_token), 401, "not_signed_in")
    with client_for(system.url, promise) as browser:
        browser.cookies.set(PLAIN_COOKIE, session.text)
        assert switch(browser, owner.there, "", **SAME_SITE).status_code == 201
