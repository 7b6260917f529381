"""What a webhook is sent, how it is signed (standardwebhooks.com), and what its answer means."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from application.ports import Recorded
from application.registry import tag_of
from domain.kernel import Instant, Record

SECRET_PREFIX = "whsec_"  # noqa: S105 - it is what the standard puts before every secret

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 1_800, 3_600, 7_200))
"""How long to wait after each failure; after one more, the message is given up."""

Verdict: TypeAlias = Literal["delivered", "failed", "gone"]


class Subscription(Record):
    """Who is sent what: events behind `since` whose type begins with one of `tags`, or all."""

    id: UUID
    workspace_id: UUID
    url: str
    tags: tuple[str, ...]
    since: int

    def wants(self, recorded: Recorded) -> bool:
        if recorded.context.workspace_id != self.workspace_id or recorded.position <= self.since:
            return False
        return not self.tags or tag_of(type(recorded.event)).startswith(self.tags)


class Message(Record):
    """What is sent. `id` is the same however often it is sent, so that a receiver can tell."""

    id: str
    body: bytes


class _Body(Record):
    """`type`, `timestamp` and `data` are the standard's; `data` is the event as the log has it."""

    type: str
    timestamp: Instant
    data: "_Data"


class _Data(Record):
    position: int
    stream: UUID
    version: int
    actor_id: UUID
    correlation_id: UUID
    causation: str | None
    event: dict[str, object]


def message(webhook_id: UUID, recorded: Recorded) -> Message:
    """The message about an event; the same event makes the same bytes."""
    context, tag = recorded.context, tag_of(type(recorded.event))
    event = msgspec.to_builtins(recorded.event)
    event.pop("type")
    data = _Data(
        recorded.position,
        recorded.stream,
        recorded.version,
        context.actor_id,
        context.correlation_id,
        context.causation,
        event,
    )
    body = msgspec.json.encode(_Body(tag, context.at, data))
    return Message(f"msg_{webhook_id.hex}_{recorded.position}", body)


def headers(sent: Message, at: Instant, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of the standard; one signature for each secret that is valid now."""
    seconds = str(int(at.timestamp()))
    signed = b".".join((sent.id.encode(), seconds.encode(), sent.body))
    return {
        "webhook-id": sent.id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def verdict(status: int) -> Verdict:
    """What the status of an answer means: any 2xx is a yes, 410 says never again, everything else not yet."""
    if 200 <= status < 300:
        return "delivered"
    return "gone" if status == 410 else "failed"
