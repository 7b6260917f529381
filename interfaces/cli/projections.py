"""`z2 projections`, `z2 rebuild` and `z2 verify`: how far the read models are, and do they say what the log says?"""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from interfaces.cli.client import projected

SECONDS = 3_600.0
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def projections() -> None:
    """See how far read models and policies are, build read models anew, verify them."""


@projections.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List how far each is, who leads it, and which event stops it."""
    from interfaces.cli.client import listing

    listing.projections(as_json=as_json)


@click.command()
@click.argument("projection", metavar="agents|workflows|runs|webhooks|payload_references")
@AS_JSON
def rebuild(projection: str, *, as_json: bool) -> None:
    """Build a read model anew from the log, while it is used; only admins may.

    payload_references counts anew how often events refer to each stored text; what none refers to is collected.
    """
    from interfaces.cli.client import wire

    rebuilt = _post(projection, "rebuild", {}, wire.Rebuilt)
    if as_json:
        _print(rebuilt)
    else:
        click.echo(f"{projection}: {rebuilt.rows:,} rows, built from the log up to position {rebuilt.position:,}")


@projections.command("verify")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@AS_JSON
def verified(names: tuple[str, ...], *, as_json: bool) -> int:
    """Compare read models with the log, row by row, all or those named; exit code 1 where rows differ."""
    from interfaces.cli.client import projected

    found = {name: _post(name, "verify", {}, projected.Verified) for name in names or _read_models()}
    if as_json:
        _print(found)
    else:
        for name, result in found.items():
            _tell(name, result)
    return 1 if any(result.differing for result in found.values()) else 0


@projections.command()
@click.argument("name")
@click.argument("position", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why, in words for the record.")
def skip(name: str, position: int, reason: str) -> None:
    """Pass over the event that stops it, now and in every rebuild."""
    from interfaces.cli.client import wire

    _post(name, "skip", {"position": position, "reason": reason}, wire.Accepted)
    click.echo(f"{name} passes over position {position} from now on")


@projections.command()
@click.argument("name")
@click.argument("position", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why, in words for the record.")
def restore(name: str, position: int, reason: str) -> None:
    """Pass over an event no longer; the next rebuild folds it."""
    from interfaces.cli.client import wire

    _post(name, "restore", {"position": position, "reason": reason}, wire.Accepted)
    click.echo(f"{name} passes over position {position} no longer; fold it with: z2 rebuild {name}")


@click.group()
def verify() -> None:
    """Verify what is stored against the log."""


projections.add_command(rebuild)
verify.add_command(verified, "projections")


def _post(name: str, verb: str, body: object, shape: type[Any]) -> Any:
    from urllib.parse import quote

    from interfaces.cli.client.connection import connect

    with connect() as api:
        return api.post(f"/api/projections/{quote(name, safe='')}/{verb}", body, shape, seconds=SECONDS)


def _read_models() -> list[str]:
    from interfaces.cli.client import projected
    from interfaces.cli.client.connection import connect

    with connect() as api:
        return [
            each.name for each in api.get("/api/projections", projected.Projections).items if each.kind == "read_model"
        ]


def _print(result: object) -> None:
    import msgspec

    click.echo(msgspec.json.encode(result))


def _tell(name: str, result: "projected.Verified") -> None:
    same = "as the log tells them" if not result.differing else f"{result.differing:,} differ"
    click.echo(f"{name}: {result.rows:,} rows up to position {result.position:,}, {same}")
    for each in result.differences:
        click.echo(f"  {each.id} {each.kind} {' '.join(each.fields)}".rstrip())
    if result.differing:
        click.echo(f"  mend it with: z2 rebuild {name}")
