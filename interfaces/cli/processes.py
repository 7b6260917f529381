"""The processes of a Z2, and what describes its API."""

import click


@click.command()
def api() -> None:
    """Serve the API and the page."""
    from interfaces.processes import api as process

    process.main()


@click.command()
def worker() -> None:
    """Perform the steps of runs."""
    from interfaces.processes import worker as process

    process.main()


@click.command()
def projector() -> None:
    """Keep the read models."""
    from interfaces.processes import projector as process

    process.main()


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    import json

    from interfaces.http.app import openapi_document

    click.echo(json.dumps(openapi_document(), indent=2))
