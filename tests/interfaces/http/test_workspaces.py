"""Workspaces over HTTP: those one belongs to, founding, renaming, and going on in another one."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from interfaces.http.auth import PLAIN_COOKIE
from tests.interfaces.http.conftest import ClientOf, client_for
from tests.interfaces.http.test_members import a_member, chosen, me
from tests.support.asked import created, refused
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System, until

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def place() -> UUID:
    return uuid4()


@pytest.fixture
def admin(client_of: ClientOf, place: UUID) -> httpx2.Client:
    """A new admin each time, so that it can be signed out."""
    return client_of("admin", place)


def founded(client: httpx2.Client, name: str = "Work", **headers: str) -> dict[str, Any]:
    return created(client, "/api/workspaces", {"name": name}, **headers)


def belongings(client: httpx2.Client, **query: Any) -> dict[str, dict[str, Any]]:
    answer = client.get("/api/workspaces", params=query)
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["items"]}


def switch(client: httpx2.Client, workspace_id: object, refresh_token: str, **headers: str) -> httpx2.Response:
    """A browser's switch where the token is empty."""
    body = {"workspace_id": str(workspace_id), **({"refresh_token": refresh_token} if refresh_token else {})}
    return client.post("/api/session/workspace", json=body, headers=headers)


def test_an_admin_founds_a_workspace_and_is_its_admin(admin: httpx2.Client, place: UUID) -> None:
    made = founded(admin)
    seen = belongings(admin, after=made["position"])
    assert seen.keys() == {str(place), made["id"]}
    assert seen[made["id"]] == {
        "id": made["id"],
        "name": "Work",
        "role": "admin",
        "members": 1,
        "current": False,
        "home": False,
    }
    assert (seen[str(place)]["current"], seen[str(place)]["home"]) == (True, True)


def test_the_same_request_founds_one_workspace(admin: httpx2.Client) -> None:
    first, second = (founded(admin, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert first == second
    assert len(belongings(admin, after=first["position"])) == 2


def test_only_who_is_admin_at_home_founds(
    admin: httpx2.Client,
    anonymous: httpx2.Client,
    system: System,
    promise: Promise,
    residents: Residents,
    place: UUID,
) -> None:
    member = a_member(admin)
    made = founded(admin)
    with client_for(system.url, promise) as guest:
        session = chosen(anonymous, member)
        guest.headers["Authorization"] = f"Bearer {session['token']}"
        refused(guest.post("/api/workspaces", json={"name": "Mine"}), 403, "not_allowed")
        there = switch(admin, made["id"], residents.refresh_token("admin", place)).json()["token"]
        with client_for(system.url, promise) as founder:
            founder.headers["Authorization"] = f"Bearer {there}"
            text = created(founder, "/api/invitations", {"role": "admin"})["link"].partition("#")[2]
            assert guest.post("/api/invitations/accept", json={"invitation": text}).status_code == 200
            founded(founder, "More")
        moved = switch(guest, made["id"], session["refresh_token"]).json()
        guest.headers["Authorization"] = f"Bearer {moved['token']}"
        assert guest.get("/api/session").json()["role"] == "admin"
        told = refused(guest.post("/api/workspaces", json={"name": "Mine"}), 403, "not_allowed")
        assert told == "only an admin of the workspace that your account is at home in founds another one"


def test_going_on_elsewhere_ends_the_sign_in_of_before(
    residents: Residents, system: System, promise: Promise, admin: httpx2.Client, place: UUID
) -> None:
    made = founded(admin)
    moved = switch(admin, made["id"], residents.refresh_token("admin", place))
    session = moved.json()
    assert (session["workspace_id"], session["role"], session["user_id"]) == (made["id"], "admin", session["user_id"])
    until(lambda: admin.get("/api/session").status_code == 401, 2)
    with client_for(system.url, promise) as there:
        there.headers["Authorization"] = f"Bearer {session['token']}"
        assert there.get("/api/session").json()["workspace_id"] == made["id"]
        again = there.post("/api/session/refresh", json={"refresh_token": session["refresh_token"]})
        assert again.status_code == 201


def test_a_browser_goes_on_elsewhere_with_a_new_cookie(residents: Residents, system: System, promise: Promise) -> None:
    place = uuid4()
    with client_for(system.url, promise) as browser:
        old = residents.session("admin", place)
        browser.cookies.set(PLAIN_COOKIE, old)
        made = created(browser, "/api/workspaces", {"name": "Work"}, **SAME_SITE)
        refused(switch(browser, made["id"], "", **{"Sec-Fetch-Site": "cross-site"}), 403, "not_allowed")
        ends = {each["current"]: each["expires_at"] for each in browser.get("/api/logins").json()["items"]}.get(True)
        answer = switch(browser, made["id"], "", **SAME_SITE)
        session = answer.json()
        assert (session["token"], session["refresh_token"]) == (None, None)
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert ends in (None, session["expires_at"]), "it lasts no longer than the one before"
        browser.cookies.clear()
        new = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
        browser.cookies.set(PLAIN_COOKIE, new)
        assert browser.get("/api/session").json()["workspace_id"] == made["id"]
        browser.cookies.set(PLAIN_COOKIE, old)
        until(lambda: browser.get("/api/session").status_code == 401, 2)


def test_one_goes_only_where_one_belongs(
    admin: httpx2.Client, stranger: httpx2.Client, residents: Residents, place: UUID
) -> None:
    theirs = founded(stranger)["id"]
    for workspace_id in (theirs, uuid4(), me(admin)):
        refused(switch(admin, workspace_id, residents.refresh_token("admin", place)), 404, "not_found")
    assert theirs not in belongings(admin)
    assert admin.get("/api/session").status_code == 200


def test_who_is_removed_belongs_no_more(
    admin: httpx2.Client, client_of: ClientOf, system: System, promise: Promise, residents: Residents
) -> None:
    home = uuid4()
    guest = client_of("user", home)
    text = created(admin, "/api/invitations", {"role": "user"})["link"].partition("#")[2]
    joined = guest.post("/api/invitations/accept", json={"invitation": text}).json()
    assert joined["id"] in belongings(guest, after=joined["position"])
    token = switch(guest, joined["id"], residents.refresh_token("user", home)).json()["token"]
    with client_for(system.url, promise) as there:
        there.headers["Authorization"] = f"Bearer {token}"
        user_id = me(there)
        assert admin.delete(f"/api/members/{user_id}").status_code == 200
        until(lambda: there.get("/api/session").status_code == 401, 2)


def test_a_workspace_is_renamed_by_its_own(admin: httpx2.Client, place: UUID, stranger: httpx2.Client) -> None:
    own = f"/api/workspaces/{place}/name"
    refused(stranger.post(own, json={"name": "Mine"}), 404, "not_found")
    renamed = admin.post(own, json={"name": "Harbour"}).json()
    assert belongings(admin, after=renamed["position"])[str(place)]["name"] == "Harbour"
    refused(admin.post(own, json={"name": ""}), 422, "invalid", "name")


def test_a_key_sees_its_own_workspace_alone(
    admin: httpx2.Client, system: System, promise: Promise, place: UUID
) -> None:
    made = founded(admin)
    key = created(admin, "/api/keys", {"label": "CI"})["key"]
    with client_for(system.url, promise) as service:
        service.headers["Authorization"] = f"Bearer {key}"
        assert belongings(service, after=made["position"]).keys() == {str(place)}
        refused(service.post("/api/workspaces", json={"name": "Mine"}), 403, "not_allowed")


def test_roles_of_ones_own_are_defined_listed_and_removed(
    admin: httpx2.Client, client_of: ClientOf, place: UUID
) -> None:
    body = {"role": "auditor", "scopes": ["read", "audit:read"]}
    assert admin.post("/api/roles", json=body).status_code == 200
    roles = admin.get("/api/roles").json()["items"]
    assert [each["role"] for each in roles] == ["admin", "user", "agent", "auditor"]
    assert roles[3] == {"role": "auditor", "scopes": ["audit:read", "read"], "built_in": False, "members": 0}
    assert roles[0]["members"] == 1
    auditor = client_of("auditor", place)
    assert auditor.get("/api/audit").status_code == 200
    assert "1 members or invitations" in refused(admin.delete("/api/roles/auditor"), 409, "rejected")
    assert admin.post("/api/roles", json=body | {"scopes": ["read"]}).status_code == 200
    until(lambda: auditor.get("/api/audit").status_code == 403, 2)
    assert admin.delete(f"/api/members/{me(auditor)}").status_code == 200
    assert admin.delete("/api/roles/auditor").status_code == 200
    for role in ("auditor", "No%20Slug"):
        refused(admin.delete(f"/api/roles/{role}"), 404, "not_found")
    refused(admin.delete("/api/roles/admin"), 409, "rejected")
    refused(admin.post("/api/roles", json=body | {"role": "admin"}), 422, "invalid_role", "role")
    refused(admin.post("/api/roles", json=body | {"scopes": ["fly"]}), 422, "invalid", "scopes[0]")


def test_nobody_defines_or_changes_a_role_beyond_their_own_rights(
    admin: httpx2.Client, client_of: ClientOf, place: UUID
) -> None:
    admin.post("/api/roles", json={"role": "clerk", "scopes": ["roles:manage", "members:manage", "read"]})
    admin.post("/api/roles", json={"role": "auditor", "scopes": ["audit:read"]})
    clerk = client_of("clerk", place)
    for answer in (
        clerk.post("/api/roles", json={"role": "clerk", "scopes": ["roles:manage", "audit:read"]}),
        clerk.post("/api/roles", json={"role": "mine", "scopes": ["secrets:manage"]}),
        clerk.post("/api/roles", json={"role": "auditor", "scopes": []}),
        clerk.delete("/api/roles/auditor"),
    ):
        refused(answer, 403, "not_allowed")
    assert clerk.post("/api/roles", json={"role": "mine", "scopes": ["read"]}).status_code == 200


def test_an_agent_is_granted_scopes_within_ones_own_rights(
    admin: httpx2.Client, client_of: ClientOf, place: UUID, stranger: httpx2.Client, system: System, promise: Promise
) -> None:
    from tests.support import asked

    agent = created(admin, "/api/agents", asked.an_agent())
    own = f"/api/agents/{agent['id']}/scopes"
    assert admin.post(own, json={"scopes": ["runs:start"]}).status_code == 200
    token = admin.post("/api/tokens", json={"agent_id": agent["id"]}).json()["token"]
    with client_for(system.url, promise) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get("/api/session").json()["scopes"] == ["read", "runs:start"]
    admin.post("/api/roles", json={"role": "clerk", "scopes": ["members:manage", "read"]})
    clerk = client_of("clerk", place)
    for scopes in ([], ["read"], ["secrets:manage"]):
        refused(clerk.post(own, json={"scopes": scopes}), 403, "not_allowed")
    refused(stranger.post(own, json={"scopes": []}), 404, "not_found")
    refused(admin.post(f"/api/agents/{me(admin)}/scopes", json={"scopes": []}), 404, "not_found")
