"""Webhook: somebody wants the events of the workspace sent to an address in order; its secret stands elsewhere."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain import address
from domain.kernel import Command, Context, Decider, Event, Record, Rejected, refusal, replace

Address: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2_000)]
"""It stays on the record for ever, so nobody should put a secret into it."""

Prefix: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[a-z][a-z0-9_.]*$(?!\n)")]
"""The beginning of the stored names of events: `run.`, or `agent.created`."""

Prefixes: TypeAlias = Annotated[tuple[Prefix, ...], Meta(max_length=50)]


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
            _check(url)
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
            raise refusal(type(command), "webhook", webhook.status)


def _check(url: str) -> None:
    if why := address.fault(url, "url"):
        raise Rejected(why, code="invalid_webhook", field="url")


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
