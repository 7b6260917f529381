"""Members over HTTP: made, listed, given roles, shut out and let in again; and nobody beyond their own rights."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf, client_for
from tests.support import asked
from tests.support.asked import created, refused
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System, until

PASSWORD = "seven grey herons wade upstream"


def a_member(client: httpx2.Client, **fields: Any) -> dict[str, Any]:
    body = {"name": asked.name("Member"), "role": "user"} | fields
    return {**body, **created(client, "/api/members", body)}


def chosen(client: httpx2.Client, member: dict[str, Any]) -> dict[str, Any]:
    """The session of somebody who has opened their link and chosen a password."""
    body = {"link": member["link"].partition("#")[2], "password": PASSWORD}
    answer = client.post("/api/links/password", json=body)
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    return session


def listed(client: httpx2.Client) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = client.get("/api/members", params=query).json()
        found |= {each["user_id"]: each for each in page["items"]}
        if page["next"] is None:
            return found
        query["behind"] = page["next"]


def me(client: httpx2.Client) -> str:
    return str(client.get("/api/session").json()["user_id"])


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture
def admin(client_of: ClientOf, place: UUID) -> httpx2.Client:
    return client_of("admin", place)


def test_a_new_member_chooses_a_password_and_works_here(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    member = a_member(admin, email="new@example.com")
    shown = listed(admin)[member["user_id"]]
    assert (shown["name"], shown["email"], shown["email_verified"]) == (member["name"], "new@example.com", False)
    assert (shown["role"], shown["status"], shown["at_home"], shown["methods"]) == ("user", "active", True, [])
    session = chosen(anonymous, member)
    assert (session["role"], session["name"]) == ("user", member["name"])

    def used() -> Any:
        return listed(admin)[member["user_id"]]["last_used_at"]

    until(used)
    assert listed(admin)[member["user_id"]]["methods"] == ["password"]


def test_a_name_belongs_to_one_account_only(admin: httpx2.Client, stranger: httpx2.Client) -> None:
    member = a_member(admin)
    for client in (admin, stranger):
        answer = client.post("/api/members", json={"name": member["name"].upper(), "role": "user"})
        refused(answer, 409, "name_taken", "name")


def test_the_same_request_makes_one_member_and_a_new_link(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    body = {"name": asked.name("Member"), "role": "user"}
    first, second = (created(admin, "/api/members", body, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert first["user_id"] == second["user_id"]
    assert len(listed(admin)) == 2
    secret = first["link"].partition("#")[2]
    void = anonymous.post("/api/links/password", json={"link": secret, "password": PASSWORD})
    refused(void, 409, "link_void")
    chosen(anonymous, second)


def test_who_was_removed_comes_back_under_the_same_name(admin: httpx2.Client) -> None:
    member = a_member(admin)
    assert admin.delete(f"/api/members/{member['user_id']}").status_code == 200
    assert member["user_id"] not in listed(admin)
    refused(admin.delete(f"/api/members/{member['user_id']}"), 404, "not_found")
    back = a_member(admin, name=member["name"], role="agent")
    assert back["user_id"] == member["user_id"]
    assert listed(admin)[member["user_id"]]["role"] == "agent"


def test_who_was_removed_is_let_in_again_and_signs_in_anew(
    admin: httpx2.Client, anonymous: httpx2.Client, client_of: ClientOf
) -> None:
    member = a_member(admin)
    session = chosen(anonymous, member)
    bearer = {"Authorization": f"Bearer {session['token']}"}
    key = anonymous.post("/api/keys", json={"label": "CI"}, headers=bearer).json()["key"]
    own = f"/api/members/{member['user_id']}"
    refused(admin.post(f"{own}/readmit", json={"role": "user"}), 409, "member_already")
    assert admin.delete(own).status_code == 200
    assert admin.post(f"{own}/readmit", json={"role": "agent"}).status_code == 200
    assert listed(admin)[member["user_id"]]["role"] == "agent"
    for credential in (bearer["Authorization"], f"Bearer {key}"):
        anonymous.headers["Authorization"] = credential
        until(lambda: anonymous.get("/api/session").status_code == 401, 5)
    del anonymous.headers["Authorization"]
    refresh = {"refresh_token": session["refresh_token"]}
    refused(anonymous.post("/api/session/refresh", json=refresh), 401, "not_signed_in")
    again = anonymous.post("/api/session", json={"name": member["name"], "password": PASSWORD}).json()
    assert again["role"] == "agent"
    assert anonymous.get("/api/session", headers={"Authorization": f"Bearer {again['token']}"}).status_code == 200


def test_nobody_is_let_in_again_who_was_not_removed_here_or_is_disabled(
    admin: httpx2.Client, stranger: httpx2.Client
) -> None:
    member = a_member(admin)
    own = f"/api/members/{member['user_id']}"
    assert admin.delete(own).status_code == 200
    for client, path in ((stranger, own), (admin, f"/api/members/{uuid4()}")):
        refused(client.post(f"{path}/readmit", json={"role": "user"}), 404, "not_found")
    assert admin.post(f"{own}/disable").status_code == 200
    assert "is disabled" in refused(admin.post(f"{own}/readmit", json={"role": "user"}), 409, "rejected")


def test_another_role_holds_within_a_second(admin: httpx2.Client, client_of: ClientOf, place: UUID) -> None:
    user = client_of("user", place)
    refused(user.get("/api/members"), 403, "not_allowed")
    assert admin.post(f"/api/members/{me(user)}/role", json={"role": "admin"}).status_code == 200
    until(lambda: user.get("/api/members").status_code == 200, 2)
    assert admin.post(f"/api/members/{me(user)}/role", json={"role": "user"}).status_code == 200
    until(lambda: user.get("/api/members").status_code == 403, 2)


def test_a_disabled_account_is_shut_out_until_it_is_enabled(
    admin: httpx2.Client, anonymous: httpx2.Client, system: System, promise: Promise
) -> None:
    member = a_member(admin)
    token = chosen(anonymous, member)["token"]
    with client_for(system.url, promise) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/api/session").status_code == 200
        for _ in range(2):
            assert admin.post(f"/api/members/{member['user_id']}/disable").status_code == 200
        until(lambda: client.get("/api/session").status_code == 401, 2)
        assert listed(admin)[member["user_id"]]["status"] == "disabled"
        body = {"name": member["name"], "password": PASSWORD}
        refused(anonymous.post("/api/session", json=body), 401, "not_signed_in")
        assert admin.post(f"/api/members/{member['user_id']}/enable").status_code == 200
        assert listed(admin)[member["user_id"]]["status"] == "active"
        assert anonymous.post("/api/session", json=body).status_code == 201
        assert client.get("/api/session").status_code == 401


def test_nobody_locks_themselves_or_everybody_out(admin: httpx2.Client) -> None:
    own = f"/api/members/{me(admin)}"
    told = refused(admin.post(f"{own}/disable"), 409, "oneself")
    assert told == "you would lock yourself out; let another admin disable your account"
    for answer in (admin.delete(own), admin.post(f"{own}/role", json={"role": "user"})):
        assert "last admin" in refused(answer, 409, "rejected")


def test_of_two_admins_who_demote_each_other_at_once_one_stays(
    client_of: ClientOf, residents: Residents, system: System, promise: Promise
) -> None:
    for _ in range(10):
        place = uuid4()
        first = client_of("admin", place)
        other = a_member(first, role="admin")
        session = chosen(client_of("user", place), other)
        with client_for(system.url, promise) as second, ThreadPoolExecutor(2) as threads:
            second.headers["Authorization"] = f"Bearer {session['token']}"
            pairs = [(first, other["user_id"]), (second, me(first))]
            answers = [
                *threads.map(lambda pair: pair[0].post(f"/api/members/{pair[1]}/role", json={"role": "user"}), pairs)
            ]
            assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
            seen = first if answers[0].status_code == 200 else second
            assert [each["role"] for each in listed(seen).values()].count("admin") == 1


def test_of_two_admins_who_disable_each_other_at_once_one_stays(
    client_of: ClientOf, system: System, promise: Promise
) -> None:
    for _ in range(10):
        place = uuid4()
        first = client_of("admin", place)
        other = a_member(first, role="admin")
        session = chosen(client_of("user", place), other)
        with client_for(system.url, promise) as second, ThreadPoolExecutor(2) as threads:
            second.headers["Authorization"] = f"Bearer {session['token']}"
            pairs = [(first, other["user_id"]), (second, me(first))]
            answers = [*threads.map(lambda pair: pair[0].post(f"/api/members/{pair[1]}/disable"), pairs)]
            assert [answer.status_code for answer in answers].count(200) == 1
            seen = first if answers[0].status_code == 200 else second
            assert sorted(each["status"] for each in listed(seen).values()) == ["active", "active", "disabled"]


def test_who_is_removed_at_home_comes_in_where_they_still_belong(
    admin: httpx2.Client, anonymous: httpx2.Client, stranger: httpx2.Client
) -> None:
    member = a_member(admin)
    session = chosen(anonymous, member)
    text = created(stranger, "/api/invitations", {"role": "user"})["link"].partition("#")[2]
    bearer = {"Authorization": f"Bearer {session['token']}"}
    joined = anonymous.post("/api/invitations/accept", json={"invitation": text}, headers=bearer).json()
    stranger.get("/api/workspaces", params={"after": joined["position"]})
    assert admin.delete(f"/api/members/{member['user_id']}").status_code == 200
    signed_in = created(anonymous, "/api/session", {"name": member["name"], "password": PASSWORD})
    assert signed_in["workspace_id"] == joined["id"]
    assert stranger.delete(f"/api/members/{member['user_id']}").status_code == 200
    refused(anonymous.post("/api/session", json={"name": member["name"], "password": PASSWORD}), 401, "not_signed_in")


def test_members_of_another_workspace_are_not_found(admin: httpx2.Client, stranger: httpx2.Client) -> None:
    member = a_member(admin)
    for client, user_id in ((stranger, member["user_id"]), (admin, str(uuid4())), (admin, me(stranger))):
        own = f"/api/members/{user_id}"
        for answer in (
            client.post(f"{own}/role", json={"role": "user"}),
            client.post(f"{own}/disable"),
            client.post(f"{own}/enable"),
            client.delete(own),
        ):
            refused(answer, 404, "not_found")
    assert listed(admin)[member["user_id"]]["status"] == "active"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "user"}, "name"),
        ({"name": " x", "role": "user"}, "name"),
        ({"name": "a@b", "role": "user"}, "name"),
        ({"name": "Ada", "role": "User"}, "role"),
        ({"name": "Ada", "role": "user", "email": "ada"}, "email"),
        ({"name": "Ada", "role": "user", "admin": True}, "admin"),
    ],
)
def test_a_bad_wish_for_a_member_names_the_field(admin: httpx2.Client, body: dict[str, Any], field: str) -> None:
    refused(admin.post("/api/members", json=body), 422, "invalid", field)


def test_a_role_that_is_none_is_refused(admin: httpx2.Client) -> None:
    answer = admin.post("/api/members", json={"name": asked.name("Member"), "role": "root"})
    refused(answer, 422, "invalid_role", "role")
