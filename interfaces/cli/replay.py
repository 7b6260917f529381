"""`z2 replay`: the record of a run, walked through from its first event to its last."""

import click


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def replay(run: str, *, as_json: bool) -> None:
    """Walk through the record of a run and print the state after each event; execute nothing.

    RUN is an id, the beginning of one, or `last`. At the end the state is compared with what the API shows; where they
    differ, the exit code is 1.
    """
    from interfaces.cli.client import choice, replaying
    from interfaces.cli.client.connection import connect

    with connect() as api:
        replaying.replay(api, choice.run(api, run), as_json=as_json)
