"""`z2 webhooks`: subscribe addresses to the log, and see to what could not be delivered."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
WEBHOOK = click.argument("webhook")


@click.group()
def webhooks() -> None:
    """Send events to addresses, signed and in order; only admins may.

    WEBHOOK is an id, or the beginning of one.
    """


@webhooks.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the webhooks, the oldest first."""
    from interfaces.cli.client import listing

    listing.webhooks(as_json=as_json)


@webhooks.command()
@click.argument("url")
@click.option("--type", "types", metavar="PREFIX", multiple=True, help="Only types that begin so; may be repeated.")
@AS_JSON
def create(url: str, types: tuple[str, ...], *, as_json: bool) -> None:
    """Send events to URL from now on; the secret that signs them is printed here and never again."""
    from interfaces.cli.client import hooks
    from interfaces.cli.client.connection import connect

    with connect() as api:
        made = api.post("/api/webhooks", {"url": url, "tags": types}, hooks.Secret)
    hooks.tell(made, f"webhook {made.id} is subscribed", as_json=as_json)


@webhooks.command()
@WEBHOOK
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="How many deliveries.")
@AS_JSON
def show(webhook: str, limit: int, *, as_json: bool) -> None:
    """Show a webhook with what it was not delivered: what is tried again, and what was given up."""
    from interfaces.cli.client import hooks
    from interfaces.cli.client.connection import connect

    with connect() as api:
        hooks.show(api, hooks.named(api, webhook), limit, as_json=as_json)


@webhooks.command()
@WEBHOOK
@AS_JSON
def rotate(webhook: str, *, as_json: bool) -> None:
    """Give a webhook a new secret; for a day messages are signed with the one before it too."""
    from interfaces.cli.client import hooks
    from interfaces.cli.client.connection import connect

    with connect() as api:
        webhook_id = hooks.named(api, webhook)
        made = api.post(f"/api/webhooks/{webhook_id}/secret", {}, hooks.Secret)
    hooks.tell(made, f"webhook {webhook_id} has a new secret", as_json=as_json)


@webhooks.command()
@WEBHOOK
def pause(webhook: str) -> None:
    """Send nothing until it is resumed."""
    _change(webhook, "pause", "is paused")


@webhooks.command()
@WEBHOOK
def resume(webhook: str) -> None:
    """Go on, beginning with what happened during the pause."""
    _change(webhook, "resume", "goes on")


@webhooks.command()
@WEBHOOK
@click.argument("positions", metavar="[POSITION]...", nargs=-1, type=click.IntRange(min=1))
@AS_JSON
def redrive(webhook: str, positions: tuple[int, ...], *, as_json: bool) -> None:
    """Try again what was given up: the events at these positions, or all."""
    import msgspec

    from interfaces.cli.client import hooks
    from interfaces.cli.client.connection import connect

    body = {"positions": positions} if positions else {}
    with connect() as api:
        driven = api.post(f"/api/webhooks/{hooks.named(api, webhook)}/redrive", body, hooks.Redriven)
    said = f"{driven.count:,} deliver{'y' if driven.count == 1 else 'ies'} will be tried again"
    click.echo(msgspec.json.encode(driven) if as_json else said)


@webhooks.command()
@WEBHOOK
def delete(webhook: str) -> None:
    """Send nothing any more, and forget its secret and its deliveries."""
    from interfaces.cli.client import hooks, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        webhook_id = hooks.named(api, webhook)
        api.delete(f"/api/webhooks/{webhook_id}", wire.Accepted)
    click.echo(f"webhook {webhook_id} is deleted")


def _change(webhook: str, verb: str, done: str) -> None:
    from interfaces.cli.client import hooks, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        webhook_id = hooks.named(api, webhook)
        api.post(f"/api/webhooks/{webhook_id}/{verb}", {}, wire.Accepted)
    click.echo(f"webhook {webhook_id} {done}")
