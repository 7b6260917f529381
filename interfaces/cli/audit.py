"""`z2 audit`: who came in, who was refused, and who was given what."""

from datetime import datetime

import click

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.command()
@click.option("--kind", metavar="PREFIX", help="Only kinds that begin so, such as refused or api_key.")
@click.option("--user", metavar="MEMBER", help="Only what this member did, or what concerns them.")
@click.option("--since", metavar="TIME", type=MOMENT, help="Nothing before this moment, in local time.")
@click.option("--until", metavar="TIME", type=MOMENT, help="Nothing from this moment on, in local time.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at the most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def audit(
    kind: str | None,
    user: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Read the record of access, the latest entry first; that takes the scope audit:read.

    MEMBER is an id, or a name where you may see the members; TIME is such as 2026-01-31 or 2026-01-31T12:00.
    """
    from interfaces.cli.client import accesses

    accesses.show(accesses.Wanted(kind, user, since, until, limit), as_json=as_json)
