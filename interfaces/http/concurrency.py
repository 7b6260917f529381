"""Concurrency over HTTP: how much of a workspace's work may go on at once, and how much does."""

from typing import Annotated

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from application.orchestration.limits import Limits, lane
from application.orchestration.slots import LaneState
from domain import concurrency
from domain.concurrency import Limited
from domain.kernel import Record
from infrastructure.redis.slots import RedisSlots
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed, sent

Kind = Annotated[concurrency.Kind, QueryParameter(description="What the limit is for.")]
Subject = Annotated[
    str, QueryParameter(max_length=200, description="Which of the kind; empty for each that has no limit of its own.")
]


class LimitInUse(Record):
    """A limit, and how much of it is in use; `used` and `waiting` are None where it is for each of a kind."""

    kind: concurrency.Kind
    subject: str
    most: int
    used: int | None
    waiting: int | None


class ConcurrencyList(Record):
    """The limits of the workspace, that of all its steps first; whether it set that itself or not."""

    items: list[LimitInUse]


class ConcurrencyController(Controller):
    path = "/concurrency"
    tags = ("runs",)

    @get(operation_id="listConcurrency", summary="List what may go on at once, and what does")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> ConcurrencyList:
        """The limits as the log has them, and their use as the workers tell it at this moment."""
        workspace_id, most = request.user.workspace_id, core.settings.workspace_steps
        limits = Limits(core.executor.states, most)
        own, steps = (await limits.of(workspace_id)).limits, await limits.steps_of(workspace_id)
        whole = Limited("workspace", "")
        listed = {whole: steps} | {each: own[each] for each in sorted(own, key=_order) if each != whole}
        lanes = {each: lane(each.kind, workspace_id, each.subject) for each in listed if _is_one(each)}
        states = dict(zip(lanes, await RedisSlots(core.redis, "").state(list(lanes.values())), strict=True))
        return ConcurrencyList([_in_use(each, number, states.get(each)) for each, number in listed.items()])

    @put(operation_id="setConcurrency", summary="Set how much may go on at once")
    async def set(
        self, data: JSONBody[concurrency.SetConcurrency], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """What begins a second later heeds it; what is under way goes on."""
        stream = concurrency.concurrency_stream(request.user.workspace_id)
        return await sent(core, stream, data, request.user, key=key)

    @delete(operation_id="removeConcurrency", summary="Remove such a limit", status_code=200)
    async def remove(
        self, request: Signed, core: NamedDependency[Core], kind: Kind, key: Key, subject: Subject = ""
    ) -> Accepted:
        """What waits for it is looked at anew."""
        wish = concurrency.RemoveConcurrency(kind, subject)
        stream = concurrency.concurrency_stream(request.user.workspace_id)
        return await sent(core, stream, wish, request.user, key=key)


def _order(limited: Limited) -> tuple[str, str]:
    return limited.kind, limited.subject


def _is_one(limited: Limited) -> bool:
    return bool(limited.subject) or limited.kind == "workspace"


def _in_use(limited: Limited, most: int, state: LaneState | None) -> LimitInUse:
    used, waiting = (state.used, state.waiting) if state else (None, None)
    return LimitInUse(limited.kind, limited.subject, most, used, waiting)
