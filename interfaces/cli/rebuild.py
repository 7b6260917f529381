"""`z2 rebuild`: a read model is folded anew from the log."""

import click

SECONDS = 600.0


@click.command()
@click.argument("projection", metavar="agents|workflows|runs")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def rebuild(projection: str, *, as_json: bool) -> None:
    """Build a read model anew from the log; only admins may."""
    from urllib.parse import quote

    import msgspec

    from interfaces.cli.client import wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        path = f"/api/projections/{quote(projection, safe='')}/rebuild"
        rebuilt = api.post(path, {}, wire.Rebuilt, seconds=SECONDS)
    if as_json:
        click.echo(msgspec.json.encode(rebuilt))
    else:
        click.echo(f"{projection}: {rebuilt.rows:,} rows, built from the log up to position {rebuilt.position:,}")
