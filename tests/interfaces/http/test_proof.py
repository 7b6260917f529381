"""Proof afresh: whoever has no password signs in once more before they change how their account is entered."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeAlias
from uuid import uuid4

import httpx2
import pytest

from application.access import Actor
from application.execute import Executor
from application.identity import credentials
from domain import login
from domain.kernel import Record
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import client_for
from tests.support.asked import refused
from tests.support.beside import Beside, beside
from tests.support.promise import Promise
from tests.support.system import System

LONGEST, SHORTEST, MINUTE = timedelta(days=30), timedelta(minutes=30), timedelta(minutes=1)
"""What the settings may have been when somebody signed in, and a minute."""


class SignIn(Record):
    """So long ago somebody proved who they are, and so long ago this sign-in began, which may last so long."""

    method: str
    proved: timedelta
    began: timedelta
    lasts: timedelta = timedelta(hours=12)


Enter: TypeAlias = Callable[[SignIn], httpx2.Client]


@pytest.fixture
def work(system: System) -> Iterator[Beside]:
    with beside(system.environment) as opened:
        yield opened


@pytest.fixture
def enter(system: System, promise: Promise, work: Beside) -> Iterator[Enter]:
    """The browser of somebody without a password who has this sign-in."""

    async def signed_in(made: SignIn) -> str:
        home, credential = uuid4(), credentials.made("z2s", uuid4())
        user_id = await work.people.member(home)
        then = Executor(PostgresEventStore(work.database), lambda: now() - made.began)
        proved = now() - made.proved
        start = login.StartLogin(
            user_id, "browser", made.method, 0, credential.digest, proved + made.lasts, 43_200, proved_at=proved
        )
        await then.execute(credential.id, start, Actor(user_id, home, "system"), correlation_id=credential.id)
        return credential.text

    with client_for(system.url, promise) as client:

        def entered(made: SignIn) -> httpx2.Client:
            client.headers["Sec-Fetch-Site"] = "same-origin"
            client.cookies.set(PLAIN_COOKIE, work.do(signed_in(made)))
            return client

        yield entered


def wish(client: httpx2.Client) -> httpx2.Response:
    return client.post("/api/profile/email", json={"email": "someone@example.com"})


@pytest.mark.parametrize("method", ["oidc:company", "link"])
@pytest.mark.parametrize("lasts", [SHORTEST, LONGEST])
def test_a_sign_in_of_this_moment_takes_the_place_of_a_password(enter: Enter, method: str, lasts: timedelta) -> None:
    assert wish(enter(SignIn(method, proved=MINUTE, began=MINUTE, lasts=lasts))).status_code == 200


@pytest.mark.parametrize(
    "made",
    [
        SignIn("oidc:company", proved=11 * MINUTE, began=11 * MINUTE),
        SignIn("oidc:company", proved=60 * MINUTE, began=MINUTE),
        SignIn("oidc:company", proved=60 * MINUTE, began=MINUTE, lasts=LONGEST),
        SignIn("device", proved=MINUTE, began=MINUTE),
    ],
    ids=["too old", "moved to another workspace", "moved before sign-ins lasted less", "by a code for a device"],
)
def test_a_sign_in_that_proves_nothing_afresh_does_not(enter: Enter, made: SignIn) -> None:
    told = refused(wish(enter(made)), 403, "sign_in_too_old")
    assert "sign in again" in told
