"""The log is read, line by line."""

from collections.abc import Iterator
from uuid import UUID

import click
import msgspec

from domain.kernel import Record
from interfaces.cli.client import record, stream, wording
from interfaces.cli.client.connection import Connection, Query
from interfaces.cli.client.stream import Interrupted
from interfaces.cli.client.wire import LogEvent
from interfaces.cli.client.wording import one_line

LONGEST_DETAILS = 120
EVERYTHING = "/api/events"


class Wanted(Record):
    """Which events: of a stream, of types that begin so, of one correlation; all of them together narrow it down."""

    stream: UUID | None = None
    beginning: str = ""
    correlation: UUID | None = None
    is_run: bool = False

    def takes(self, event: LogEvent) -> bool:
        return (
            self.stream in (None, event.stream)
            and event.type.startswith(self.beginning)
            and self.correlation in (None, event.correlation_id)
        )

    @property
    def query(self) -> Query:
        """The same for the server, so that it need not send what nobody wants."""
        asked = {"type": self.beginning, "stream": self.stream, "correlation": self.correlation}
        return {name: str(value) for name, value in asked.items() if value}


def read(api: Connection, wanted: Wanted, after: int, *, follow: bool, as_json: bool) -> None:
    """Print the events behind a position, and with `follow` those to come. Raises Failure."""
    found = False
    for event in _events(api, wanted, after, follow=follow):
        if wanted.takes(event):
            found = True
            click.echo(msgspec.json.encode(event) if as_json else _line(event))
    if not found and wanted.query:
        click.echo("z2: no event matches", err=True)


def _events(api: Connection, wanted: Wanted, after: int, *, follow: bool) -> Iterator[LogEvent]:
    if follow:
        path, query = (f"/api/runs/{wanted.stream}/live", None) if wanted.is_run else (EVERYTHING, wanted.query)
        for message in stream.follow(api, path, after, query=query):
            if isinstance(message, LogEvent):
                yield message
            elif isinstance(message, Interrupted):
                click.echo(f"z2: {message.reason}; waiting for it to come back", err=True)
    elif wanted.is_run and wanted.stream and not (wanted.beginning or wanted.correlation):
        yield from record.events(api, wanted.stream, after)
    else:
        yield from record.pages(api, EVERYTHING, after, wanted.query)


def _line(event: LogEvent) -> str:
    """Position, time, stream and type, with as much of the fact as fits on a line."""
    details = " ".join(f"{name}={value}" for name, value in event.data.items() if _short(value))
    at = wording.moment(event.at)
    shown = one_line(details)[:LONGEST_DETAILS]
    return f"{event.position:>8}  {at}  {str(event.stream)[:8]}  {event.type:<26} {shown}".rstrip()


def _short(value: object) -> bool:
    return isinstance(value, str | int | float | bool) and value != ""
