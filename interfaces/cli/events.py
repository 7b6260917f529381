"""`z2 events`: the log, of one run or of the whole workspace."""

import click


@click.command()
@click.argument("run", required=False)
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only events behind this position.")
@click.option("--follow", is_flag=True, help="Go on with what happens from now on; Ctrl-C ends it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def events(run: str | None, after: int, *, follow: bool, as_json: bool) -> None:
    """Read the log of a run, or of everything without RUN, from the beginning or behind a position.

    RUN is an id, the beginning of one, or `last`.
    """
    from interfaces.cli.client import choice, reading
    from interfaces.cli.client.connection import connect

    with connect() as api:
        run_id = choice.run(api, run) if run else None
        reading.read(api, run_id, after, follow=follow, as_json=as_json)
