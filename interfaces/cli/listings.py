"""`z2 runs` and `workflows`: what there is."""

from collections.abc import Callable
from typing import Any

import click

STATUSES = ("pending", "running", "waiting", "paused", "completed", "failed", "cancelled")


def _as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


@click.command()
@click.option("--status", type=click.Choice(STATUSES), help="Only runs in this state.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many at the most.")
@_as_json
def runs(status: str | None, limit: int, *, as_json: bool) -> None:
    """List the runs, the newest first."""
    from interfaces.cli.client import listing

    listing.runs(status, limit, as_json=as_json)


@click.command()
@_as_json
def workflows(*, as_json: bool) -> None:
    """List the workflows by name."""
    from interfaces.cli.client import listing

    listing.workflows(as_json=as_json)
