"""The projector process: it keeps the read models and turns scheduled steps into jobs."""

import asyncio

import uvloop

from application.policies import step_jobs
from infrastructure import logs, settings
from infrastructure.redis import queue
from infrastructure.settings import Settings
from interfaces.composition import PROJECTIONS, core
from interfaces.processes.stopping import until_stopped
from projections import runner


async def project(configured: Settings) -> None:
    """Project for ever."""
    async with core(configured) as parts, asyncio.TaskGroup() as work:
        pool = await queue.connect(configured.redis_url)
        transaction = parts.database.transaction
        for projection in PROJECTIONS.values():
            work.create_task(runner.run(projection.name, projection.apply, parts.tail, transaction))
        jobs = runner.enqueuing(queue.ArqQueue(pool))
        work.create_task(runner.run(step_jobs.NAME, jobs, parts.tail, transaction))


def main() -> None:
    configured = settings.load()
    logs.configure(configured, "projector")
    uvloop.run(until_stopped(project(configured)))
