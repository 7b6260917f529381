"""A run as it stands now."""

from datetime import UTC, datetime
from uuid import UUID

import click

from interfaces.cli.client import outcome, record, screen
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.live_view import heading, steps
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import RunView


def position(api: Connection, run_id: UUID) -> int:
    """The position of the last event that the read model has of the run. Raises Failure."""
    return api.get(f"/api/runs/{run_id}", RunView).position


def show(api: Connection, run_id: UUID, *, as_json: bool) -> None:
    """Print the run, folded from its record, and its result. Raises Failure."""
    if as_json:
        click.echo(api.raw(f"/api/runs/{run_id}"))
        return
    watched = Watched()
    for event in record.events(api, run_id):
        watched = watched.after(event)
    console, now = screen.console(), datetime.now(UTC)
    console.print(heading(watched, now))
    console.print(steps(watched, now))
    if watched.run.output:
        api.raw(f"/api/runs/{run_id}", {"after": watched.position})
        outcome.print_result(api.text(f"/api/runs/{run_id}/output"))
    outcome.summary(api, run_id, watched)
