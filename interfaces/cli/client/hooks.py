"""Webhooks as the API tells of them, and as a person reads them."""

from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, listing, screen, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.failure import BadInput

TITLES = ("Position", "Type", "Status", "Attempts", "Next try", "Error")


class Webhook(Record):
    id: UUID
    url: str
    tags: tuple[str, ...]
    status: str
    created_at: Instant


class Webhooks(Record):
    items: tuple[Webhook, ...]


class Secret(Record):
    """The secret is told once."""

    id: UUID
    position: int
    secret: str


class Delivery(Record):
    """A delivery that has not succeeded; one that is dead is not tried again."""

    position: int
    type: str
    status: str
    attempts: int
    next_at: Instant | None
    response_status: int | None
    error: str
    first_at: Instant
    last_at: Instant


class Deliveries(Record):
    """`next` goes into `behind` for the next page."""

    items: tuple[Delivery, ...]
    next: int | None


class Redriven(Record):
    count: int


class Shown(Record):
    """A webhook with its first deliveries; there are more where `next` is none."""

    webhook: Webhook
    deliveries: tuple[Delivery, ...]
    next: int | None


def named(api: Connection, word: str) -> UUID:
    """The webhook that is meant. Raises BadInput where there is none, or more than one."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    found = [each.id for each in api.get("/api/webhooks", Webhooks).items if str(each.id).startswith(word.lower())]
    if len(found) > 1:
        raise BadInput(f"{word} may be {found[0]} or {found[1]}", "give more of it")
    if not found or not word:
        raise BadInput(f"no webhook begins with {word!r}", "see `z2 webhooks list`")
    return found[0]


def show(api: Connection, webhook_id: UUID, limit: int, *, as_json: bool) -> None:
    """Print the webhook and its first deliveries that have not succeeded. Raises Failure."""
    webhook = api.get(f"/api/webhooks/{webhook_id}", Webhook)
    page = api.get(f"/api/webhooks/{webhook_id}/deliveries", Deliveries, {"limit": limit})
    if as_json:
        click.echo(msgspec.json.encode(Shown(webhook, page.items, page.next)))
        return
    since = wording.moment(webhook.created_at)
    click.echo(f"webhook {webhook.id}: {webhook.status}, sends {wanted(webhook)} to {webhook.url} since {since}")
    if not page.items:
        click.echo("everything was delivered")
        return
    screen.console().print(listing.table(TITLES, [_cells(each) for each in page.items]))
    if page.next is not None:
        click.echo("there are more; see them with --limit")
    if any(each.status == "dead" for each in page.items):
        click.echo(f"try again what is dead with: z2 webhooks redrive {webhook.id}")


def wanted(webhook: Webhook) -> str:
    """Which events it is sent."""
    return " ".join(f"{tag}*" for tag in webhook.tags) or "everything"


def tell(made: Secret, done: str, *, as_json: bool) -> None:
    """Print a secret, the only time that it can be seen."""
    if as_json:
        click.echo(msgspec.json.encode(made))
        return
    click.echo(done)
    click.echo(f"its secret, which is not shown again: {made.secret}")


def _cells(it: Delivery) -> tuple[str, ...]:
    due = wording.moment(it.next_at) if it.next_at else ""
    return f"{it.position:,}", it.type, it.status, str(it.attempts), due, it.error
