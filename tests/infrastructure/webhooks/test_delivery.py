"""Webhooks get their events signed and in order; what fails is tried again, given up, and driven again."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.policies.webhook_delivery import Subscription
from domain import agent, run_events
from domain.kernel import replace
from infrastructure import metrics
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from infrastructure.tail import Tail
from infrastructure.webhooks.courier import Office
from infrastructure.webhooks.deliveries import Deliveries, Delivery
from infrastructure.webhooks.dispatcher import Dispatcher
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces.composition import background
from tests.support.given import CONTEXT
from tests.support.receiver import Receiver, receiving, verified
from tests.support.until import until
from tests.support.vaults import vault
from tests.support.writer import write

HOOK = UUID(int=77)
SOON = (timedelta(0), timedelta(milliseconds=5))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


class Hooks:
    """A dispatcher whose webhooks a test decides on."""

    def __init__(self, database: Database, store: PostgresEventStore, tail: Tail) -> None:
        self.deliveries = Deliveries(database)
        self.secrets = WebhookSecrets(database, vault(database))
        self.active: list[Subscription] = []
        self.looks = 0
        self.office = Office(tail, store, self.deliveries, self.secrets, now, SOON)

    async def all(self) -> Sequence[Subscription]:
        self.looks += 1
        return list(self.active)

    @asynccontextmanager
    async def working(self, **options: Any) -> AsyncIterator[None]:
        options = {"allow_private": True, "look_seconds": 0.01} | options
        async with background(Dispatcher(self.all, self.office, **options).run()):
            yield

    async def in_state(self, status: str) -> list[Delivery]:
        return [
            each for each in await self.deliveries.listed(CONTEXT.workspace_id, HOOK, 0, 100) if each.status == status
        ]


@pytest.fixture
def hooks(database: Database, store: PostgresEventStore, tail: Tail, receiver: Receiver) -> Hooks:
    made = Hooks(database, store, tail)
    made.active = [Subscription(HOOK, CONTEXT.workspace_id, receiver.url, (), 0)]
    return made


@pytest.fixture
async def secret(hooks: Hooks) -> str:
    return await hooks.secrets.make(HOOK, 1)


async def appended(store: PostgresEventStore, count: int) -> None:
    await asyncio.gather(*(store.append([write(uuid4())]) for _ in range(count)))


async def test_events_arrive_signed_in_order_and_one_at_a_time(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    async with hooks.working():
        await appended(store, 50)
        assert await until(lambda: len(receiver.requests) == 50)
    assert receiver.positions == [*range(1, 51)]
    assert receiver.most_at_once == 1
    assert all(verified(request, secret) for request in receiver.requests)
    assert not verified(receiver.requests[0], await hooks.secrets.make(UUID(int=78), 1))
    assert len(set(receiver.ids)) == 50
    first = json.loads(receiver.requests[0].body)
    assert (first["type"], first["timestamp"]) == ("agent.revised.v1", "2026-01-01T00:00:00Z")
    assert first["data"]["event"]["instructions"] == "Read closely."
    assert receiver.requests[0].headers["content-type"] == "application/json"
    assert await hooks.deliveries.listed(CONTEXT.workspace_id, HOOK, 0, 10) == []


async def test_a_webhook_gets_what_it_asked_for_and_only_of_its_workspace(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    elsewhere = replace(CONTEXT, workspace_id=uuid4())
    await store.append([write(uuid4(), agent.Retired())])
    await store.append([write(uuid4())])
    await store.append([replace(write(uuid4(), agent.Retired()), context=elsewhere)])
    await store.append([write(uuid4(), run_events.Cancelled(""))])
    await store.append([write(uuid4(), agent.Retired())])
    hooks.active = [replace(hooks.active[0], tags=("agent.retired", "run."), since=1)]
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 2)
    assert receiver.positions == [4, 5]


async def test_a_failure_is_tried_again_before_anything_else_is_sent(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [500, 302, 200, 429]
    receiver.headers = {"location": receiver.url + "/elsewhere"}
    await appended(store, 3)
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 6)
    assert receiver.positions == [1, 1, 1, 2, 2, 3]
    assert {request.path for request in receiver.requests} == {"/hook"}
    assert len(set(receiver.ids[:3])) == 1
    assert len({request.body for request in receiver.requests[:3]}) == 1


async def test_what_fails_too_often_or_is_gone_is_dead_and_the_rest_goes_on(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [500, 500, 500, 410]
    await appended(store, 3)
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 5)
    assert receiver.positions == [1, 1, 1, 2, 3]
    dead = await hooks.in_state("dead")
    assert [(each.position, each.attempts, each.response_status, each.error) for each in dead] == [
        (1, 3, 500, "it answered 500"),
        (2, 1, 410, "it answered 410"),
    ]


@pytest.mark.parametrize(("chosen", "again"), [(None, [1, 2]), ([2], [2]), ([3], [])])
async def test_dead_deliveries_are_driven_again_in_order(
    hooks: Hooks,
    store: PostgresEventStore,
    receiver: Receiver,
    secret: str,
    chosen: list[int] | None,
    again: list[int],
) -> None:
    receiver.answers = [410, 410]
    await appended(store, 3)
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 3)
        ids = receiver.ids[:2]
        assert await hooks.deliveries.redrive(HOOK, chosen) == len(again)
        assert await until(lambda: len(receiver.requests) == 3 + len(again))

        async def settled() -> bool:
            return len(await hooks.deliveries.listed(CONTEXT.workspace_id, HOOK, 0, 10)) == 2 - len(again)

        assert await until(settled)
        await appended(store, 1)
        assert await until(lambda: receiver.positions[-1] == 4)
    assert receiver.positions == [1, 2, 3, *again, 4]
    assert set(receiver.ids[3:-1]) <= set(ids)


async def test_a_restart_neither_loses_nor_reorders_and_keeps_the_count_of_attempts(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [200, 500]
    hooks.office = replace(hooks.office, delays=(timedelta(hours=1),))
    await appended(store, 3)

    async def failing() -> list[Delivery]:
        return await hooks.in_state("failing")

    async with hooks.working():
        assert [each.position for each in await until(failing)] == [2]
    async with hooks.working():
        await appended(store, 1)
        assert [(each.position, each.attempts) for each in await failing()] == [(2, 1)]
    assert receiver.positions == [1, 2]  # it waits its hour, also after a restart
    async with hooks.deliveries._database.connection() as connection:
        await connection.execute("UPDATE webhook_deliveries SET next_at = now()")
    receiver.answers = [500]
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 5)
    assert receiver.positions == [1, 2, 2, 3, 4]
    assert [(each.position, each.attempts) for each in await hooks.in_state("dead")] == [(2, 2)]


class Forgetful(Deliveries):
    """The process ends between the delivery and its position."""

    async def done(self, webhook_id: UUID, position: int) -> None:
        await asyncio.get_running_loop().create_future()


async def test_what_was_delivered_and_not_noted_is_delivered_again_under_the_same_id(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str, database: Database
) -> None:
    await appended(store, 2)
    whole = hooks.office
    hooks.office = replace(whole, deliveries=Forgetful(database))
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 1)
    hooks.office = whole
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 3)
    assert receiver.positions == [1, 1, 2]
    assert receiver.ids[0] == receiver.ids[1] != receiver.ids[2]


async def test_a_pause_loses_nothing(hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str) -> None:
    subscription = hooks.active[0]
    async with hooks.working():
        await appended(store, 1)
        assert await until(lambda: len(receiver.requests) == 1)
        assert await until(lambda: _position(hooks))
        hooks.active = []
        looks = hooks.looks
        assert await until(lambda: hooks.looks > looks + 1)  # by the second look, the first has been acted on
        await appended(store, 3)
        looks = hooks.looks
        assert await until(lambda: hooks.looks > looks + 5)
        assert len(receiver.requests) == 1
        hooks.active = [subscription]
        assert await until(lambda: len(receiver.requests) == 4)
    assert receiver.positions == [1, 2, 3, 4]


async def _position(hooks: Hooks) -> int:
    return await hooks.deliveries.position(HOOK)


async def test_nothing_goes_to_a_private_address_unless_that_is_allowed(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    port = receiver.url.split(":")[2]
    hooks.active = [replace(hooks.active[0], url=f"http://localhost:{port}")]
    await appended(store, 1)

    async def dead() -> list[Delivery]:
        return await hooks.in_state("dead")

    async with hooks.working(allow_private=False):
        (refused,) = await until(dead)
    assert receiver.requests == []
    assert "private network; Z2_WEBHOOK_ALLOW_PRIVATE" in refused.error


async def test_nothing_is_sent_unsigned(hooks: Hooks, store: PostgresEventStore, receiver: Receiver) -> None:
    await appended(store, 1)

    async def dead() -> list[Delivery]:
        return await hooks.in_state("dead")

    async with hooks.working():
        (unsent,) = await until(dead)
    assert receiver.requests == []
    assert "its secret is missing" in unsent.error


async def test_after_a_rotation_both_secrets_sign_and_then_only_the_new_one(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    newer = await hooks.secrets.make(HOOK, 2)
    assert await hooks.secrets.make(HOOK, 2) == newer != secret
    async with hooks.working():
        await appended(store, 1)
        assert await until(lambda: len(receiver.requests) == 1)
        async with hooks.deliveries._database.connection() as connection:
            await connection.execute("UPDATE webhook_secrets SET expires_at = now() WHERE number = 1")
        await appended(store, 1)
        assert await until(lambda: len(receiver.requests) == 2)
    checks = [[verified(request, each) for each in (secret, newer)] for request in receiver.requests]
    assert checks == [[True, True], [False, True]]


async def test_an_event_that_cannot_be_read_is_said_to_be_so_and_stops_nothing(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str, database: Database
) -> None:
    await appended(store, 3)
    async with database.connection() as connection:
        await connection.execute("UPDATE events SET topic = 'novelty.seen.v9' WHERE notification_id = 2")
    unaware = Tail(database, store)  # which has not read the row while it could be read
    hooks.office = replace(hooks.office, log=unaware)
    async with background(unaware.run()), hooks.working():
        assert await until(lambda: len(receiver.requests) == 2)
    assert receiver.positions == [1, 3]
    assert [(each.position, each.type, each.error) for each in await hooks.in_state("dead")] == [
        (2, "novelty.seen.v9", "this Z2 cannot read the event")
    ]


def sample(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0


async def test_deliveries_and_the_lag_of_the_slowest_webhook_are_measured(
    hooks: Hooks, store: PostgresEventStore, receiver: Receiver, secret: str
) -> None:
    outcomes = ("delivered", "failed", "dead")
    before = [sample("z2_webhook_deliveries_total", outcome=outcome) for outcome in outcomes]
    receiver.answers = [200, 500, 410]
    hooks.office = replace(hooks.office, delays=(timedelta(hours=1),))
    await appended(store, 5)
    async with hooks.working():
        # the second message failed and waits for its hour, so four events are left
        assert await until(lambda: sample("z2_webhook_lag_events") == 4)

        async def failing() -> bool:
            return await hooks.deliveries.counts() == {"failing": 1, "redriven": 0, "dead": 0}

        assert await until(failing)
    assert sample("z2_webhook_lag_events") == 0
    async with hooks.deliveries._database.connection() as connection:
        await connection.execute("UPDATE webhook_deliveries SET next_at = now()")
    async with hooks.working():
        assert await until(lambda: len(receiver.requests) == 6)
        assert await until(lambda: sample("z2_webhook_deliveries_total", outcome="delivered") == before[0] + 4)
    assert await hooks.deliveries.counts() == {"failing": 0, "redriven": 0, "dead": 1}
    after = [sample("z2_webhook_deliveries_total", outcome=outcome) for outcome in outcomes]
    assert [new - old for new, old in zip(after, before, strict=True)] == [4, 1, 1]
