"""The composition root: the one place where ports meet adapters."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from application.errors import Invalid
from application.execute import Executor
from application.orchestration.start import Starter
from application.policies.webhook_delivery import Subscription
from application.tasks import ended
from domain.kernel import Record
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.credentials import Credentials
from infrastructure.identity.tokens import Tokens, now, signing_key
from infrastructure.models.registry import Providers
from infrastructure.payloads import PostgresPayloads
from infrastructure.redis.leases import RedisLeases
from infrastructure.redis.live_text import RedisLiveText
from infrastructure.settings import Settings
from infrastructure.tail import Tail
from infrastructure.webhooks.courier import Office
from infrastructure.webhooks.deliveries import Deliveries
from infrastructure.webhooks.dispatcher import Dispatcher
from infrastructure.webhooks.secrets import WebhookSecrets
from projections import agents, runs, webhooks, workflows
from projections.table import Projection

PROJECTIONS: dict[str, Projection[Any]] = {
    projection.name: projection
    for projection in (agents.projection, workflows.projection, runs.projection, webhooks.projection)
}


class Core(Record):
    """What every process has."""

    settings: Settings
    database: Database
    store: PostgresEventStore
    executor: Executor
    payloads: PostgresPayloads
    providers: Providers
    tail: Tail
    redis: Redis
    leases: RedisLeases
    live: RedisLiveText


def check(settings: Settings) -> None:
    """Raise Invalid where the settings name no servers."""
    for value, name in ((settings.database_url, "DATABASE_URL"), (settings.redis_url, "REDIS_URL")):
        if not value:
            raise Invalid(f"{name} is not set; set it, or use `z2 up`, which brings its own servers", field=name)


def collect_seldom() -> None:
    """Events come by the thousand and none holds itself, so the garbage collector looks at them seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@asynccontextmanager
async def core(settings: Settings) -> AsyncIterator[Core]:
    """The parts, connected and tailing the log. Raises Invalid where the settings name no servers."""
    check(settings)
    collect_seldom()
    database = Database(settings.database_url, size=max(8, settings.worker_jobs // 2))
    await database.open()
    store = PostgresEventStore(database)
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=5)
    providers = Providers.configured(settings.providers)
    tail = Tail(database, store)
    try:
        await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))
        async with background(tail.run()):
            yield Core(
                settings=settings,
                database=database,
                store=store,
                executor=Executor(store, now),
                payloads=PostgresPayloads(database),
                providers=providers,
                tail=tail,
                redis=redis,
                leases=RedisLeases(redis),
                live=RedisLiveText(redis),
            )
    finally:
        await providers.aclose()
        await redis.aclose()
        await database.close()


@asynccontextmanager
async def background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on while the block runs; where it ends in an error, so does the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        try:
            yield
        finally:
            await ended(*tasks)


def starter(parts: Core) -> Starter:
    return Starter(parts.executor, parts.payloads, parts.providers, parts.settings.default_model)


def dispatcher(parts: Core) -> Dispatcher:
    """What sends webhooks their events."""

    async def active() -> Sequence[Subscription]:
        async with parts.database.connection() as connection:
            return await webhooks.active(connection)

    deliveries, secrets = Deliveries(parts.database), WebhookSecrets(parts.database)
    office = Office(parts.tail, parts.store, deliveries, secrets, now)
    return Dispatcher(active, office, allow_private=parts.settings.webhook_allow_private)


def credentials(parts: Core) -> Credentials:
    return Credentials(parts.database)


def tokens(settings: Settings) -> Tokens:
    key = signing_key(settings.token_key, settings.data)
    return Tokens(key, timedelta(hours=settings.token_hours))
