"""Webhook: somebody wants the events of the workspace sent to an address in order; its secret stands elsewhere."""

import re
from ipaddress import ip_address
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, replace

Address: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2_000)]
"""It stays on the record for ever, so nobody should put a secret into it."""

Prefix: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[a-z][a-z0-9_.]*$(?!\n)")]
"""The beginning of the stored names of events: `run.`, or `agent.created`."""

Prefixes: TypeAlias = Annotated[tuple[Prefix, ...], Meta(max_length=50)]

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?][!$-;=?-Z_a-z~\[\]]*)?"
)
"""ASCII without blanks, quotes, backslashes and fragments, and nothing before the host: read alike by everybody."""


class Subscribed(Event, tag="webhook.subscribed.v1"):
    """Events from here on whose type begins with one of `tags` are sent to `url`; all of them where there are none."""

    url: str
    tags: tuple[str, ...]


class SecretRotated(Event, tag="webhook.secret_rotated.v1"):
    """From now on messages are signed with the secret of this number, and for a day with the one before it too."""

    number: int


class Paused(Event, tag="webhook.paused.v1"):
    pass


class Resumed(Event, tag="webhook.resumed.v1"):
    """What happened during the pause is sent first."""


class Deleted(Event, tag="webhook.deleted.v1"):
    pass


Events: TypeAlias = Subscribed | SecretRotated | Paused | Resumed | Deleted


class SubscribeWebhook(Command):
    """Send events to `url`: those whose type begins with one of `tags`, or all of them."""

    url: Address
    tags: Prefixes = ()


class RotateWebhookSecret(Command):
    pass


class PauseWebhook(Command):
    pass


class ResumeWebhook(Command):
    pass


class DeleteWebhook(Command):
    pass


Commands: TypeAlias = SubscribeWebhook | RotateWebhookSecret | PauseWebhook | ResumeWebhook | DeleteWebhook


class Webhook(Record):
    status: Literal["absent", "active", "paused", "deleted"] = "absent"
    url: str = ""
    tags: tuple[str, ...] = ()
    secret: int = 0


initial = Webhook()


def decide(command: Commands, webhook: Webhook, context: Context) -> list[Events]:
    match command, webhook.status:
        case SubscribeWebhook(url, tags), "absent":
            check_address(url)
            return [Subscribed(url, tags)]
        case SubscribeWebhook(url, tags), "active" if (url, tags) == (webhook.url, webhook.tags):
            return []
        case RotateWebhookSecret(), "active" | "paused":
            return [SecretRotated(webhook.secret + 1)]
        case PauseWebhook(), "active":
            return [Paused()]
        case ResumeWebhook(), "paused":
            return [Resumed()]
        case DeleteWebhook(), "active" | "paused":
            return [Deleted()]
        case (PauseWebhook(), "paused") | (ResumeWebhook(), "active") | (DeleteWebhook(), "deleted"):
            return []
        case _, "absent" | "deleted":
            raise Rejected("there is no such webhook", code="not_found")
        case _:
            raise Rejected(f"{type(command).__name__} refused: the webhook is {webhook.status}")


def check_address(url: str) -> None:
    """Refuse an address that is none, or that would carry events over a network in the open."""
    found = _ADDRESS.fullmatch(url)
    if found is None or int(found["port"] or 443) not in range(1, 65_536):
        raise _invalid("the url must be like https://example.com/path, without user, password, fragment or blanks")
    if found["scheme"] == "http" and not is_loopback(found["host"]):
        raise _invalid("the url must begin with https://; http:// is for this machine only, such as http://127.0.0.1")


def is_loopback(host: str) -> bool:
    """Whether the host of an address names this machine by itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _invalid(detail: str) -> Rejected:
    return Rejected(detail, code="invalid_webhook", field="url")


def evolve(webhook: Webhook, event: Events) -> Webhook:
    match event:
        case Subscribed(url, tags):
            return Webhook("active", url, tags, 1)
        case SecretRotated(number):
            return replace(webhook, secret=number)
        case Paused():
            return replace(webhook, status="paused")
        case Resumed():
            return replace(webhook, status="active")
        case Deleted():
            return replace(webhook, status="deleted")


decider: Decider[Webhook, Commands, Events] = Decider(initial, decide, evolve)
