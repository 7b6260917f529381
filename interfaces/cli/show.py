"""`z2 show`: a run with its steps and its result."""

import click


@click.command()
@click.argument("run")
@click.option("--follow", is_flag=True, help="Watch the run until it is over.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(run: str, *, follow: bool, as_json: bool) -> None:
    """Show a run with its steps and its result.

    RUN is an id, the beginning of one, or `last`.
    """
    from interfaces.cli.client import choice, following, showing
    from interfaces.cli.client.connection import connect

    with connect() as api:
        run_id = choice.run(api, run)
        if follow:
            following.follow(api, run_id, until=showing.position(api, run_id), as_json=as_json)
        else:
            showing.show(api, run_id, as_json=as_json)
