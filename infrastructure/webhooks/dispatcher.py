"""Has a courier for every active webhook; one process at a time dispatches."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from uuid import UUID

import structlog

from application.errors import Unavailable
from application.policies.webhook_delivery import Subscription
from application.tasks import ended
from domain.kernel import Record
from infrastructure import metrics
from infrastructure.webhooks.courier import Courier, Office
from infrastructure.webhooks.endpoint import Endpoint

LOOK_SECONDS = 1.0

Active: TypeAlias = Callable[[], Awaitable[Sequence[Subscription]]]
"""The webhooks that are to be sent events now."""

log = structlog.get_logger()


class Working(Record):
    subscription: Subscription
    courier: Courier
    task: "asyncio.Task[None]"


class Dispatcher:
    """Between the end of one process and the lead of the next, a message may be sent twice, under the same id."""

    def __init__(
        self, active: Active, office: Office, *, allow_private: bool, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._active = active
        self._office = office
        self._allow_private = allow_private
        self._look_seconds = look_seconds
        self._working: dict[UUID, Working] = {}

    async def run(self) -> None:
        """Dispatch for ever."""
        try:
            while True:
                try:
                    await self._look()
                except Unavailable as error:
                    log.warning("webhooks.waiting", error=str(error))
                await asyncio.sleep(self._look_seconds)
        finally:
            await self._end([*self._working])
            metrics.WEBHOOK_LAG.set(0)

    async def _look(self) -> None:
        """Employ couriers for what is active now, and let the others go."""
        wanted = {subscription.id: subscription for subscription in await self._active()}
        over = [name for name, each in self._working.items() if each.task.done() or name not in wanted]
        await self._end(over)
        if over or not self._working:
            await self._office.deliveries.forget_deleted()
        for subscription in wanted.values():
            if subscription.id not in self._working:
                self._employ(subscription)
        for webhook_id in await self._office.deliveries.redriven() & self._working.keys():
            self._working[webhook_id].courier.ask_again()
        await self._measure()

    async def _measure(self) -> None:
        """Tell how far behind the slowest courier is that has begun."""
        reached = [each.courier.position for each in self._working.values() if each.courier.position]
        head = await self._office.store.head() if reached else 0
        metrics.WEBHOOK_LAG.set(max((head - position for position in reached), default=0))

    def _employ(self, subscription: Subscription) -> None:
        endpoint = Endpoint(subscription.url, allow_private=self._allow_private)
        courier = Courier(subscription, endpoint, self._office)
        self._working[subscription.id] = Working(subscription, courier, asyncio.create_task(courier.run()))

    async def _end(self, names: Sequence[UUID]) -> None:
        """The couriers stop where they are; what was under way is sent again by their successors."""
        ending = {name: self._working.pop(name).task for name in names}
        await ended(*ending.values())
        for name, task in ending.items():
            if not task.cancelled() and (error := task.exception()):
                log.warning("webhook.interrupted", webhook=str(name), error=repr(error))
