"""Members as the API tells of them, and as a person reads them."""

from collections.abc import Sequence
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, listing, screen, wording
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.failure import BadInput

PAGE = 200
TITLES = ("Name", "Role", "Status", "E-mail", "Signs in by", "Last used", "Id")


class Member(Record):
    user_id: UUID
    name: str
    email: str
    email_verified: bool
    role: str
    by_claim: bool
    status: str
    at_home: bool
    methods: tuple[str, ...]
    last_used_at: Instant | None


class Members(Record):
    """`next` goes into `behind` for the next page."""

    items: tuple[Member, ...]
    next: UUID | None


def everybody(api: Connection) -> list[Member]:
    """All members by name."""
    found: list[Member] = []
    behind: UUID | None = None
    while True:
        query: dict[str, str | int] = {"limit": PAGE, **({"behind": str(behind)} if behind else {})}
        page = api.get("/api/members", Members, query)
        found += page.items
        behind = page.next
        if behind is None:
            return sorted(found, key=lambda each: (each.name.casefold(), each.user_id))


def named(api: Connection, word: str) -> UUID:
    """The member that is meant: by name, by e-mail address, or by the beginning of an id. Raises BadInput."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    return one_of(everybody(api), word).user_id


def one_of(members: Sequence[Member], word: str) -> Member:
    """Raises BadInput where there is none, or more than one."""
    wished = word.casefold()
    found = [each for each in members if wished in (each.name.casefold(), each.email.casefold())]
    found = found or [each for each in members if str(each.user_id).startswith(wished)]
    if len(found) > 1:
        raise BadInput(f"{word} may be {found[0].user_id} or {found[1].user_id}", "give the id")
    if not found or not word:
        raise BadInput(f"no member is called {word!r}", "see `z2 user list`")
    return found[0]


def show_all(*, as_json: bool) -> None:
    """Print the members. Raises Failure."""
    with connect() as api:
        members = everybody(api)
    if as_json:
        click.echo(msgspec.json.encode({"items": members}))
        return
    screen.console().print(listing.table(TITLES, [_cells(each) for each in members]))


def show(word: str, *, as_json: bool) -> None:
    """Print a member. Raises Failure."""
    with connect() as api:
        members = everybody(api)
    whole = choice.uuid(word)
    member = one_of(members, str(whole) if whole else word)
    if as_json:
        click.echo(msgspec.json.encode(member))
        return
    proved = "verified" if member.email_verified else "not verified"
    for title, text in (
        ("id", str(member.user_id)),
        ("name", member.name),
        ("e-mail", f"{member.email} ({proved})" if member.email else ""),
        ("role", f"{member.role}, by a claim of single sign-on" if member.by_claim else member.role),
        ("status", member.status),
        ("at home", "in this workspace" if member.at_home else "in another workspace"),
        ("signs in by", " ".join(member.methods) or "nothing yet"),
        ("last used", wording.moment(member.last_used_at) if member.last_used_at else "never"),
    ):
        click.echo(f"{title:<12} {wording.one_line(text)}")


def _cells(it: Member) -> tuple[str, ...]:
    used = wording.moment(it.last_used_at) if it.last_used_at else "never"
    return it.name, it.role, it.status, it.email, " ".join(it.methods), used, str(it.user_id)
