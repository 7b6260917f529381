"""The log is read, line by line."""

from collections.abc import Iterator
from uuid import UUID

import click
import msgspec

from interfaces.cli.client import record, stream, wire, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.stream import Interrupted
from interfaces.cli.client.wire import LogEvent
from interfaces.cli.client.wording import one_line

LONGEST_DETAILS = 120
EVERYTHING = "/api/events"


def read(api: Connection, run_id: UUID | None, after: int, *, follow: bool, as_json: bool) -> None:
    """Print the events behind a position, and with `follow` those to come. Raises Failure."""
    for event in _events(api, run_id, after, follow=follow):
        click.echo(msgspec.json.encode(event) if as_json else _line(event))


def _events(api: Connection, run_id: UUID | None, after: int, *, follow: bool) -> Iterator[LogEvent]:
    if follow:
        path = f"/api/runs/{run_id}/live" if run_id else EVERYTHING
        for message in stream.follow(api, path, after):
            if isinstance(message, LogEvent):
                yield message
            elif isinstance(message, Interrupted):
                click.echo(f"z2: {message.reason}; waiting for it to come back", err=True)
    elif run_id:
        yield from record.events(api, run_id, after)
    elif (head := api.get("/api/runs", wire.RunPage, {"limit": 1}).position) > after:
        yield from stream.until(api, EVERYTHING, after, head)


def _line(event: LogEvent) -> str:
    """Position, time, stream and type, with as much of the fact as fits on a line."""
    details = " ".join(f"{name}={value}" for name, value in event.data.items() if _short(value))
    at = wording.moment(event.at)
    shown = one_line(details)[:LONGEST_DETAILS]
    return f"{event.position:>8}  {at}  {str(event.stream)[:8]}  {event.type:<26} {shown}".rstrip()


def _short(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and value != ""
