"""The courier of one webhook: it brings the events in their order, one at a time, and tries again what failed."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from eventsourcing.persistence import MapperDeserialisationError

from application.policies import webhook_delivery
from application.policies.webhook_delivery import Message, Subscription
from application.ports import Clock, EventStore, Log, Recorded
from application.registry import tag_of
from application.tasks import ended
from domain.kernel import Instant, Record
from infrastructure import fail_points, metrics
from infrastructure.webhooks.deliveries import Deliveries, Delivery, Status
from infrastructure.webhooks.endpoint import Answer, Endpoint
from infrastructure.webhooks.secrets import WebhookSecrets

PASSED_OVER = 1_000
"""After so many events that the webhook does not want, its position is kept."""

log = structlog.get_logger()


class Office(Record):
    """What all couriers share."""

    log: Log
    store: EventStore
    deliveries: Deliveries
    secrets: WebhookSecrets
    clock: Clock
    delays: Sequence[timedelta] = webhook_delivery.DELAYS


class Courier:
    """`position` is that of the last event that it has brought or passed over."""

    def __init__(self, subscription: Subscription, endpoint: Endpoint, office: Office) -> None:
        self._subscription = subscription
        self._endpoint = endpoint
        self._office = office
        self._turn = asyncio.Lock()
        self.position = 0
        self._asked = asyncio.Event()
        self._asked.set()

    @property
    def _id(self) -> UUID:
        return self._subscription.id

    def ask_again(self) -> None:
        """Somebody wants dead deliveries to be tried again."""
        self._asked.set()

    async def run(self) -> None:
        """Deliver for ever. Raises what the database raises."""
        work = [asyncio.create_task(self._follow()), asyncio.create_task(self._redrive())]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await ended(*work)
            await self._endpoint.aclose()

    async def _follow(self) -> None:
        self.position = max(self._subscription.since, await self._office.deliveries.position(self._id))
        while True:
            try:
                async with self._office.log.follow(self.position) as batches:
                    async for batch in batches:
                        for recorded in batch:
                            await self._bring(recorded)
                            self.position = recorded.position
            except MapperDeserialisationError as error:
                await self._pass_over(self.position + 1, error)
                self.position += 1

    async def _bring(self, recorded: Recorded) -> None:
        if self._subscription.wants(recorded):
            failing = await self._failing(recorded.position)
            await self._deliver(recorded, "failing", failing)
        elif recorded.position % PASSED_OVER == 0:
            await self._office.deliveries.advance(self._id, recorded.position)

    async def _failing(self, position: int) -> Delivery | None:
        """What is known of the delivery from before a restart."""
        failing = await self._office.deliveries.next(self._id, "failing")
        return failing if failing and failing.position == position else None

    async def _pass_over(self, position: int, error: Exception) -> None:
        """An event that cannot be read is given up, and said to be so where the webhook may want it."""
        kind = await self._office.deliveries.type_at(position)
        if self._subscription.tags and not kind.startswith(self._subscription.tags):
            return
        log.error("webhook.unreadable", webhook=str(self._id), position=position, error=str(error))
        await self._keep((position, kind, "dead"), 0, None, Answer(None, "this Z2 cannot read the event"))

    async def _redrive(self) -> None:
        """Deliveries that somebody wants tried again, by position."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            while wanted := await self._office.deliveries.next(self._id, "redriven"):
                try:
                    (recorded,) = await self._office.store.read(wanted.position - 1, 1)
                except MapperDeserialisationError as error:
                    await self._pass_over(wanted.position, error)
                else:
                    await self._deliver(recorded, "redriven", wanted)

    async def _deliver(self, recorded: Recorded, status: Status, known: Delivery | None) -> None:
        """Send until it is taken or given up."""
        message = webhook_delivery.message(self._id, recorded)
        attempts, due = (known.attempts, known.next_at) if known else (0, None)
        while True:
            await self._wait_until(due)
            answer = await self._send(message)
            verdict = webhook_delivery.verdict(answer.status) if answer.status else "failed"
            if verdict == "delivered":
                metrics.WEBHOOK_DELIVERIES.labels(verdict).inc()
                fail_points.reached("webhook_delivered")
                return await self._office.deliveries.done(self._id, recorded.position)
            attempts += 1
            dead = verdict == "gone" or attempts > len(self._office.delays)
            due = None if dead else self._office.clock() + self._office.delays[attempts - 1]
            metrics.WEBHOOK_DELIVERIES.labels("dead" if dead else "failed").inc()
            kind = tag_of(type(recorded.event))
            await self._keep((recorded.position, kind, "dead" if dead else status), attempts, due, answer)
            if dead:
                return None

    async def _send(self, message: Message) -> Answer:
        """One at a time. Nothing is sent unsigned."""
        async with self._turn:
            secrets = await self._office.secrets.valid(self._id)
            if not secrets:
                return Answer(None, "its secret is missing; give it a new one")
            headers = webhook_delivery.headers(message, self._office.clock(), secrets)
            return await self._endpoint.send(headers, message.body)

    async def _keep(self, what: tuple[int, str, Status], attempts: int, due: Instant | None, answer: Answer) -> None:
        error = answer.error or f"it answered {answer.status}"
        position, _, status = what
        log.info("webhook.failed", webhook=str(self._id), position=position, attempts=attempts, status=status)
        await self._office.deliveries.failed(
            self._id,
            what,
            workspace_id=self._subscription.workspace_id,
            attempts=attempts,
            next_at=due,
            response_status=answer.status,
            error=error,
        )

    async def _wait_until(self, due: Instant | None) -> None:
        if due is not None:
            await asyncio.sleep(max(0.0, (due - self._office.clock()).total_seconds()))
