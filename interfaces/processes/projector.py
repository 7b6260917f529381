"""The projector process: it keeps the read models and turns scheduled steps into jobs."""

import asyncio
import contextlib

import uvloop

from application.errors import Unavailable
from application.policies import step_jobs
from infrastructure import logs, settings
from infrastructure.redis import queue
from infrastructure.settings import Settings
from interfaces.composition import PROJECTIONS, Core, core
from interfaces.processes.stopping import until_stopped
from projections import runner

FORGET_KEYS_SECONDS = 3_600


async def project(configured: Settings) -> None:
    """Project for ever."""
    async with core(configured) as parts, asyncio.TaskGroup() as work:
        pool = await queue.connect(configured.redis_url)
        transaction = parts.database.transaction
        for projection in PROJECTIONS.values():
            work.create_task(runner.run(projection.name, projection.apply, parts.tail, transaction))
        jobs = runner.enqueuing(queue.ArqQueue(pool))
        work.create_task(runner.run(step_jobs.NAME, jobs, parts.tail, transaction))
        work.create_task(_forget_keys(parts))


async def _forget_keys(parts: Core) -> None:
    """Any number of projectors may do so."""
    while True:
        with contextlib.suppress(Unavailable):
            await parts.store.forget_keys()
        await asyncio.sleep(FORGET_KEYS_SECONDS)


def main() -> None:
    configured = settings.load()
    logs.configure(configured, "projector")
    uvloop.run(until_stopped(project(configured)))
