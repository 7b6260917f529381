"""After a tour of all that is done with members, no name, address, password or link stands in the database as it is."""

from uuid import uuid4

import httpx2

from tests.interfaces.http.conftest import ClientOf, client_for
from tests.interfaces.http.test_members import listed
from tests.support import canary
from tests.support.asked import created, refused
from tests.support.canary import Canary
from tests.support.promise import Promise
from tests.support.system import System, until

SECRET_LENGTH = canary.CORE


def tour(admin: httpx2.Client, guest: httpx2.Client, birds: dict[str, Canary]) -> list[Canary]:
    """Everything once; the canaries of the links that were shown meanwhile."""
    name, email, password = birds["name"].name, birds["email"].email, birds["password"].secret
    member = created(admin, "/api/members", {"name": name, "email": email, "role": "user"})
    link = member["link"].partition("#")[2]
    session = created(guest, "/api/links/password", {"link": link, "password": password})
    refused(guest.post("/api/session", json={"name": name, "password": f"{password}!"}), 401, "not_signed_in")
    guest.headers["Authorization"] = f"Bearer {session['token']}"
    refused(guest.get("/api/members"), 403, "not_allowed")
    invitation = created(admin, "/api/invitations", {"role": "user", "email": birds["invited"].email})
    text = invitation["link"].partition("#")[2]
    assert birds["invited"].email in str(admin.get("/api/invitations").json())
    del guest.headers["Authorization"]
    joining = {"invitation": text, "name": birds["guest"].name, "password": birds["password"].secret}
    created(guest, "/api/invitations/accept-as-new", joining)
    shown = listed(admin)
    assert shown[member["user_id"]]["name"] == name
    assert {email, birds["invited"].email} <= {each["email"] for each in shown.values()}
    for verb in ("disable", "enable"):
        assert admin.post(f"/api/members/{member['user_id']}/{verb}").status_code == 200
    assert admin.post(f"/api/members/{member['user_id']}/role", json={"role": "agent"}).status_code == 200
    removed = admin.delete(f"/api/members/{member['user_id']}").json()
    assert admin.get("/api/audit", params={"after": removed["position"]}).status_code == 200
    return [Canary("link", secret.split("_")[2][:SECRET_LENGTH]) for secret in (link, text)]


def test_nothing_personal_and_no_secret_stands_in_the_database(
    client_of: ClientOf, system: System, promise: Promise
) -> None:
    birds = {field: canary.fresh(field) for field in ("name", "email", "password", "invited", "guest")}
    control = canary.fresh("workspace")
    place = uuid4()
    admin = client_of("admin", place)
    with client_for(system.url, promise) as guest:
        links = tour(admin, guest, birds)
    assert admin.post(f"/api/workspaces/{place}/name", json={"name": control.core}).status_code == 200
    until(lambda: control.core in str(admin.get("/api/workspaces").json()))
    found = canary.in_database(system.environment["DATABASE_URL"], [*birds.values(), *links, control])
    assert {find.field for find in found} == {"workspace"}, "what is not sealed is found, and nothing else"
