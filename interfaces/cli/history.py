"""`z2 state` and `z2 diff`: what anything was at a position of the log, and what changed between two."""

import click

POSITION = click.IntRange(min=0)


@click.command()
@click.argument("stream")
@click.option("--at", type=click.IntRange(min=1), metavar="POSITION", help="As it was there; now without it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def state(stream: str, at: int | None, *, as_json: bool) -> None:
    """Fold the events of a stream up to a position of the log and show what they come to.

    STREAM is the id of a run, an agent, a workflow or anything else; for a run the beginning of it or `last` will do.
    """
    from interfaces.cli.client import choice, states
    from interfaces.cli.client.connection import connect

    with connect() as api:
        states.show(api, choice.stream(api, stream), at, as_json=as_json)


@click.command()
@click.argument("stream")
@click.argument("a", type=POSITION)
@click.argument("b", type=POSITION)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def diff(stream: str, a: int, b: int, *, as_json: bool) -> None:
    """Show field by field what changed in a stream's state from position A of the log to position B.

    STREAM is the id of a run, an agent, a workflow or anything else; for a run the beginning of it or `last` will do.
    Position 0 is before everything.
    """
    from interfaces.cli.client import changes, choice
    from interfaces.cli.client.connection import connect

    with connect() as api:
        changes.show(api, choice.stream(api, stream), a, b, as_json=as_json)
