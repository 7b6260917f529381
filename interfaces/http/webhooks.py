"""Webhooks over HTTP: subscribe, pause, rotate the secret, and see to what could not be delivered."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from application.errors import Invalid, NotFound
from domain import webhook
from domain.kernel import Command, Instant, Record
from infrastructure.addresses import is_private_by_itself
from infrastructure.webhooks.deliveries import Deliveries
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, new_stream, sent
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION
from projections import webhooks
from projections.webhooks import WebhookRow

Behind = Annotated[int, QueryParameter(ge=0, le=LAST_POSITION, description="The `next` of the page before.")]
PageSize = Annotated[int, QueryParameter(ge=1, le=1_000, description="How many at the most.")]


class Webhook(Record):
    """A subscription: events whose type begins with one of `tags`, or all of them, are sent to `url` in order."""

    id: UUID
    url: str
    tags: tuple[str, ...]
    status: str
    created_at: Instant


class WebhookList(Record):
    """The webhooks, the oldest first."""

    items: list[Webhook]


class WebhookSecret(Record):
    """`secret` signs every message (standardwebhooks.com) and is told here only; keep it."""

    id: UUID
    position: int
    secret: str


class WebhookDelivery(Record):
    """A delivery that has not succeeded: `failing` and `redriven` are tried again at `next_at`, `dead` is not."""

    position: int
    type: str
    status: Literal["failing", "redriven", "dead"]
    attempts: int
    next_at: Instant | None
    response_status: int | None
    error: str
    first_at: Instant
    last_at: Instant


class WebhookDeliveryPage(Record):
    """Deliveries by position. `next` goes into `behind` for the next page; null at the end."""

    items: list[WebhookDelivery]
    next: int | None


class RedriveWebhook(Record, forbid_unknown_fields=True):
    """Which dead deliveries to try again, by position; all of them if none is named."""

    positions: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(min_length=1, max_length=1_000)] | None = None


class Redriven(Record):
    """How many deliveries will be tried again."""

    count: int


class WebhookController(Controller):
    path = "/webhooks"
    tags = ("webhooks",)

    @post(operation_id="subscribeWebhook", summary="Subscribe a webhook")
    async def subscribe(
        self, data: JSONBody[webhook.SubscribeWebhook], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[WebhookSecret]:
        if not core.settings.webhook_allow_private and is_private_by_itself(data.url):
            detail = "the url is a private address; the operator can allow such ones with Z2_WEBHOOK_ALLOW_PRIVATE"
            raise Invalid(detail, field="url")
        accepted = await sent(core, new_stream(key), data, request.user, key=key)
        secret = await WebhookSecrets(core.database, core.vault).make(accepted.id, 1)
        body = WebhookSecret(accepted.id, accepted.position, secret)
        return Response(body, headers={"Location": f"{request.url.path}/{accepted.id}"})

    @get(operation_id="listWebhooks", summary="List the webhooks")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> WebhookList:
        await caught_up(core.tail, webhooks.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await webhooks.listed(connection, request.user.workspace_id)
        return WebhookList([_shown(row) for row in rows])

    @get("/{webhook_id:uuid}", operation_id="readWebhook", summary="Read a webhook")
    async def one(
        self, webhook_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Webhook:
        return _shown(await _row(core, request, webhook_id, after))

    @delete("/{webhook_id:uuid}", operation_id="deleteWebhook", summary="Delete a webhook", status_code=200)
    async def delete(
        self, webhook_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        accepted = await _changed(core, webhook_id, webhook.DeleteWebhook(), request, key)
        await WebhookSecrets(core.database, core.vault).forget(webhook_id)
        return accepted

    @post("/{webhook_id:uuid}/pause", operation_id="pauseWebhook", summary="Pause a webhook", status_code=200)
    async def pause(
        self, webhook_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        return await _changed(core, webhook_id, webhook.PauseWebhook(), request, key)

    @post("/{webhook_id:uuid}/resume", operation_id="resumeWebhook", summary="Resume a webhook", status_code=200)
    async def resume(
        self, webhook_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        return await _changed(core, webhook_id, webhook.ResumeWebhook(), request, key)

    @post(
        "/{webhook_id:uuid}/secret",
        operation_id="rotateWebhookSecret",
        summary="Give a webhook a new secret",
        status_code=200,
    )
    async def rotate(
        self, webhook_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> WebhookSecret:
        """For a day messages are signed with the secret before it too."""
        accepted = await _changed(core, webhook_id, webhook.RotateWebhookSecret(), request, key)
        state = await core.executor.state(webhook_id, request.user.workspace_id)
        secret = await WebhookSecrets(core.database, core.vault).make(webhook_id, state.secret)
        return WebhookSecret(accepted.id, accepted.position, secret)

    @get("/{webhook_id:uuid}/deliveries", operation_id="listWebhookDeliveries", summary="What was not delivered")
    async def deliveries(
        self,
        webhook_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        behind: Behind = 0,
        limit: PageSize = 100,
        after: After = None,
    ) -> WebhookDeliveryPage:
        await _row(core, request, webhook_id, after)
        found = await Deliveries(core.database).listed(request.user.workspace_id, webhook_id, behind, limit + 1)
        items = [msgspec.convert(each, WebhookDelivery, from_attributes=True) for each in found[:limit]]
        return WebhookDeliveryPage(items, items[-1].position if len(found) > limit else None)

    @post(
        "/{webhook_id:uuid}/redrive",
        operation_id="redriveWebhook",
        summary="Try dead deliveries again",
        status_code=200,
    )
    async def redrive(
        self,
        webhook_id: FromPath[UUID],
        data: JSONBody[RedriveWebhook],
        request: Signed,
        core: NamedDependency[Core],
    ) -> Redriven:
        # a command asks the log, which knows the webhook before the read model does
        state = await core.executor.state(webhook_id, request.user.workspace_id)
        if not isinstance(state, webhook.Webhook) or state.status == "deleted":
            raise NotFound("there is no such webhook in this workspace")
        return Redriven(await Deliveries(core.database).redrive(webhook_id, data.positions))


async def _changed(core: Core, webhook_id: UUID, command: Command, request: Signed, key: Key) -> Accepted:
    return await sent(core, webhook_id, command, request.user, key=key)


async def _row(core: Core, request: Signed, webhook_id: UUID, after: int | None) -> WebhookRow:
    """A webhook of the actor's workspace. Raises NotFound or Behind."""
    await caught_up(core.tail, webhooks.projection.name, after)
    async with reading(core, request.user) as connection:
        row = await webhooks.projection.one(connection, request.user.workspace_id, webhook_id)
    if row is None or row.status == "deleted":
        raise NotFound("there is no such webhook in this workspace")
    return row


def _shown(row: WebhookRow) -> Webhook:
    return msgspec.convert(row, Webhook, from_attributes=True)
