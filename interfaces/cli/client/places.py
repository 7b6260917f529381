"""Workspaces, their roles and invitations as the API tells of them, and as a person reads them."""

from collections.abc import Iterable
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, credentials, listing, wire, wording
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.credentials import Login
from interfaces.cli.failure import BadInput

PATH = "/api/workspaces"
ONLY_REMEMBERED = "only a remembered sign-in can go on in another workspace"
SIGN_IN = "sign in with `z2 login` first"


class Workspace(Record):
    id: UUID
    name: str
    role: str
    members: int
    current: bool
    home: bool


class Workspaces(Record):
    items: tuple[Workspace, ...]


class Role(Record):
    role: str
    scopes: tuple[str, ...]
    built_in: bool
    members: int


class Roles(Record):
    items: tuple[Role, ...]


class Invitation(Record):
    id: UUID
    role: str
    email: str
    expires_at: Instant


class Invitations(Record):
    items: tuple[Invitation, ...]


class NewInvitation(Record):
    """The link is told once; it is none where it was mailed."""

    id: UUID
    position: int
    link: str | None
    mailed: bool
    expires_at: Instant


def show_all(*, as_json: bool) -> None:
    """Print the workspaces that one belongs to. Raises Failure."""

    def rows(found: Workspaces) -> Iterable[tuple[str, ...]]:
        return [(_mark(it), it.name, it.role, f"{it.members:,}", str(it.id)) for it in found.items]

    listing.shown(PATH, Workspaces, ("", "Workspace", "Your role", "Members", "Id"), rows, as_json=as_json)


def show_roles(*, as_json: bool) -> None:
    """Print the roles with what they may do. Raises Failure."""

    def rows(found: Roles) -> Iterable[tuple[str, ...]]:
        return [(it.role, f"{it.members:,}", " ".join(it.scopes)) for it in found.items]

    listing.shown("/api/roles", Roles, ("Role", "Members", "May"), rows, as_json=as_json)


def show_invitations(*, as_json: bool) -> None:
    """Print the open invitations. Raises Failure."""

    def rows(found: Invitations) -> Iterable[tuple[str, ...]]:
        return [(str(it.id), it.role, it.email, wording.moment(it.expires_at)) for it in found.items]

    listing.shown("/api/invitations", Invitations, ("Invitation", "Role", "For", "Until"), rows, as_json=as_json)


def tell(made: NewInvitation, to: str | None, *, as_json: bool) -> None:
    """Print an invitation; its link can be seen this once. Raises Failure."""
    if as_json:
        click.echo(msgspec.json.encode(made))
        return
    until = wording.moment(made.expires_at)
    click.echo(f"invitation {made.id} is good until {until}")
    click.echo(
        f"its link is on its way to {to}" if made.link is None else f"its link, which is not shown again: {made.link}"
    )


def switch(word: str, *, as_json: bool) -> None:
    """Go on in another workspace, and remember the sign-in there. Raises Failure."""
    access = credentials.find()
    if not access.stored:
        raise BadInput(ONLY_REMEMBERED, SIGN_IN)
    with connect(access) as api:
        place = named(api, word)
        # no other command may exchange the refresh token meanwhile
        with credentials.turn():
            session = _moved(api, place, credentials.read())
            credentials.write(Login(api.url, session.name, session.token, session.refresh_token))
    said = f"you are in the workspace {wording.one_line(place.name)} now, as {session.role}"
    click.echo(msgspec.json.encode(place) if as_json else said)


def named(api: Connection, word: str) -> Workspace:
    """The workspace that is meant: by name, or by the beginning of its id. Raises BadInput."""
    items = api.get(PATH, Workspaces).items
    found = [it for it in items if it.name.casefold() == word.casefold()]
    found = found or [it for it in items if str(it.id).startswith(word.lower())]
    if len(found) > 1:
        raise BadInput(f"{word} may be {found[0].id} or {found[1].id}", "give the id")
    if not found or not word:
        raise BadInput(f"you belong to no workspace {word!r}", "see `z2 workspace list`")
    return found[0]


def current(api: Connection) -> UUID:
    """The workspace that one is signed in to."""
    return next(it.id for it in api.get(PATH, Workspaces).items if it.current)


def invitation(api: Connection, word: str) -> UUID:
    """The invitation that is meant, by its id or the beginning of it. Raises BadInput."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    found = [it.id for it in api.get("/api/invitations", Invitations).items if str(it.id).startswith(word.lower())]
    if len(found) > 1:
        raise BadInput(f"{word} may be {found[0]} or {found[1]}", "give more of it")
    if not found or not word:
        raise BadInput(f"no invitation begins with {word!r}", "see `z2 workspace invitations`")
    return found[0]


def _moved(api: Connection, place: Workspace, login: Login | None) -> wire.NewSession:
    """The sign-in there, in exchange for the remembered one. Raises Failure."""
    if login is None or login.url != api.url or login.refresh_token is None:
        raise BadInput(ONLY_REMEMBERED, SIGN_IN)
    body = {"workspace_id": place.id, "refresh_token": login.refresh_token}
    return api.exchange("/api/session/workspace", body, wire.NewSession, token=login.token)


def _mark(it: Workspace) -> str:
    return "*" if it.current else ""
