"""The record of access as the API tells it, and as a person reads it."""

from datetime import datetime
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import listing, people, screen, wording
from interfaces.cli.client.connection import connect

TITLES = ("At", "Kind", "By", "About", "", "Times", "Position", "Address")
SHORT = 8


class Wanted(Record):
    kind: str | None
    user: str | None
    since: datetime | None
    until: datetime | None
    limit: int


class Entry(Record):
    """`about` is whom or what it concerns; the address is an opaque mark."""

    id: int
    at: Instant
    kind: str
    reason: str
    user_id: UUID | None
    about: UUID | None
    position: int | None
    count: int
    address: str | None


class Entries(Record):
    """`next` goes into `behind` for the next page."""

    items: tuple[Entry, ...]
    next: int | None


def show(wanted: Wanted, *, as_json: bool) -> None:
    """Print the entries, the latest first. Raises Failure."""
    query: dict[str, str | int] = {"limit": wanted.limit}
    if wanted.kind:
        query["kind"] = wanted.kind
    for name, moment in (("since", wanted.since), ("until", wanted.until)):
        if moment is not None:
            query[name] = moment.astimezone().isoformat()
    with connect() as api:
        if wanted.user:
            query["user"] = str(people.named(api, wanted.user))
        raw = api.raw("/api/audit", query)
    if as_json:
        click.echo(raw)
        return
    page = msgspec.json.decode(raw, type=Entries)
    screen.console().print(listing.table(TITLES, [_cells(each) for each in page.items]))
    if page.next is not None:
        click.echo("there are more; see them with --limit, --until or --kind")


def _cells(it: Entry) -> tuple[str, ...]:
    by, about = (str(each)[:SHORT] if each else "" for each in (it.user_id, it.about))
    times = f"{it.count:,}" if it.count > 1 else ""
    position = f"{it.position:,}" if it.position else ""
    return wording.moment(it.at), it.kind, by, about, it.reason, times, position, it.address or ""
