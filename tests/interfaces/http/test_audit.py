"""The record of access: sign-ins, refusals and grants, each workspace its own."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.interfaces.http.test_members import PASSWORD, a_member, chosen, me
from tests.support import asked
from tests.support.asked import created, refused
from tests.support.system import until


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture
def admin(client_of: ClientOf, place: UUID) -> httpx2.Client:
    return client_of("admin", place)


def entries(client: httpx2.Client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/audit", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_grants_stand_in_it_with_their_place_in_the_log(admin: httpx2.Client) -> None:
    member = a_member(admin)
    role = created_role(admin, "auditor", ["audit:read", "read"])
    changed = admin.post(f"/api/members/{member['user_id']}/role", json={"role": "auditor"}).json()
    assert changed["position"] > role["position"]
    found = entries(admin, user=member["user_id"], after=changed["position"], kind="workspace.")
    assert [(each["kind"], each["reason"]) for each in found] == [
        ("workspace.member_added", "auditor"),
        ("workspace.member_added", "user"),
    ]
    assert {each["user_id"] for each in found} == {me(admin)}
    assert found[0]["position"] == changed["position"]
    (defined,) = entries(admin, kind="workspace.role_defined")
    assert defined["reason"] == "auditor: audit:read read"


def created_role(client: httpx2.Client, role: str, scopes: list[str]) -> dict[str, Any]:
    answer = client.post("/api/roles", json={"role": role, "scopes": scopes})
    assert answer.status_code == 200, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


def test_keys_invitations_and_accounts_stand_in_it(admin: httpx2.Client) -> None:
    key = created(admin, "/api/keys", {"label": "CI", "scopes": ["read"]})
    invitation = created(admin, "/api/invitations", {"role": "user"})
    member = a_member(admin)
    for verb in ("disable", "enable"):
        assert admin.post(f"/api/members/{member['user_id']}/{verb}").status_code == 200
    last = admin.delete(f"/api/keys/{key['id']}").json()["position"]
    about = {(each["kind"], each["about"]) for each in entries(admin, after=last, limit=200)}
    assert {
        ("api_key.issued", key["id"]),
        ("api_key.revoked", key["id"]),
        ("workspace.invited", invitation["id"]),
        ("user.registered", member["user_id"]),
        ("user.disabled", member["user_id"]),
        ("user.enabled", member["user_id"]),
    } <= about


def test_sign_ins_and_refused_ones_stand_in_it_without_an_address(
    admin: httpx2.Client, anonymous: httpx2.Client
) -> None:
    member = a_member(admin)
    chosen(anonymous, member)
    wrong = {"name": member["name"], "password": f"{PASSWORD} not"}
    refused(anonymous.post("/api/session", json=wrong), 401, "not_signed_in")
    found = entries(admin, user=member["user_id"], kind="sign")
    assert [each["kind"] for each in found] == ["sign_in_refused", "signed_in"]
    (mark,) = {each["address"] for each in found}
    assert len(mark) == 12
    assert "127.0.0.1" not in str(found)


def test_what_is_refused_is_counted_in_one_row_a_minute(admin: httpx2.Client, client_of: ClientOf, place: UUID) -> None:
    user = client_of("user", place)
    times = 40
    for _ in range(times):
        refused(user.get("/api/members"), 403, "not_allowed")
    found = until(lambda: complete(admin, user, times))
    assert {each["reason"] for each in found} == {"listMembers"}
    assert len(found) <= 2
    clerk = created_role(admin, "clerk", ["members:manage", "read"])
    assert clerk["position"]
    someone = client_of("clerk", place)
    refused(someone.post("/api/invitations", json={"role": "admin"}), 403, "not_allowed", "role")
    until(lambda: [each for each in entries(admin, kind="refused") if each["reason"] == "invite"])


def complete(admin: httpx2.Client, user: httpx2.Client, times: int) -> list[dict[str, Any]]:
    """The rows of what somebody was refused, once all of it was counted."""
    found = entries(admin, user=me(user), kind="refused")
    return found if sum(each["count"] for each in found) == times else []


def test_it_is_read_page_by_page_and_by_time(admin: httpx2.Client) -> None:
    for _ in range(3):
        last = created(admin, "/api/keys", {"label": "CI"})["position"]
    whole = entries(admin, after=last, limit=200)
    paged: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = admin.get("/api/audit", params=query).json()
        paged += page["items"]
        if page["next"] is None:
            break
        query["behind"] = page["next"]
    assert paged == whole
    middle = whole[1]["at"]
    assert entries(admin, since=middle, until=middle) == []
    after = {each["id"] for each in entries(admin, since=middle, limit=200)}
    before = {each["id"] for each in entries(admin, until=middle, limit=200)}
    assert after | before == {each["id"] for each in whole}
    assert not after & before


def test_it_is_of_ones_own_workspace_and_for_who_may_read_it(
    admin: httpx2.Client, stranger: httpx2.Client, client_of: ClientOf, place: UUID
) -> None:
    key = created(admin, "/api/keys", {"label": "CI"})
    assert entries(admin, after=key["position"], kind="api_key.")
    assert entries(stranger, after=key["position"], kind="api_key.") == []
    assert entries(stranger, user=me(admin)) == []
    refused(client_of("user", place).get("/api/audit"), 403, "not_allowed")
    created_role(admin, "auditor", ["audit:read"])
    assert entries(client_of("auditor", place))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"since": "soon"}, "since"),
        ({"user": asked.name("x")}, "user"),
        ({"behind": -1}, "behind"),
    ],
)
def test_a_bad_question_names_the_field(admin: httpx2.Client, query: dict[str, Any], field: str) -> None:
    refused(admin.get("/api/audit", params=query), 422, "invalid", field)
