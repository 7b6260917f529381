"""How much may go on at once, as the API tells of it and as a person reads it."""

from collections.abc import Iterable
from urllib.parse import urlencode

import click
import msgspec

from domain.kernel import Record
from interfaces.cli.client import listing
from interfaces.cli.client.connection import connect
from interfaces.cli.client.listing import Cells
from interfaces.cli.client.wire import Accepted
from interfaces.cli.failure import BadInput

KINDS = ("workspace", "agent", "provider", "workflow")


class Limited(Record):
    kind: str
    subject: str


class Wish(Limited):
    most: int


class InUse(Record):
    kind: str
    subject: str
    most: int
    used: int | None
    waiting: int | None


class Listed(Record):
    items: tuple[InUse, ...]


def show(*, as_json: bool) -> None:
    """Print the limits. Raises Failure."""

    def rows(found: Listed) -> Iterable[Cells]:
        return [_cells(each) for each in found.items]

    listing.shown("/api/concurrency", Listed, ("For", "At once", "Now", "Waiting"), rows, as_json=as_json)


def limit(word: str, most: int, *, as_json: bool) -> None:
    """Raises BadInput or Failure."""
    about = _limited(word)
    with connect() as api:
        done = api.put("/api/concurrency", Wish(about.kind, about.subject, most), Accepted)
    _tell(
        done, f"{_named(about.kind, about.subject)} may have {most:,} {_counted(about.kind)} at once", as_json=as_json
    )


def remove(word: str, *, as_json: bool) -> None:
    """Raises BadInput or Failure."""
    about = _limited(word)
    with connect() as api:
        done = api.delete(f"/api/concurrency?{urlencode(msgspec.to_builtins(about))}", Accepted)
    _tell(done, f"{_named(about.kind, about.subject)} has no such limit any more", as_json=as_json)


def _limited(word: str) -> Limited:
    kind, _, subject = word.partition(":")
    if kind not in KINDS:
        raise BadInput(f"{word!r} has no limits", f"give one of {', '.join(KINDS)}")
    return Limited(kind, subject)


def _tell(done: Accepted, line: str, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(done) if as_json else line)


def _named(kind: str, subject: str) -> str:
    if subject:
        return f"{kind} {subject}"
    return kind if kind == "workspace" else f"each {kind}"


def _counted(kind: str) -> str:
    return "runs" if kind == "workflow" else "steps"


def _cells(it: InUse) -> Cells:
    now, waiting = ("" if value is None else f"{value:,}" for value in (it.used, it.waiting))
    return _named(it.kind, it.subject), f"{it.most:,} {_counted(it.kind)}", now, waiting
