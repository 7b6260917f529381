"""The worker process: it performs steps, and sweeps up after workers that are gone."""

import asyncio
from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

import msgspec
import structlog
import uvloop
from arq.typing import WorkerCoroutine
from arq.worker import func
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import TooMuchContention, Unavailable
from application.gateway.lost_calls import LostCalls, OpenCall
from application.ledger.treasury import Treasury
from application.orchestration.attempt import Workshop
from application.orchestration.patience import patiently
from application.orchestration.steps import StepWorker
from application.orchestration.sweeper import Sweeper
from application.policies.step_jobs import StepJob
from application.ports import PendingStep
from infrastructure import logs, settings
from infrastructure.database import Database
from infrastructure.identity.tokens import now
from infrastructure.models.probes import Probes
from infrastructure.redis import queue
from infrastructure.redis.worker import WakingWorker
from infrastructure.settings import Settings
from interfaces.calling import engine
from interfaces.composition import Core, background, core
from interfaces.processes import metering
from interfaces.processes.stopping import until_stopped
from projections import calls, runs

SWEEP_SECONDS = 1.0
STEP_SECONDS = 24 * 3600
FINISH_SECONDS = 5
"""So long a stopping worker lets its steps finish before it hands them on."""

log = structlog.get_logger()


async def work(configured: Settings) -> None:
    """Take jobs for ever."""
    async with core(configured) as parts:
        pool = await queue.connect(configured.redis_url)
        treasury = Treasury(parts.executor, now)
        calls = engine(parts, treasury, waiting=patiently)
        steps = StepWorker(Workshop(parts.executor, parts.payloads, calls, treasury, parts.leases, parts.live))

        async def perform_step(context: dict[str, Any], arguments: dict[str, Any]) -> None:
            await steps.perform(msgspec.convert(arguments, StepJob))

        worker = WakingWorker(
            [func(cast(WorkerCoroutine, perform_step), name="perform_step", timeout=STEP_SECONDS)],
            redis_pool=pool,
            queue_name=queue.QUEUE,
            max_jobs=configured.worker_jobs,
            handle_signals=False,
            job_serializer=queue.serialize,
            job_deserializer=queue.deserialize,
        )
        probes = Probes(
            parts.redis, parts.health, parts.providers.installation.all(), seconds=configured.provider_probe_seconds
        )
        observing = _observe(parts, steps, await parts.store.head())
        async with (
            metering.served(parts, configured.metrics_port),
            background(observing, probes.run(), _sweep(parts, queue.ArqQueue(pool))),
        ):
            await _at_work(worker)


async def _at_work(worker: WakingWorker) -> None:
    """Take jobs until the process is asked to stop, then let those that are under way finish or hand them on."""
    try:
        async with background(worker.main()):
            await asyncio.Event().wait()
    finally:
        await worker.wind_down(FINISH_SECONDS)


async def _observe(parts: Core, steps: StepWorker, position: int) -> None:
    """Show the steps everything that happens behind the position; a pause must not hide a cancellation."""
    while True:
        try:
            async with parts.tail.follow(position) as batches:
                async for batch in batches:
                    steps.observe(batch)
                    position = batch[-1].position
        except Unavailable:
            await asyncio.sleep(SWEEP_SECONDS)
        except MapperDeserialisationError as error:
            log.error("worker.unreadable", error=str(error))  # noqa: TRY400 -- its trace tells no more
            position += 1


class _OpenCalls:
    """What the read model of calls says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def processes(self) -> set[UUID]:
        async with self._database.connection() as connection:
            return await calls.serving(connection)

    async def of(self, processes: Collection[UUID]) -> list[OpenCall]:
        async with self._database.connection() as connection:
            return await calls.under_way(connection, processes)


async def _sweep(parts: Core, jobs: queue.ArqQueue) -> None:
    async def pending() -> list[PendingStep]:
        async with parts.database.connection() as connection:
            return await runs.pending(connection)

    sweeper = Sweeper(pending, parts.executor, jobs, parts.leases, now)
    lost_calls = LostCalls(_OpenCalls(parts.database), parts.executor, parts.leases, now)
    while True:
        try:
            await sweeper.sweep()
            await lost_calls.sweep()
        except (Unavailable, TooMuchContention) as error:
            log.warning("sweeper.waiting", reason=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


def main() -> None:
    configured = settings.load()
    logs.configure(configured, "worker")
    uvloop.run(until_stopped(work(configured)))
