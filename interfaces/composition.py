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
from application.identity.external import ExternalSignIn
from application.identity.grants import Grants
from application.identity.key_addresses import KeyAddresses
from application.models.registry import Models
from application.orchestration.pinning import Pinning
from application.orchestration.start import Starter
from application.orchestration.start_agent import AgentStarter
from application.policies import urgency
from application.policies.early_jobs import EarlyJobs
from application.policies.webhook_delivery import Subscription
from application.provider_secrets import ProviderSecrets
from application.tasks import ended
from domain.kernel import Record
from infrastructure.database import Database, migrate
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.audit import PostgresAudit
from infrastructure.identity.device_codes import DeviceCodes
from infrastructure.identity.encryption_keys import encryption_keys
from infrastructure.identity.oidc import SingleSignOn
from infrastructure.identity.oidc_parts import single_sign_on
from infrastructure.identity.refusals import Refusals
from infrastructure.identity.sign_in_names import PostgresSignInNames
from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import ISSUER, Tokens, now
from infrastructure.identity.uses import PostgresUses
from infrastructure.identity.vault import PostgresVault
from infrastructure.models.embeddings import RemoteEmbeddings, embedding
from infrastructure.models.workspace_providers import WorkspaceProviders, provided
from infrastructure.payloads import PostgresPayloads
from infrastructure.redis.health import RedisHealth
from infrastructure.redis.leases import RedisLeases
from infrastructure.redis.live_text import RedisLiveText
from infrastructure.redis.queue import RedisQueue
from infrastructure.settings import Settings
from infrastructure.tail import REST_SECONDS, Tail
from infrastructure.webhooks.courier import Office
from infrastructure.webhooks.deliveries import Deliveries
from infrastructure.webhooks.dispatcher import Dispatcher
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces.read_models import PROJECTIONS
from projections import webhooks


class Core(Record):
    """What every process has."""

    settings: Settings
    database: Database
    store: PostgresEventStore
    executor: Executor
    payloads: PostgresPayloads
    providers: WorkspaceProviders
    models: Models
    health: RedisHealth
    embeddings: RemoteEmbeddings | None
    tail: Tail
    redis: Redis
    leases: RedisLeases
    live: RedisLiveText
    vault: PostgresVault
    audit: PostgresAudit


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
async def core(settings: Settings, *, rest: float = REST_SECONDS, hurried: bool = True) -> AsyncIterator[Core]:
    """The parts, connected. Raises Invalid where a server is missing.

    There is a `rest` between looks at the log, which only a `hurried` process may cut short.
    """
    async with _servers(settings) as (database, store, redis):
        executor, tail = Executor(store, now), Tail(database, store, rest=rest, hurried=hurried)
        await migrate(database, *(projection.schema for projection in PROJECTIONS.values()))
        vault, health = await opened_vault(settings, database), RedisHealth(redis)
        async with _asked(settings, executor, vault) as (providers, embeddings), background(tail.run(), health.run()):
            yield Core(
                settings=settings,
                database=database,
                store=store,
                executor=executor,
                payloads=PostgresPayloads(database),
                providers=providers,
                models=Models(executor.states, now),
                health=health,
                embeddings=embeddings,
                tail=tail,
                redis=redis,
                leases=RedisLeases(redis),
                live=RedisLiveText(redis),
                vault=vault,
                audit=PostgresAudit(database, vault, timedelta(days=settings.audit_days)),
            )


@asynccontextmanager
async def _servers(settings: Settings) -> AsyncIterator[tuple[Database, PostgresEventStore, Redis]]:
    """The log, and the queue that hears at once of what is scheduled there."""
    database = await _opened(settings)
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=5)
    early = EarlyJobs(RedisQueue(redis))
    try:
        told = {"urgent": urgency.urgent, "quiet": urgency.quiet}
        yield database, PostgresEventStore(database, **told, appended=early.appended), redis
    finally:
        await database.close()
        await early.close()
        await redis.aclose()


@asynccontextmanager
async def _asked(
    settings: Settings, executor: Executor, vault: PostgresVault
) -> AsyncIterator[tuple[WorkspaceProviders, RemoteEmbeddings | None]]:
    """Whoever is asked over the network: the providers of models, and the model of embeddings if there is one."""
    async with (
        provided(settings.providers, ProviderSecrets(executor, vault)) as providers,
        embedding(settings.embeddings) as embeddings,
    ):
        yield providers, embeddings


async def _opened(settings: Settings) -> Database:
    check(settings)
    collect_seldom()
    size, seconds = max(8, settings.worker_jobs // 2), settings.database_seconds
    database = Database(settings.database_url, size=size, answer_seconds=seconds)
    await database.open()
    return database


async def opened_vault(settings: Settings, database: Database) -> PostgresVault:
    """The vault, with nothing left outside it that belongs inside. Raises Invalid where the keys are not its own."""
    vault = PostgresVault(database, encryption_keys(settings.encryption_keys, settings.data))
    await vault.prepare()
    await WebhookSecrets(database, vault).seal_plain()
    return vault


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


def agent_starter(parts: Core) -> AgentStarter:
    pinning = Pinning(parts.executor, parts.providers, parts.settings.default_model)
    return AgentStarter(parts.executor, parts.payloads, pinning)


def dispatcher(parts: Core) -> Dispatcher:
    """What sends webhooks their events."""

    async def active() -> Sequence[Subscription]:
        async with parts.database.connection() as connection:
            return await webhooks.active(connection)

    deliveries, secrets = Deliveries(parts.database), WebhookSecrets(parts.database, parts.vault)
    office = Office(parts.tail, parts.store, deliveries, secrets, now)
    return Dispatcher(active, office, allow_private=parts.settings.webhook_allow_private)


def grants(parts: Core) -> Grants:
    return Grants(parts.executor.states, PostgresUses(parts.database, parts.vault), now)


def refusals(parts: Core) -> Refusals:
    return Refusals(parts.database, parts.vault)


def external_sign_in(parts: Core) -> ExternalSignIn:
    return ExternalSignIn(parts.executor, parts.vault, PostgresSignInNames(parts.database, parts.vault))


async def sign_on(parts: Core) -> SingleSignOn:
    """The providers of the settings. Raises Invalid."""
    settings, secret = parts.settings, await parts.vault.index("sign-on", "pending")
    return single_sign_on(
        settings.oidc_providers, public_url=settings.public_url, secret=secret, redis=parts.redis, clock=now
    )


def key_addresses(parts: Core) -> KeyAddresses:
    return KeyAddresses(parts.executor, parts.vault, PostgresUses(parts.database, parts.vault))


async def device_codes(parts: Core) -> DeviceCodes:
    return DeviceCodes(parts.redis, await parts.vault.index("device codes", "secret"), now)


def tokens(settings: Settings) -> Tokens:
    keys = token_keys(settings.token_keys, settings.data)
    issuer = settings.token_issuer or settings.public_url or ISSUER
    audience = settings.token_audience or issuer
    return Tokens(keys, timedelta(minutes=settings.token_minutes), issuer=issuer, audience=audience)
