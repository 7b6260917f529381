"""Invitations over HTTP: a link lets one person join, once."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from application.identity import credentials
from tests.interfaces.http.conftest import ClientOf, client_for
from tests.interfaces.http.test_members import PASSWORD, listed, me
from tests.support import asked
from tests.support.api_process import api_process
from tests.support.asked import created, refused
from tests.support.mailbox import Mailbox, mailbox
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System, until


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture
def admin(client_of: ClientOf, place: UUID) -> httpx2.Client:
    return client_of("admin", place)


def invited(client: httpx2.Client, **fields: Any) -> dict[str, Any]:
    made = created(client, "/api/invitations", {"role": "user"} | fields)
    assert made["link"].partition("#")[0].endswith("/invitation")
    return {**made, "text": made["link"].partition("#")[2]}


def joining(text: str, **fields: Any) -> dict[str, Any]:
    return {"invitation": text, "name": asked.name("Guest"), "password": PASSWORD} | fields


def join(client: httpx2.Client, body: dict[str, Any]) -> httpx2.Response:
    return client.post("/api/invitations/accept-as-new", json=body)


def test_an_invitation_is_listed_until_it_is_accepted(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    invitation = invited(admin, email="guest@example.com", days=3)
    assert not invitation["mailed"]
    (shown,) = admin.get("/api/invitations").json()["items"]
    assert shown == {key: invitation[key] for key in ("id", "expires_at")} | {
        "role": "user",
        "email": "guest@example.com",
    }
    offer = anonymous.post("/api/invitations/read", json={"invitation": invitation["text"]}).json()
    assert (offer["workspace"], offer["role"], offer["email"]) == ("Home", "user", "guest@example.com")
    body = joining(invitation["text"])
    session = join(anonymous, body).json()
    assert (session["workspace_id"], session["name"], session["role"]) == (offer["workspace_id"], body["name"], "user")
    assert admin.get("/api/invitations").json()["items"] == []
    refused(anonymous.post("/api/invitations/read", json={"invitation": invitation["text"]}), 409, "link_void")
    member = listed(admin)[session["user_id"]]
    assert (member["email"], member["email_verified"], member["at_home"]) == ("guest@example.com", False, True)
    assert anonymous.post("/api/session", json={"name": body["name"], "password": PASSWORD}).status_code == 201


def test_joining_again_after_a_lost_answer_changes_nothing(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    body = joining(invited(admin)["text"])
    first, second = (join(anonymous, body) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["user_id"] == second.json()["user_id"]
    assert len(listed(admin)) == 2


def test_a_used_link_lets_nobody_else_in_and_changes_no_password(
    admin: httpx2.Client, anonymous: httpx2.Client
) -> None:
    body = joining(invited(admin)["text"])
    assert join(anonymous, body).status_code == 201
    for other in (joining(body["invitation"]), body | {"password": f"{PASSWORD} again"}):
        refused(join(anonymous, other), 409, "link_void")
    assert anonymous.post("/api/session", json={"name": body["name"], "password": PASSWORD}).status_code == 201


def test_guessing_the_password_of_whoever_joined_is_slowed_down(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    body = joining(invited(admin)["text"])
    assert join(anonymous, body).status_code == 201
    anonymous.cookies.clear()
    guesses = [join(anonymous, body | {"password": f"{PASSWORD} {number}"}) for number in range(8)]
    assert [answer.status_code for answer in guesses][:5] == [409] * 5
    assert guesses[-1].status_code == 429
    assert int(guesses[-1].headers["retry-after"]) >= 1


def test_of_two_who_race_for_one_link_one_gets_in_and_the_others_name_is_free_again(
    admin: httpx2.Client, anonymous: httpx2.Client
) -> None:
    for _ in range(5):
        bodies = [joining(invited(admin)["text"])]
        bodies.append(joining(bodies[0]["invitation"]))
        with ThreadPoolExecutor(2) as threads:
            answers = [*threads.map(lambda body: join(anonymous, body), bodies)]
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        loser = bodies[0] if answers[0].status_code == 409 else bodies[1]
        assert join(anonymous, joining(invited(admin)["text"], name=loser["name"])).status_code == 201


def test_somebody_who_is_signed_in_joins_and_switches(
    admin: httpx2.Client,
    client_of: ClientOf,
    place: UUID,
    system: System,
    promise: Promise,
    residents: Residents,
) -> None:
    home = uuid4()
    guest = client_of("user", home)
    text = invited(admin, role="admin", email="guest@example.com")["text"]
    answers = [guest.post("/api/invitations/accept", json={"invitation": text}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["id"] == str(place)
    refused(client_of("user", uuid4()).post("/api/invitations/accept", json={"invitation": text}), 409, "link_void")
    shown = listed(admin)[me(guest)]
    assert (shown["role"], shown["at_home"]) == ("admin", False)
    refused(admin.post(f"/api/members/{me(guest)}/disable"), 409, "at_home_elsewhere")
    body = {"workspace_id": str(place), "refresh_token": residents.refresh_token("user", home)}
    moved = guest.post("/api/session/workspace", json=body).json()
    assert (moved["workspace_id"], moved["role"]) == (str(place), "admin")
    with client_for(system.url, promise) as there:
        there.headers["Authorization"] = f"Bearer {moved['token']}"
        assert len(listed(there)) == 2


def test_a_withdrawn_invitation_is_void(
    admin: httpx2.Client, anonymous: httpx2.Client, stranger: httpx2.Client
) -> None:
    invitation = invited(admin, email="guest@example.com")
    own = f"/api/invitations/{invitation['id']}"
    refused(stranger.delete(own), 404, "not_found")
    assert admin.delete(own).status_code == 200
    refused(admin.delete(own), 404, "not_found")
    refused(join(anonymous, joining(invitation["text"])), 409, "link_void")
    assert admin.get("/api/invitations").json()["items"] == []


@pytest.mark.parametrize(
    "text", ["", "x", credentials.made("z2i", uuid4()).text, credentials.made("z2l", UUID(int=1)).text]
)
def test_what_is_no_invitation_is_void_whatever_is_wrong_with_it(
    anonymous: httpx2.Client, client_of: ClientOf, text: str
) -> None:
    told = [
        refused(answer, 409, "link_void")
        for answer in (
            anonymous.post("/api/invitations/read", json={"invitation": text}),
            join(anonymous, joining(text)),
            client_of("user", uuid4()).post("/api/invitations/accept", json={"invitation": text}),
        )
    ]
    assert set(told) == {"this invitation has been used, withdrawn or has expired"}


def test_a_link_with_another_secret_of_the_same_workspace_is_void(
    admin: httpx2.Client, anonymous: httpx2.Client, place: UUID
) -> None:
    invited(admin)
    refused(join(anonymous, joining(credentials.made("z2i", place).text)), 409, "link_void")


@pytest.mark.parametrize(
    ("fields", "status", "code", "field"),
    [
        ({"password": "password1234"}, 422, "invalid", "password"),
        ({"password": "short"}, 422, "invalid", "password"),
        ({"name": "a@b"}, 422, "invalid", "name"),
        ({"name": ""}, 422, "invalid", "name"),
        ({"name": "admin"}, 409, "name_taken", "name"),
    ],
)
def test_a_bad_name_or_password_leaves_the_invitation_as_it_was(
    admin: httpx2.Client, anonymous: httpx2.Client, fields: dict[str, str], status: int, code: str, field: str
) -> None:
    invitation = invited(admin)
    refused(join(anonymous, joining(invitation["text"], **fields)), status, code, field)
    assert len(admin.get("/api/invitations").json()["items"]) == 1
    assert join(anonymous, joining(invitation["text"])).status_code == 201


def test_another_site_cannot_make_a_browser_join(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    body = joining(invited(admin)["text"], kind="browser")
    answer = anonymous.post(
        "/api/invitations/accept-as-new",
        json=body,
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://x.example"},
    )
    refused(answer, 403, "not_allowed")
    own = anonymous.post("/api/invitations/accept-as-new", json=body, headers={"Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 201
    assert own.json()["token"] is None
    assert "HttpOnly" in own.headers["set-cookie"]


def test_a_key_or_a_token_for_less_joins_nothing(
    admin: httpx2.Client, client_of: ClientOf, system: System, promise: Promise
) -> None:
    text = invited(admin)["text"]
    guest = client_of("user", uuid4())
    key = created(guest, "/api/keys", {"label": "CI"})["key"]
    lesser = guest.post("/api/tokens", json={"scopes": ["read"]}).json()["token"]
    for token in (key, lesser):
        with client_for(system.url, promise) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            for path, body in (
                ("/api/invitations/accept", {"invitation": text}),
                ("/api/session/workspace", {"workspace_id": str(uuid4())}),
            ):
                refused(client.post(path, json=body), 403, "not_allowed")


def test_who_joined_is_let_in_at_once(admin: httpx2.Client, anonymous: httpx2.Client, client_of: ClientOf) -> None:
    guest = client_of("user", uuid4())
    assert guest.post("/api/invitations/accept", json={"invitation": invited(admin)["text"]}).status_code == 200

    def seen() -> bool:
        return len(guest.get("/api/workspaces").json()["items"]) == 2

    until(seen)


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as made:
        yield made


async def test_with_mail_the_link_goes_to_the_address_and_to_nobody_else(
    admin: httpx2.Client, system: System, box: Mailbox, tmp_path: Path
) -> None:
    settings = {"Z2_SMTP_URL": box.url, "Z2_MAIL_FROM": "z2@example.com", "Z2_PUBLIC_URL": "https://z2.example.com"}
    bearer = {"Authorization": admin.headers["Authorization"]}
    body = {"role": "user", "email": "guest@example.com"}
    with api_process({**system.environment, **settings, "Z2_TOKEN_ISSUER": "z2"}, tmp_path / "log") as process:
        async with httpx2.AsyncClient(base_url=process.url, timeout=60, verify=False) as client:
            mailed = await client.post("/api/invitations", json=body, headers=bearer)
            assert mailed.status_code == 201, mailed.text
            assert (mailed.json()["mailed"], mailed.json()["link"]) == (True, None)
            (letter,) = box.letters
            assert letter["To"] == "guest@example.com"
            (link,) = [word for word in letter.get_content().split() if "#z2i_" in word]
            assert link.startswith("https://z2.example.com/invitation#")
            joined = await client.post("/api/invitations/accept-as-new", json=joining(link.partition("#")[2]))
            assert joined.status_code == 201, joined.text
            box.refuses = "550 nobody here"
            shown = (await client.post("/api/invitations", json=body, headers=bearer)).json()
            assert not shown["mailed"]
            assert shown["link"], "where mail fails, whoever invites hands the link over"
