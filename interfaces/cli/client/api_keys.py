"""API keys as the API tells of them, and as a person reads them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, listing, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.listing import Cells
from interfaces.cli.failure import BadInput

TITLES = ("Key", "Label", "May", "Made", "Ends", "Last used", "")
HOURS = {"h": 1, "d": 24, "w": 24 * 7, "y": 24 * 365}
LONGEST_YEARS = 100


class Key(Record):
    id: UUID
    label: str
    scopes: tuple[str, ...] | None
    issued_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    revoked: bool


class Keys(Record):
    items: tuple[Key, ...]


class Made(Record):
    """The key is told once."""

    id: UUID
    position: int
    key: str


class Wish(Record, omit_defaults=True):
    """What is asked for; nothing is said of what is left to Z2."""

    label: str
    scopes: tuple[str, ...] | None = None
    expires_at: Instant | None = None


def wish(label: str, scopes: tuple[str, ...], expires: str | None) -> Wish:
    """Raises BadInput for a time that is none."""
    return Wish(label, scopes or None, None if expires is None else _moment(expires))


def tell(made: Made, *, as_json: bool) -> None:
    """Print a key, the only time that it can be seen."""
    if as_json:
        click.echo(msgspec.json.encode(made))
        return
    click.echo(f"key {made.id} is made")
    click.echo(f"it is not shown again: {made.key}")


def show(*, everybodys: bool, as_json: bool) -> None:
    """Print the keys. Raises Failure."""

    def rows(found: Keys) -> Iterable[Cells]:
        return [_cells(each) for each in found.items]

    query = {"all": "true"} if everybodys else None
    listing.shown("/api/keys", Keys, TITLES, rows, as_json=as_json, query=query)


def named(api: Connection, word: str) -> UUID:
    """The key that is meant. Raises BadInput where there is none, or more than one."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    found = [each.id for each in api.get("/api/keys", Keys).items if str(each.id).startswith(word.lower())]
    if word and len(found) > 1:
        raise BadInput(f"{word} may be {found[0]} or {found[1]}", "give more of it")
    if not found or not word:
        raise BadInput(f"no key of yours begins with {word!r}", "see `z2 key list`")
    return found[0]


def _moment(text: str) -> Instant:
    """So long from now. Raises BadInput."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})([hdwy])", text)
    hours = int(match[1]) * HOURS[match[2]] if match else 0
    if not 0 < hours <= LONGEST_YEARS * HOURS["y"]:
        raise BadInput(f"{text!r} is no time", "give one such as 90d, 12h, 6w or 1y")
    return datetime.now(UTC) + timedelta(hours=hours)


def _cells(it: Key) -> Cells:
    may = " ".join(it.scopes) if it.scopes is not None else "all that its owner may"
    ends = wording.moment(it.expires_at) if it.expires_at else "never"
    used = wording.moment(it.last_used_at) if it.last_used_at else "never"
    return str(it.id), it.label, may, wording.moment(it.issued_at), ends, used, "revoked" if it.revoked else ""
