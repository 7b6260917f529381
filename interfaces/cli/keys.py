"""`z2 key`: API keys for services, made, listed and revoked."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def key() -> None:
    """Give services keys of their own.

    A key does what its owner may, or less, until it ends or is revoked. KEY is its id, or the beginning of it.
    """


@key.command()
@click.argument("label")
@click.option("--scope", "scopes", metavar="SCOPE", multiple=True, help="All that it may; may be repeated.")
@click.option("--expires", metavar="TIME", help="When it ends, such as 90d, 12h or 1y; never without it.")
@AS_JSON
def create(label: str, scopes: tuple[str, ...], expires: str | None, *, as_json: bool) -> None:
    """Make a key called LABEL; it is printed here and never again.

    Without --scope it may whatever you may.
    """
    from interfaces.cli.client import api_keys
    from interfaces.cli.client.connection import connect

    wish = api_keys.wish(label, scopes, expires)
    with connect() as api:
        made = api.post("/api/keys", wish, api_keys.Made)
    api_keys.tell(made, as_json=as_json)


@key.command("list")
@click.option("--all", "everybodys", is_flag=True, help="Those of all members, for who manages members.")
@AS_JSON
def all_of_them(*, everybodys: bool, as_json: bool) -> None:
    """List your keys, the oldest first."""
    from interfaces.cli.client import api_keys

    api_keys.show(everybodys=everybodys, as_json=as_json)


@key.command()
@click.argument("key")
@AS_JSON
def revoke(key: str, *, as_json: bool) -> None:
    """End a key: within a second nobody takes it any more."""
    import msgspec

    from interfaces.cli.client import api_keys
    from interfaces.cli.client.connection import connect
    from interfaces.cli.client.wire import Accepted

    with connect() as api:
        done = api.delete(f"/api/keys/{api_keys.named(api, key)}", Accepted)
    click.echo(msgspec.json.encode(done) if as_json else f"key {done.id} is revoked")
