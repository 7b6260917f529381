"""Triggers over HTTP: whoever has the secret of one starts its workflow by a signed message."""

from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.errors import NotFound
from application.scheduling.authors import Authors
from domain import trigger
from domain.kernel import Command, Instant, Name, Record
from infrastructure.identity.tokens import now
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces import scheduling
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, new_stream, sent
from interfaces.http.reading import reading
from interfaces.http.run_bodies import Priority
from projections import triggers
from projections.triggers import TriggerRow


class CreateTrigger(Record, forbid_unknown_fields=True):
    """A message to it starts the workflow; `title` is what its runs are called."""

    name: Name
    workflow_id: UUID
    title: Name
    priority: Priority | None = None


class Trigger(Record):
    """`fired` counts the messages that have started one; runs are started in the author's name."""

    id: UUID
    name: str
    status: str
    workflow_id: UUID
    title: str
    priority: int | None
    author_id: UUID
    fired: int
    last_at: Instant | None
    last_run: UUID | None
    created_at: Instant


class TriggerList(Record):
    """The triggers by name."""

    items: list[Trigger]


class TriggerNow(Record):
    """A trigger, and whether its author may start its runs now; messages go to `address`."""

    trigger: Trigger
    address: str
    allowed: bool


class TriggerSecret(Record):
    """`secret` signs every message (standardwebhooks.com) and is told here only; keep it. They go to `address`."""

    id: UUID
    position: int
    secret: str
    address: str


class StartedByMessage(Record):
    """The run that the message has started, now or when it came before."""

    run_id: UUID
    position: int


class TriggerController(Controller):
    path = "/triggers"
    tags = ("triggers",)

    @post(operation_id="createTrigger", summary="Create a trigger")
    async def create(
        self,
        data: JSONBody[CreateTrigger],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Response[TriggerSecret]:
        stream = new_stream(key)
        accepted = await core.executor.earlier(key)
        if accepted is None:
            asked = data.name, data.workflow_id, data.title, data.priority
            command = await scheduling.drafting(core).trigger(stream, *asked, request.user)
            accepted = await core.executor.execute(stream, command, request.user, correlation_id=stream, key=key)
        body = await _secret(core, stream, accepted.position, 1)
        return Response(body, headers={"Location": f"{request.url.path}/{stream}"})

    @get(operation_id="listTriggers", summary="List the triggers")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> TriggerList:
        await caught_up(core.tail, triggers.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await triggers.listed(connection, request.user.workspace_id)
        return TriggerList([_shown(row) for row in rows])

    @get("/{trigger_id:uuid}", operation_id="readTrigger", summary="Read a trigger")
    async def one(
        self, trigger_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> TriggerNow:
        await caught_up(core.tail, triggers.projection.name, after)
        async with reading(core, request.user) as connection:
            row = await triggers.projection.one(connection, request.user.workspace_id, trigger_id)
        if row is None or row.status == "removed" or row.author is None:
            raise NotFound("there is no such trigger in this workspace")
        author = await Authors(core.executor.states, now).actor(row.author, row.workspace_id)
        return TriggerNow(_shown(row), _address(trigger_id), author is not None)

    @post("/{trigger_id:uuid}/pause", operation_id="pauseTrigger", summary="Pause a trigger", status_code=200)
    async def pause(
        self, trigger_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Messages are refused until it is resumed, so that their sender tries again or tells somebody."""
        return await _changed(core, trigger_id, trigger.PauseTrigger(), request, key)

    @post("/{trigger_id:uuid}/resume", operation_id="resumeTrigger", summary="Resume a trigger", status_code=200)
    async def resume(
        self, trigger_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        return await _changed(core, trigger_id, trigger.ResumeTrigger(), request, key)

    @delete("/{trigger_id:uuid}", operation_id="removeTrigger", summary="Remove a trigger", status_code=200)
    async def remove(
        self, trigger_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Its secret is forgotten; what it has started goes on."""
        accepted = await _changed(core, trigger_id, trigger.RemoveTrigger(), request, key)
        await WebhookSecrets(core.database, core.vault).forget(trigger_id)
        return accepted

    @post(
        "/{trigger_id:uuid}/secret",
        operation_id="rotateTriggerSecret",
        summary="Give a trigger a new secret",
        status_code=200,
    )
    async def rotate(
        self,
        trigger_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> TriggerSecret:
        """For a day the secret before it is taken too. Whoever does so is its author from then on."""
        accepted = await _changed(
            core, trigger_id, await scheduling.drafting(core).rotation(request.user), request, key
        )
        state: trigger.Trigger = await core.executor.state(trigger_id, request.user.workspace_id)
        return await _secret(core, trigger_id, accepted.position, state.secret)


async def _changed(core: Core, trigger_id: UUID, command: Command, request: Signed, key: Key) -> Accepted:
    return await sent(core, trigger_id, command, request.user, key=key)


async def _secret(core: Core, trigger_id: UUID, position: int, number: int) -> TriggerSecret:
    secret = await WebhookSecrets(core.database, core.vault).make(trigger_id, number)
    return TriggerSecret(trigger_id, position, secret, _address(trigger_id))


def _address(trigger_id: UUID) -> str:
    return f"/api/triggers/{trigger_id}/messages"


def _shown(row: TriggerRow) -> Trigger:
    assert row.author is not None, "a trigger that there is has an author"
    told = {**msgspec.structs.asdict(row), "author_id": row.author.user_id}
    return msgspec.convert(told, Trigger)
