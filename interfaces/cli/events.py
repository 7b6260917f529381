"""`z2 events`: the log, of one run or of the whole workspace."""

from uuid import UUID

import click


@click.command()
@click.argument("run", required=False)
@click.option("--run", "of_run", metavar="RUN", help="Only events of this run.")
@click.option("--stream", metavar="ID", help="Only events of this agent, workflow, run or other stream.")
@click.option("--type", "beginning", metavar="PREFIX", default="", help="Only types that begin so: run.step_")
@click.option("--correlation", type=click.UUID, metavar="ID", help="Only what one request has led to.")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only events behind this position.")
@click.option("--follow", is_flag=True, help="Go on with what happens from now on; Ctrl-C ends it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def events(
    run: str | None,
    of_run: str | None,
    stream: str | None,
    beginning: str,
    correlation: UUID | None,
    after: int,
    *,
    follow: bool,
    as_json: bool,
) -> None:
    """Read the log of a run, or of everything without RUN, from the beginning or behind a position.

    RUN is an id, the beginning of one, or `last`.
    """
    from interfaces.cli.client import choice, reading
    from interfaces.cli.client.connection import connect

    named = [word for word in (run, of_run, stream) if word]
    if len(named) > 1:
        raise click.UsageError("name one run or one stream")
    with connect() as api:
        found = choice.stream(api, named[0]) if named else None
        wanted = reading.Wanted(found, beginning, correlation, is_run=found is not None and not stream)
        reading.read(api, wanted, after, follow=follow, as_json=as_json)
