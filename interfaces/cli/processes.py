"""The processes of a Z2, and what describes its API."""

import os
import traceback
from collections.abc import Callable

import click

from interfaces.cli.failure import FAILED, BadInput


@click.command()
@click.option("--host", help="The address to listen on; Z2_HOST without it.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port to listen on; Z2_PORT without it.")
def api(host: str | None, port: int | None) -> None:
    """Serve the API and the page."""
    from interfaces.processes import api as process

    if host is not None:
        os.environ["Z2_HOST"] = host
    if port is not None:
        os.environ["Z2_PORT"] = str(port)
    _live(process.main)


@click.command()
def worker() -> None:
    """Perform the steps of runs."""
    from interfaces.processes import worker as process

    _live(process.main)


@click.command()
def projector() -> None:
    """Keep the read models."""
    from interfaces.processes import projector as process

    _live(process.main)


@click.command()
def openapi() -> None:
    """Print the OpenAPI document as JSON."""
    import json

    from interfaces.http.app import openapi_document

    click.echo(json.dumps(openapi_document(), indent=2))


def _live(process: Callable[[], None]) -> None:
    """Run a process to its end; its log is the place for a traceback, unless a setting is to blame."""
    from application.errors import Invalid

    try:
        process()
    except Invalid as error:
        raise BadInput(str(error)) from None
    except Exception:  # noqa: BLE001 - the process ends, and its log says why
        traceback.print_exc()
        raise SystemExit(FAILED) from None
