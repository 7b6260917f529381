"""Keys of model providers as the API tells of them, and as a person reads them."""

from collections.abc import Iterable
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import listing, wording

TITLES = ("Provider", "Ends in", "Version", "Stored", "By", "Address")


class Key(Record):
    provider: str
    version: int
    last_four: str
    base_url: str | None
    stored_at: Instant
    stored_by: UUID


class Keys(Record):
    items: tuple[Key, ...]


class Tried(Record):
    works: bool
    why_not: str | None


class Wish(Record):
    """What is sent; nothing prints it."""

    value: str
    base_url: str | None
    test: bool

    def __repr__(self) -> str:
        return "Wish(...)"


def show(*, as_json: bool) -> None:
    """Print the keys of the workspace, which are never told themselves. Raises Failure."""

    def rows(found: Keys) -> Iterable[listing.Cells]:
        return [_cells(each) for each in found.items]

    listing.shown("/api/secrets", Keys, TITLES, rows, as_json=as_json)


def tell(stored: Key, *, tested: bool, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(stored))
        return
    which = f" ending in {stored.last_four}" if stored.last_four else ""
    how = "is stored, and works" if tested else "is stored, and was not tried"
    click.echo(f"the key for {stored.provider}{which} {how} (version {stored.version})")


def _cells(key: Key) -> listing.Cells:
    by = str(key.stored_by)[:8]
    return key.provider, key.last_four, str(key.version), wording.moment(key.stored_at), by, key.base_url or ""
