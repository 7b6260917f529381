"""The state of a stream at a position of the log, folded here from its events."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import click
import msgspec
from rich.table import Table

from application import registry
from domain.kernel import Record
from interfaces.cli.client import screen, wire
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.wire import LogEvent, StreamPage
from interfaces.cli.client.wording import moment, printable
from interfaces.cli.failure import BadInput, Failure

PAGE = 1_000
NOTHING = "-"


class History(Record):
    """The events of a stream, in order, and the position of the last event of the log."""

    stream: UUID
    events: tuple[LogEvent, ...]
    head: int

    @property
    def noun(self) -> str:
        return self.events[0].type.partition(".")[0]

    def until(self, position: int) -> tuple[LogEvent, ...]:
        """Those up to a position. Raises BadInput where the log has not come so far."""
        if position > self.head:
            raise BadInput(f"position {position} is in the future; the log ends at {self.head}")
        return tuple(event for event in self.events if event.position <= position)

    def state(self, events: tuple[LogEvent, ...]) -> Any:
        """What the first events come to. Raises Failure where one of them is unknown."""
        try:
            decider = registry.keeping(wire.fact(self.events[0])).decider
            return decider.fold(wire.fact(event) for event in events)
        except wire.UnknownEventError as error:
            raise Failure(f"this Z2 does not know the event {error}", "look at it with a newer one") from None


def history(api: Connection, stream: UUID) -> History:
    """What happened to the stream so far. Raises Failure."""
    events: list[LogEvent] = []
    following: int | None = 0
    head = 0
    while following is not None:
        page = api.get(f"/api/streams/{stream}/events", StreamPage, {"after": following, "limit": PAGE})
        events += page.items
        head, following = page.head, page.next
    return History(stream, tuple(events), head)


def show(api: Connection, stream: UUID, at: int | None, *, as_json: bool) -> None:
    """Print the state. Raises Failure."""
    past = history(api, stream)
    events = past.until(past.head if at is None else at)
    if not events:
        raise BadInput(f"nothing had happened to {stream} at position {at}; it begins at {past.events[0].position}")
    state, last = past.state(events), events[-1]
    if as_json:
        document = {"stream": stream, "noun": past.noun, "version": last.version, "position": last.position}
        click.echo(msgspec.json.encode({**document, "at": last.at, "state": state}))
        return
    title = f"{past.noun} {stream}: version {last.version}, position {last.position}, {moment(last.at)}"
    click.echo(f"{title}\n")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in fields(state).items():
        table.add_row(name, told(value))
    screen.console().print(table)


def fields(state: object) -> dict[str, Any]:
    """The state field by field: `steps.read.status`, `plan[read].prompt`."""
    return dict(_fields("", msgspec.to_builtins(state)))


def _fields(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if value:
            for name, inner in value.items():
                yield from _fields(f"{path}.{name}" if path else str(name), inner)
        case list() if value:
            for name, inner in zip(_names(value), value, strict=True):
                yield from _fields(f"{path}[{name}]", inner)
        case _:
            yield path, value


def _names(items: list[Any]) -> Sequence[object]:
    """Things in a list are named by their ids where they have some, or else by their places."""
    ids = [inner["id"] for inner in items if isinstance(inner, Mapping) and "id" in inner]
    return ids if len({*ids}) == len(items) else range(len(items))


def told(value: object) -> str:
    """A value as a person reads it."""
    if value is None or value in ({}, []):
        return NOTHING
    return printable(value) if isinstance(value, str) else msgspec.json.encode(value).decode()
