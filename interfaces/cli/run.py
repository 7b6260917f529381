"""`z2 run`: a template or a workflow works on a document."""

from typing import Any

import click


@click.command()
@click.argument("work", metavar="TEMPLATE|WORKFLOW")
@click.option("--input", "place", metavar="FILE|-", help="The document, or - for standard input.")
@click.option("--data", metavar="JSON", help="Any JSON instead of a document.")
@click.option("--title", help="What to call the document; the name of the file without it.")
@click.option("--model", help="One model for all steps, such as offline/extractive.")
@click.option("--priority", type=click.IntRange(-10, 10), help="Runs of higher priority go first.")
@click.option("--deadline", type=click.FloatRange(min=0, min_open=True), help="Fail it after so many seconds.")
@click.option("--follow", "--watch", "follow", is_flag=True, help="Watch the steps and print the result.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def run(work: str, place: str | None, data: str | None, *, follow: bool, as_json: bool, **wishes: Any) -> None:
    """Let a template or a workflow work on a document.

    The template or workflow is given by its name or its id. Exits with 0 when the run is completed, and with 1 when
    it failed or was cancelled.
    """
    from interfaces.cli.client import following, starting
    from interfaces.cli.client.connection import connect

    given = starting.given(place, data)
    with connect() as api:
        accepted = starting.start(api, work, given, wishes)
        if follow:
            following.follow(api, accepted.id, until=accepted.position, as_json=as_json)
        else:
            starting.announce(api, accepted, as_json=as_json)
