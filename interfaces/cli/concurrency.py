"""`z2 limit`: how much of this workspace's work may go on at once."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
FOR = click.argument("limited", metavar="FOR")


@click.group()
def limit() -> None:
    """Say how much may go on at once, over all workers; the rest waits for its turn.

    FOR is workspace, agent, provider or workflow; such as agent it means each agent, and agent:ID that one. Of a
    workflow it is runs that are counted, and of all else steps.
    """


@limit.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the limits, with what is in use of each and what waits for it."""
    from interfaces.cli.client import concurrency

    concurrency.show(as_json=as_json)


@limit.command("set")
@FOR
@click.argument("most", type=click.IntRange(1, 10_000))
@AS_JSON
def set_(limited: str, most: int, *, as_json: bool) -> None:
    """Let at most MOST of FOR go on at once."""
    from interfaces.cli.client import concurrency

    concurrency.limit(limited, most, as_json=as_json)


@limit.command()
@FOR
@AS_JSON
def remove(limited: str, *, as_json: bool) -> None:
    """Remove the limit of FOR."""
    from interfaces.cli.client import concurrency

    concurrency.remove(limited, as_json=as_json)
