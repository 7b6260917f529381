"""`z2 goal`: a workflow is drafted for a goal, and run once a person accepts it."""

import click

LIST = "list"
"""The one word that is no goal."""


@click.command()
@click.argument("words", metavar="GOAL|list")
@click.option("--file", "place", metavar="FILE|-", help="The document that the team is to work on.")
@click.option("--model", help="The model that drafts, and that works where the draft names none.")
@click.option("--budget", type=click.FloatRange(min=0, min_open=True), help="Dollars that may be spent at most.")
@click.option("--accept", is_flag=True, help="Publish the draft, and start it where there is a document.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def goal(
    words: str, place: str | None, model: str | None, budget: float | None, *, accept: bool, as_json: bool
) -> None:
    """Have a workflow drafted for a goal. GOAL is what is to be reached, or the id of a goal that was asked before.

    Nothing of the draft is run before it is accepted. `z2 goal list` lists the goals, the newest first.
    """
    from interfaces.cli.client import goals

    if words == LIST:
        goals.show(as_json=as_json)
        return
    goals.goal(words, goals.Wishes(place, model, budget), accept=accept, as_json=as_json)
