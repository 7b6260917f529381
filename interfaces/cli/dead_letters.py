"""`z2 dead-letters`: see the steps on which runs have failed, and do them again."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("dead-letters", invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many at the most.")
@AS_JSON
@click.pass_context
def dead_letters(ctx: click.Context, limit: int, *, as_json: bool) -> None:
    """List the steps on which runs have failed, those of the newest runs first."""
    if ctx.invoked_subcommand is None:
        from interfaces.cli.client import letters

        letters.show(limit, as_json=as_json)


@dead_letters.command()
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that there are, up to 1,000.")
def redrive(runs: tuple[str, ...], *, everything: bool) -> None:
    """Do the failed steps of these runs again. RUN is an id, the beginning of one, or `last`."""
    from interfaces.cli.client import letters
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import BadInput

    if bool(runs) == everything:
        raise BadInput("name runs, or give --all", "see `z2 dead-letters`")
    with connect() as api:
        letters.redrive(api, runs)
