"""The projector process: it keeps the read models and turns scheduled steps into jobs."""

import asyncio
import contextlib
from datetime import timedelta
from functools import partial

import uvloop

from application.errors import Unavailable
from infrastructure import logs, settings
from infrastructure.payload_sweep import PayloadSweep
from infrastructure.redis import queue
from infrastructure.settings import Settings
from interfaces import composition
from interfaces.composition import Core, background, core
from interfaces.processes import metering
from interfaces.processes.stopping import until_stopped
from interfaces.read_models import PROJECTIONS
from projections import access_events, leader, payload_references, runner

FORGET_KEYS_SECONDS = 3_600
SWEEP_SECONDS = 1_800
LOOK_SECONDS = 0.05
"""So long after one look at the log comes the next, unless there is work for the queue or somebody waits."""

FOLLOWERS = (payload_references.consumer, access_events.consumer)
"""What follows the log beside read models and policies."""


async def project(configured: Settings) -> None:
    """Project for ever."""
    port = configured.metrics_port and configured.metrics_port + 1
    async with core(configured, rest=LOOK_SECONDS) as parts, metering.served(parts, port):
        pool = await queue.connect(configured.redis_url)
        keepers = [runner.keeping(projection) for projection in PROJECTIONS.values()]
        jobs, upkeep = runner.enqueuing(queue.RedisQueue(pool)), runner.commanding(parts.executor)
        async with background(
            *(_lead(consumer, parts) for consumer in (*keepers, jobs, upkeep, *FOLLOWERS)),
            leader.lead(parts.database.url, "webhooks.delivery", composition.dispatcher(parts).run),
            _forget_keys(parts),
            _sweep_payloads(parts),
        ):
            await asyncio.Event().wait()


async def _lead(consumer: runner.Consumer, parts: Core) -> None:
    """Follow the log under this name while no other projector does."""
    following = partial(runner.run, consumer, parts.tail, parts.store, parts.database)
    await leader.lead(parts.database.url, consumer.name, following)


async def _forget_keys(parts: Core) -> None:
    """Any number of projectors may do so."""
    while True:
        with contextlib.suppress(Unavailable):
            await parts.store.forget_keys()
        await asyncio.sleep(FORGET_KEYS_SECONDS)


async def _sweep_payloads(parts: Core) -> None:
    """Any number of projectors may do so."""
    sweep = PayloadSweep(parts.database, parts.tail, timedelta(hours=parts.settings.payload_grace_hours))
    while True:
        with contextlib.suppress(Unavailable):
            await sweep.once()
        await asyncio.sleep(SWEEP_SECONDS)


def main() -> None:
    configured = settings.load()
    logs.configure(configured, "projector")
    uvloop.run(until_stopped(project(configured)))
