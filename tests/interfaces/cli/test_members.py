"""Members, workspaces and the record of access from the command line, with a real Z2 on the other side."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.interfaces.http.test_members import PASSWORD, chosen
from tests.support import asked
from tests.support.asked import created
from tests.support.command_line import CommandLine
from tests.support.system import System, until


@pytest.fixture
def z2(system: System, tmp_path: Path) -> CommandLine:
    """An admin of a workspace that nobody else knows, signed in from the command line."""
    name = asked.name("Founder")
    member = created(system.client, "/api/members", {"name": name, "role": "admin"})
    with httpx2.Client(base_url=system.url) as client:
        chosen(client, member)
    line = CommandLine(tmp_path)
    said = line("login", "--url", system.url, "--name", name, "--password-stdin", given=f"{PASSWORD}\n")
    assert said.code == 0, said.err
    made = document(line, "workspace", "create", "Quay")
    until(lambda: len(document(line, "workspace", "list")["items"]) == 2)
    assert line("workspace", "switch", made["id"][:13]).out == "you are in the workspace Quay now, as admin\n"
    return line


def document(line: CommandLine, *words: str) -> Any:
    said = line(*words, "--json")
    assert (said.code, said.err) == (0, "")
    return json.loads(said.out)


def file(line: CommandLine) -> Path:
    return line.home / "config" / "z2" / "credentials.json"


def stored_login(line: CommandLine) -> dict[str, Any]:
    """The sign-in that the command line remembers."""
    stored: dict[str, Any] = json.loads(file(line).read_text())
    return stored


def current(line: CommandLine) -> str:
    """The id of the workspace that one is signed in to."""
    return str(next(each["id"] for each in document(line, "workspace", "list")["items"] if each["current"]))


def a_guest(z2: CommandLine, system: System, role: str = "user") -> dict[str, Any]:
    """Somebody who has joined by an invitation."""
    made = document(z2, "workspace", "invite", "--role", role, "--email", "guest@example.com")
    body = {"invitation": made["link"].partition("#")[2], "name": asked.name("Guest"), "password": PASSWORD}
    with httpx2.Client(base_url=system.url) as client:
        return {**body, **created(client, "/api/invitations/accept-as-new", body)}


def test_the_workspaces_are_listed_and_one_goes_back_and_forth(z2: CommandLine, system: System) -> None:
    lines = [line.split() for line in z2("workspace", "list").out.splitlines()]
    assert [line[-3] for line in lines[1:]] == ["admin", "admin"]
    (current,) = [line for line in lines if line[0] == "*"]
    assert current[1] == "Quay"
    renamed = z2("workspace", "rename", "Pier")
    assert (renamed.code, renamed.out) == (0, "the workspace is called Pier now\n")
    home = next(each for each in document(z2, "workspace", "list")["items"] if each["home"])
    before = stored_login(z2)
    assert z2("workspace", "switch", home["id"]).code == 0
    stored = stored_login(z2)
    assert stored["refresh_token"] != before["refresh_token"]
    with httpx2.Client(base_url=system.url, headers={"Authorization": f"Bearer {stored['token']}"}) as client:
        assert client.get("/api/session").json()["workspace_id"] == home["id"]
    assert document(z2, "workspace", "switch", "PIER")["name"] == "Pier"
    unknown = z2("workspace", "switch", "Nowhere")
    assert (unknown.code, unknown.error) == (2, "you belong to no workspace 'Nowhere'; see `z2 workspace list`")


def test_only_a_remembered_sign_in_goes_elsewhere(z2: CommandLine, system: System) -> None:
    token = system.client.headers["Authorization"].split()[1]
    said = z2("workspace", "switch", "Home", Z2_URL=system.url, Z2_TOKEN=token)
    mend = "only a remembered sign-in can go on in another workspace; sign in with `z2 login` first"
    assert (said.code, said.error) == (2, mend)
    file(z2).write_text(json.dumps({**stored_login(z2), "refresh_token": None}))
    home = next(each for each in document(z2, "workspace", "list")["items"] if each["home"])
    said = z2("workspace", "switch", home["id"])
    assert (said.code, said.error) == (2, mend)


def test_a_refresh_token_of_before_a_switch_ends_the_remembered_sign_in(z2: CommandLine, system: System) -> None:
    before = stored_login(z2)
    assert z2("workspace", "switch", current(z2)).code == 0
    with httpx2.Client(base_url=system.url) as client:
        body = {"refresh_token": before["refresh_token"]}
        assert client.post("/api/session/refresh", json=body).status_code == 401
    until(lambda: z2("workspace", "list").code != 0, 5)
    assert "z2 login" in z2("workspace", "list").error


def test_a_member_is_shown_changed_and_removed(z2: CommandLine, system: System) -> None:
    guest = a_guest(z2, system)
    listed = z2("user", "list").out
    assert guest["name"] in listed
    # somebody else may be seen for the first time between the two
    assert [line.split()[0] for line in z2("workspace", "members").out.splitlines()] == [
        line.split()[0] for line in listed.splitlines()
    ]
    shown = dict(line.split(maxsplit=1) for line in z2("user", "show", guest["name"].upper()).out.splitlines()[:4])
    assert (shown["name"], shown["role"]) == (guest["name"], "user")
    assert shown["e-mail"] == "guest@example.com (not verified)"
    assert z2("user", "role", guest["name"], "agent").out == f"user {guest['user_id']} has the role agent\n"
    assert document(z2, "user", "show", guest["user_id"])["role"] == "agent"
    for verb in ("disable", "enable"):
        assert z2("user", verb, "guest@example.com").out == f"user {guest['user_id']} is {verb}d\n"
    assert z2("user", "remove", guest["name"]).out == f"user {guest['user_id']} is no member any more\n"
    gone = z2("user", "show", guest["name"])
    assert (gone.code, gone.error) == (2, f"no member is called '{guest['name']}'; see `z2 user list`")
    back = z2("user", "readmit", guest["user_id"], "user").out
    assert back == f"user {guest['user_id']} is a member again, in the role user\n"
    assert document(z2, "user", "show", guest["user_id"])["role"] == "user"


def test_what_is_refused_is_said_in_one_line(z2: CommandLine, system: System) -> None:
    own = document(z2, "user", "list")["items"][0]["name"]
    disabled, removed = z2("user", "disable", own), z2("user", "remove", own)
    assert (disabled.code, removed.code) == (1, 1)
    assert "let another admin disable your account" in disabled.error
    assert "last admin of a workspace" in removed.error
    assert "this workspace has no role 'root'" in z2("user", "role", own, "root").error
    assert z2("user", "show", "").code == 2


def test_invitations_are_listed_and_withdrawn(z2: CommandLine) -> None:
    said = z2("workspace", "invite", "--days", "3")
    first, link = said.out.splitlines()
    invitation = first.split()[1]
    assert "/invitation#z2i_" in link
    assert invitation in z2("workspace", "invitations").out
    assert z2("workspace", "withdraw", invitation[:8]).out == f"invitation {invitation} is withdrawn\n"
    assert document(z2, "workspace", "invitations")["items"] == []
    again = z2("workspace", "withdraw", invitation[:8])
    assert (again.code, again.error) == (
        2,
        f"no invitation begins with '{invitation[:8]}'; see `z2 workspace invitations`",
    )
    void = z2("workspace", "join", link.rpartition(" ")[2])
    assert (void.code, "has been used, withdrawn or has expired" in void.error) == (1, True)


def test_roles_are_defined_listed_and_removed(z2: CommandLine) -> None:
    assert z2("workspace", "define-role", "auditor", "read", "audit:read").out == "the role auditor is defined\n"
    assert z2("workspace", "roles").out.splitlines()[-1].split() == ["auditor", "0", "audit:read", "read"]
    assert z2("workspace", "remove-role", "auditor").out == "the role auditor is removed\n"
    assert z2("workspace", "remove-role", "auditor").code == 2
    assert z2("workspace", "define-role", "x", "fly").code == 2


def test_the_record_of_access_is_read(z2: CommandLine, system: System) -> None:
    guest = a_guest(z2, system)
    joined = ["workspace.member_added", "workspace.invitation_accepted"]
    kinds = ["signed_in", "user.registered", "user.email_changed", *joined]

    def complete() -> bool:
        found = document(z2, "audit", "--user", guest["name"])["items"]
        return sorted(each["kind"] for each in found) == sorted(kinds)

    until(complete)
    lines = z2("audit", "--kind", "workspace.", "--limit", "2", "--since", "2026-01-01").out.splitlines()
    assert lines[0].split()[:4] == ["At", "Kind", "By", "About"]
    assert lines[-1] == "there are more; see them with --limit, --until or --kind"
    assert document(z2, "audit", "--until", "2026-01-01T00:00")["items"] == []
    assert z2("audit", "--since", "soon").code == 2
