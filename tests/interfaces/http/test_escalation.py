"""Nobody gives, takes or becomes more than they are: whoever manages members, without being an admin, stays so."""

from uuid import UUID, uuid4

import httpx2
import pytest

from tests.interfaces.http.conftest import ClientOf
from tests.interfaces.http.test_members import a_member, chosen, me
from tests.support import asked
from tests.support.asked import created, refused


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture
def admin(client_of: ClientOf, place: UUID) -> httpx2.Client:
    return client_of("admin", place)


@pytest.fixture
def clerk(admin: httpx2.Client, client_of: ClientOf, place: UUID) -> httpx2.Client:
    """Somebody who manages members and may do little else."""
    body = {"role": "clerk", "scopes": ["members:manage", "roles:manage", "read"]}
    assert admin.post("/api/roles", json=body).status_code == 200
    return client_of("clerk", place)


@pytest.mark.parametrize("role", ["admin", "user"])
def test_nobody_gives_a_role_beyond_their_own_rights(
    clerk: httpx2.Client, client_of: ClientOf, place: UUID, role: str
) -> None:
    agent = client_of("agent", place)
    for answer in (
        clerk.post("/api/members", json={"name": asked.name("Member"), "role": role}),
        clerk.post(f"/api/members/{me(agent)}/role", json={"role": role}),
        clerk.post("/api/invitations", json={"role": role}),
    ):
        assert "yourself, so you cannot give the role" in refused(answer, 403, "not_allowed", "role")
    a_member(clerk, role="agent")


def test_nobody_changes_anything_about_who_may_do_more(admin: httpx2.Client, clerk: httpx2.Client) -> None:
    own = f"/api/members/{me(admin)}"
    for answer in (
        clerk.post(f"{own}/role", json={"role": "agent"}),
        clerk.post(f"{own}/disable"),
        clerk.post(f"{own}/enable"),
        clerk.delete(own),
        clerk.post("/api/password-links", json={"user_id": me(admin)}),
    ):
        refused(answer, 403, "not_allowed")


def test_nobody_gets_a_link_to_an_account_that_may_do_more(
    admin: httpx2.Client, clerk: httpx2.Client, anonymous: httpx2.Client
) -> None:
    body = {"name": asked.name("Member"), "role": "agent"}
    first = created(clerk, "/api/members", body, **{"Idempotency-Key": "mine"})
    raised = f"/api/members/{first['user_id']}/role"
    assert admin.post(raised, json={"role": "admin"}).status_code == 200
    again = clerk.post("/api/members", json=body, headers={"Idempotency-Key": "mine"})
    refused(again, 403, "not_allowed")
    assert admin.post(raised, json={"role": "agent"}).status_code == 200
    chosen(anonymous, first)
    assert admin.delete(f"/api/members/{first['user_id']}").status_code == 200
    told = refused(clerk.post("/api/members", json=body), 403, "not_allowed")
    assert "so you cannot make a link to an account that is in use" in told
    assert a_member(admin, **body)["user_id"] == first["user_id"]


def test_only_an_admin_disables_the_account_of_who_is_no_member_any_more(
    admin: httpx2.Client, clerk: httpx2.Client
) -> None:
    own = f"/api/members/{a_member(admin, role='agent')['user_id']}"
    assert admin.delete(own).status_code == 200
    for change in ("disable", "enable"):
        refused(clerk.post(f"{own}/{change}"), 403, "not_allowed")
        assert admin.post(f"{own}/{change}").status_code == 200


def test_a_key_gets_no_link_to_an_account_that_is_in_use(admin: httpx2.Client, anonymous: httpx2.Client) -> None:
    body = {"name": asked.name("Member"), "role": "agent"}
    member = a_member(admin, **body)
    chosen(anonymous, member)
    bearer = {"Authorization": f"Bearer {created(admin, '/api/keys', {'label': 'CI'})['key']}"}
    assert anonymous.delete(f"/api/members/{member['user_id']}", headers=bearer).status_code == 200
    refused(anonymous.post("/api/members", json=body, headers=bearer), 403, "not_allowed")
    assert a_member(admin, **body)["user_id"] == member["user_id"]


def test_only_an_admin_makes_a_link_for_who_belongs_elsewhere_too(
    admin: httpx2.Client, clerk: httpx2.Client, anonymous: httpx2.Client, stranger: httpx2.Client
) -> None:
    member = a_member(admin, role="agent")
    session = chosen(anonymous, member)
    wish = {"user_id": member["user_id"]}
    assert clerk.post("/api/password-links", json=wish).status_code == 201
    text = created(stranger, "/api/invitations", {"role": "admin"})["link"].partition("#")[2]
    bearer = {"Authorization": f"Bearer {session['token']}"}
    joined = anonymous.post("/api/invitations/accept", json={"invitation": text}, headers=bearer).json()
    stranger.get("/api/workspaces", params={"after": joined["position"]})
    told = refused(clerk.post("/api/password-links", json=wish), 403, "not_allowed")
    assert told == "this member belongs to other workspaces too, so only an admin makes the link"
    assert admin.post("/api/password-links", json=wish).status_code == 201


@pytest.mark.parametrize("role", ["user", "agent"])
def test_members_are_managed_by_who_may_alone(client_of: ClientOf, place: UUID, role: str) -> None:
    client = client_of(role, place)
    other = uuid4()
    for answer in (
        client.get("/api/members"),
        client.post("/api/members", json={"name": "x", "role": "user"}),
        client.post(f"/api/members/{other}/role", json={"role": "user"}),
        client.post(f"/api/members/{other}/disable"),
        client.post(f"/api/members/{other}/enable"),
        client.delete(f"/api/members/{other}"),
        client.get("/api/invitations"),
        client.post("/api/invitations", json={"role": "user"}),
        client.delete(f"/api/invitations/{other}"),
        client.post("/api/roles", json={"role": "x", "scopes": []}),
        client.delete("/api/roles/x"),
        client.post(f"/api/agents/{other}/scopes", json={"scopes": []}),
        client.post("/api/workspaces", json={"name": "x"}),
        client.post(f"/api/workspaces/{place}/name", json={"name": "x"}),
        client.get("/api/audit"),
    ):
        refused(answer, 403, "not_allowed")
