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
from interfaces.composition import PROJECTIONS, Core, core
from interfaces.processes import metering
from interfaces.processes.stopping import until_stopped
from projections import leader, payload_references, runner

FORGET_KEYS_SECONDS = 3_600
SWEEP_SECONDS = 1_800


async def project(configured: Settings) -> None:
    """Project for ever."""
    port = configured.metrics_port and configured.metrics_port + 1
    async with core(configured) as parts, metering.served(parts, port), asyncio.TaskGroup() as work:
        pool = await queue.connect(configured.redis_url)
        keepers = [runner.keeping(projection) for projection in PROJECTIONS.values()]
        jobs = runner.enqueuing(queue.ArqQueue(pool))
        for consumer in (*keepers, jobs, payload_references.consumer):
            work.create_task(_lead(consumer, parts))
        work.create_task(leader.lead(parts.database.url, "webhooks.delivery", composition.dispatcher(parts).run))
        work.create_task(_forget_keys(parts))
        work.create_task(_sweep_payloads(parts))


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
