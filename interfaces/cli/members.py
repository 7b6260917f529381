"""The commands of `z2 user` that ask the API: who the members are, their roles, and whether they may come in."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
MEMBER = click.argument("member")


@click.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the members of the workspace by name."""
    from interfaces.cli.client import people

    people.show_all(as_json=as_json)


@click.command()
@MEMBER
@AS_JSON
def show(member: str, *, as_json: bool) -> None:
    """Show a member: role, status, and how they sign in."""
    from interfaces.cli.client import people

    people.show(member, as_json=as_json)


@click.command()
@MEMBER
@AS_JSON
def disable(member: str, *, as_json: bool) -> None:
    """Let nobody in with this account any more; within a second that holds everywhere."""
    _change(member, "disable", {}, "is disabled", as_json=as_json)


@click.command()
@MEMBER
@AS_JSON
def enable(member: str, *, as_json: bool) -> None:
    """Let a disabled account in again."""
    _change(member, "enable", {}, "is enabled", as_json=as_json)


@click.command()
@MEMBER
@click.argument("role")
@AS_JSON
def role(member: str, role: str, *, as_json: bool) -> None:
    """Give a member the role ROLE; `z2 workspace roles` lists what there is."""
    _change(member, "role", {"role": role}, f"has the role {role}", as_json=as_json)


@click.command()
@click.argument("user_id")
@click.argument("role")
@AS_JSON
def readmit(user_id: str, role: str, *, as_json: bool) -> None:
    """Let in again, in the role ROLE, whom somebody removed; `z2 audit` tells the id."""
    _change(user_id, "readmit", {"role": role}, f"is a member again, in the role {role}", as_json=as_json)


@click.command()
@MEMBER
@AS_JSON
def remove(member: str, *, as_json: bool) -> None:
    """Take a member out of the workspace; the account stays."""
    import msgspec

    from interfaces.cli.client import people, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        user_id = people.named(api, member)
        done = api.delete(f"/api/members/{user_id}", wire.Accepted)
    click.echo(msgspec.json.encode(done) if as_json else f"user {user_id} is no member any more")


def _change(member: str, verb: str, body: dict[str, str], done: str, *, as_json: bool) -> None:
    import msgspec

    from interfaces.cli.client import people, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        user_id = people.named(api, member)
        accepted = api.post(f"/api/members/{user_id}/{verb}", body, wire.Accepted)
    click.echo(msgspec.json.encode(accepted) if as_json else f"user {user_id} {done}")


COMMANDS = (all_of_them, show, disable, enable, role, remove, readmit)
