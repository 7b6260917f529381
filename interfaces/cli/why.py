"""`z2 why`: what a run waits for."""

import click


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def why(run: str, *, as_json: bool) -> None:
    """Tell what a run waits for, step by step. RUN is an id, the beginning of one, or `last`."""
    from interfaces.cli.client import choice, reasons
    from interfaces.cli.client.connection import connect

    with connect() as api:
        reasons.show(api, choice.run(api, run), as_json=as_json)
