"""`z2 cancel` and `z2 retry`: a person steps in."""

import click


@click.command()
@click.argument("run")
@click.option("--reason", default="", help="Why, in words for the record.")
def cancel(run: str, reason: str) -> None:
    """Cancel a run. RUN is an id, the beginning of one, or `last`."""
    from interfaces.cli.client import choice, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        run_id = choice.run(api, run)
        api.post(f"/api/runs/{run_id}/cancel", {"reason": reason}, wire.Accepted)
    click.echo(f"run {run_id} is cancelled")


@click.command()
@click.argument("run")
@click.argument("step")
def retry(run: str, step: str) -> None:
    """Do a failed step of a failed run again. RUN is an id, the beginning of one, or `last`."""
    from urllib.parse import quote

    from interfaces.cli.client import choice, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        run_id = choice.run(api, run)
        api.post(f"/api/runs/{run_id}/steps/{quote(step, safe='')}/retry", {}, wire.Accepted)
    click.echo(f"step {step} is to be done again; watch it with: z2 show {run_id} --follow")
