"""Keys of model providers as the API tells of them, and as a person reads them."""

from collections.abc import Iterable
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import listing, problems, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.failure import BAD_INPUT, BadInput

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


def stored(api: Connection, provider: str) -> Key | None:
    """The key that the workspace has for this provider. Raises Failure."""
    found = api.get("/api/secrets", Keys).items
    return next((each for each in found if each.provider == provider), None)


def store(api: Connection, provider: str, wish: Wish, *, before: Key | None = None) -> Key:
    """Have the key stored, in place of the one before if there is one. Raises Failure, which says what stays."""
    try:
        return api.put(f"/api/secrets/{provider}", wish, Key)
    except problems.Refused as refused:
        if before is not None and refused.code == BAD_INPUT:
            raise BadInput(str(refused), f"the key before it{_ending(before)} stays in use") from None
        raise


def tell(key: Key, *, tested: bool, as_json: bool, before: Key | None = None) -> None:
    if as_json:
        click.echo(msgspec.json.encode(key))
        return
    how = "is stored, and works" if tested else "is stored, and was not tried"
    revoke = f"; revoke the one before it{_ending(before)} at the provider" if before else ""
    click.echo(f"the key for {key.provider}{_ending(key)} {how} (version {key.version}){revoke}")


def _ending(key: Key) -> str:
    return f" ending in {key.last_four}" if key.last_four else ""


def _cells(key: Key) -> listing.Cells:
    by = str(key.stored_by)[:8]
    return key.provider, key.last_four, str(key.version), wording.moment(key.stored_at), by, key.base_url or ""
