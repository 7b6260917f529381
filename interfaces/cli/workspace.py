"""`z2 workspace`: those that one belongs to, and who else belongs to the one that one is signed in to."""

from collections.abc import Mapping

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def workspace() -> None:
    """See to the workspaces that you belong to, and to who else does."""


@workspace.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the workspaces that you belong to; a star marks the one that you are in."""
    from interfaces.cli.client import places

    places.show_all(as_json=as_json)


@workspace.command()
@click.argument("name")
@AS_JSON
def create(name: str, *, as_json: bool) -> None:
    """Found a workspace called NAME, whose first admin you are; that takes an admin and a sign-in by `z2 login`."""
    from interfaces.cli.client import places

    _do(
        places.PATH,
        {"name": name},
        f"the workspace {name} is founded; go there with: z2 workspace switch {name!r}",
        as_json=as_json,
    )


@workspace.command()
@click.argument("name")
@AS_JSON
def rename(name: str, *, as_json: bool) -> None:
    """Call the workspace that you are in NAME."""
    from interfaces.cli.client import places
    from interfaces.cli.client.connection import connect

    with connect() as api:
        path = f"{places.PATH}/{places.current(api)}/name"
    _do(path, {"name": name}, f"the workspace is called {name} now", as_json=as_json)


@workspace.command()
@click.argument("workspace")
@AS_JSON
def switch(workspace: str, *, as_json: bool) -> None:
    """Go on in another workspace: WORKSPACE is a name, an id, or the beginning of one."""
    from interfaces.cli.client import places

    places.switch(workspace, as_json=as_json)


@workspace.command()
@AS_JSON
def members(*, as_json: bool) -> None:
    """List the members of the workspace by name."""
    from interfaces.cli.client import people

    people.show_all(as_json=as_json)


@workspace.command()
@click.option("--role", default="user", show_default=True, metavar="ROLE", help="Their role in the workspace.")
@click.option("--email", metavar="ADDRESS", help="Whom it is for; the link goes there if mail is set up.")
@click.option("--days", type=click.IntRange(1, 30), default=7, show_default=True, help="How long it is good.")
@AS_JSON
def invite(role: str, email: str | None, days: int, *, as_json: bool) -> None:
    """Make a link by which one person joins the workspace."""
    from interfaces.cli.client import places
    from interfaces.cli.client.connection import connect

    body = {"role": role, "days": days, **({"email": email} if email else {})}
    with connect() as api:
        made = api.post("/api/invitations", body, places.NewInvitation)
    places.tell(made, email, as_json=as_json)


@workspace.command()
@AS_JSON
def invitations(*, as_json: bool) -> None:
    """List the invitations that nobody has accepted yet."""
    from interfaces.cli.client import places

    places.show_invitations(as_json=as_json)


@workspace.command()
@click.argument("invitation")
@AS_JSON
def withdraw(invitation: str, *, as_json: bool) -> None:
    """Make an invitation void: INVITATION is its id, or the beginning of it."""
    from interfaces.cli.client import places
    from interfaces.cli.client.connection import connect

    with connect() as api:
        invitation_id = places.invitation(api, invitation)
    _delete(f"/api/invitations/{invitation_id}", f"invitation {invitation_id} is withdrawn", as_json=as_json)


@workspace.command()
@click.argument("link")
@AS_JSON
def join(link: str, *, as_json: bool) -> None:
    """Join the workspace of an invitation: LINK is the whole of it, or what stands behind its `#`."""
    body = {"invitation": link.rpartition("#")[2]}
    _do("/api/invitations/accept", body, "you have joined; see z2 workspace list", as_json=as_json)


@workspace.command()
@AS_JSON
def roles(*, as_json: bool) -> None:
    """List the roles with what each of them may do."""
    from interfaces.cli.client import places

    places.show_roles(as_json=as_json)


@workspace.command("define-role")
@click.argument("role")
@click.argument("scopes", nargs=-1)
@AS_JSON
def define_role(role: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Let the role ROLE of the workspace do SCOPES, instead of what it could before."""
    _do("/api/roles", {"role": role, "scopes": scopes}, f"the role {role} is defined", as_json=as_json)


@workspace.command("remove-role")
@click.argument("role")
@AS_JSON
def remove_role(role: str, *, as_json: bool) -> None:
    """Remove a role of the workspace that nobody has."""
    from urllib.parse import quote

    _delete(f"/api/roles/{quote(role, safe='')}", f"the role {role} is removed", as_json=as_json)


def _do(path: str, body: Mapping[str, object], done: str, *, as_json: bool) -> None:
    import msgspec

    from interfaces.cli.client import wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        accepted = api.post(path, body, wire.Accepted)
    click.echo(msgspec.json.encode(accepted) if as_json else done)


def _delete(path: str, done: str, *, as_json: bool) -> None:
    import msgspec

    from interfaces.cli.client import wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        accepted = api.delete(path, wire.Accepted)
    click.echo(msgspec.json.encode(accepted) if as_json else done)
