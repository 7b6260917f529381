"""The worker process: it performs steps, and sweeps up after workers that are gone."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
import uvloop
from eventsourcing.persistence import MapperDeserialisationError

from application.errors import TooMuchContention, Unavailable
from application.gateway.lost_calls import LostCalls, OpenCall
from application.gateway.presence import Presence
from application.goals.drafts import Awaited as AwaitedDraft
from application.goals.drafts import Drafts
from application.orchestration.children import Awaited, Children
from application.orchestration.counting import RunCount
from application.orchestration.patience import patiently
from application.orchestration.pending import PendingStep
from application.orchestration.steps import StepWorker
from application.orchestration.sweeper import Sweeper
from application.orchestration.texts import Texts
from application.orchestration.tools import ToolBox
from application.orchestration.waking import Waking
from application.policies import child_runs, session_answers
from application.policies.session_answers import AnswerJob
from application.sessions.ending import Endings
from domain.kernel import Instant
from infrastructure import logs, settings
from infrastructure.database import Database
from infrastructure.identity.tokens import now
from infrastructure.models.probes import Probes
from infrastructure.redis import queue
from infrastructure.redis.worker import Taken, WakingWorker, Work
from infrastructure.settings import Settings
from interfaces import evaluating, sessions
from interfaces.composition import Core, background, core
from interfaces.processes import metering, slot
from interfaces.processes.stopping import until_stopped
from interfaces.queueing import Turns, performing, turns
from interfaces.scheduling import schedule_clock
from interfaces.tooling import toolbox
from interfaces.working import succeeded, workshop
from projections import awaited_runs, calls, goals, runs
from projections import sessions as session_rows

SWEEP_SECONDS = 1.0
OBSERVE_SECONDS = 0.05
"""So long after one look at the log comes the next: a worker looks for what stops its steps."""

FINISH_SECONDS = 5
"""So long a stopping worker lets its steps finish before it hands them on."""

log = structlog.get_logger()


async def work(configured: Settings, tools: Callable[[Core], ToolBox] = toolbox) -> None:
    """Take jobs for ever, with these tools."""
    async with core(configured, rest=OBSERVE_SECONDS, hurried=False) as parts:
        pool = await queue.connect(configured.redis_url)
        presence = Presence(parts.leases)
        queued, jobs = turns(parts, pool, presence.process), configured.worker_jobs
        steps = StepWorker(workshop(parts, presence.process, tools), slots=jobs, places=queued.places)
        functions = _functions(performing(steps, queued.places), Children(parts.executor), sessions.endings(parts))
        worker = WakingWorker(pool, functions, queued.slots, max_jobs=jobs, busy=lambda: steps.performing)
        probes = Probes(
            parts.redis, parts.health, parts.providers.installation.all(), seconds=configured.provider_probe_seconds
        )
        observing = _observe(parts, steps, await parts.store.head(), queued)
        with slot.named(configured.data, configured.worker_name) as name:
            gone = await succeeded(parts, name, presence.process)
            async with (
                metering.served(parts, configured.metrics_port),
                presence.shown(),
                background(observing, probes.run(), _sweep(parts, queue.RedisQueue(pool), steps, gone, queued.count)),
                background(schedule_clock(parts).run()),
            ):
                await _at_work(worker, steps)


def _functions(perform_step: Work, children: Children, answers: Endings) -> dict[str, Work]:
    """What is done for each kind of job."""

    async def end_child(_: Taken, arguments: dict[str, Any]) -> None:
        job = msgspec.convert(arguments, child_runs.ChildJob)
        await patiently(lambda: children.end(job))

    async def cancel_run(_: Taken, arguments: dict[str, Any]) -> None:
        job = msgspec.convert(arguments, child_runs.CancelJob)
        await patiently(lambda: children.cancel(job))

    async def end_answer(_: Taken, arguments: dict[str, Any]) -> None:
        job = msgspec.convert(arguments, AnswerJob)
        await patiently(lambda: answers.end(job))

    handing_on: dict[str, Work] = {child_runs.END: end_child, child_runs.CANCEL: cancel_run}
    return {"perform_step": perform_step, **handing_on, session_answers.END: end_answer}


async def _at_work(worker: WakingWorker, steps: StepWorker) -> None:
    """Take jobs until the process is asked to stop, then let those that are under way finish or hand them on."""
    try:
        async with background(worker.main()):
            await asyncio.Event().wait()
    finally:
        await asyncio.gather(steps.wind_down(FINISH_SECONDS), worker.wind_down(FINISH_SECONDS))


async def _observe(parts: Core, steps: StepWorker, position: int, queued: Turns | None = None) -> None:
    """Show the steps everything that happens behind the position; a pause must not hide a cancellation."""
    while True:
        try:
            async with parts.tail.follow(position) as batches:
                async for batch in batches:
                    steps.observe(batch)
                    if queued is not None:
                        await queued.limits.heed(batch, queued.slots.changed)
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


async def _undrafted(database: Database) -> list[AwaitedDraft]:
    async with database.connection() as connection:
        return await goals.awaited(connection)


async def _unanswered(database: Database) -> list[AnswerJob]:
    async with database.connection() as connection:
        return await session_rows.untold(connection)


async def _sweep(parts: Core, jobs: queue.RedisQueue, steps: StepWorker, gone: set[UUID], count: RunCount) -> None:
    async def pending() -> list[PendingStep]:
        async with parts.database.connection() as connection:
            return await runs.pending(connection)

    async def due(now: Instant, limit: int) -> list[tuple[UUID, UUID]]:
        async with parts.database.connection() as connection:
            return await runs.due(connection, now, limit)

    async def untold() -> list[Awaited]:
        async with parts.database.connection() as connection:
            return await awaited_runs.untold(connection)

    executor, leases = parts.executor, parts.leases
    sweeps = (
        Sweeper(pending, executor, jobs, leases, now, own=steps, gone=gone).sweep,
        Waking(due, executor, now).sweep,
        lambda: Children(executor).sweep(untold),
        partial(sessions.endings(parts).sweep, partial(_unanswered, parts.database)),
        lambda: Drafts(executor, Texts(parts.payloads)).sweep(partial(_undrafted, parts.database)),
        partial(evaluating.evaluator(parts).sweep, partial(evaluating.running, parts)),
        LostCalls(_OpenCalls(parts.database), executor, leases, now).sweep,
        count.sweep,
    )
    await _again_and_again(sweeps)


async def _again_and_again(sweeps: Sequence[Callable[[], Awaitable[object]]]) -> None:
    while True:
        try:
            for sweep in sweeps:
                await sweep()
        except (Unavailable, TooMuchContention) as error:
            log.warning("sweeper.waiting", reason=str(error))
        await asyncio.sleep(SWEEP_SECONDS)


def main() -> None:
    configured = settings.load()
    logs.configure(configured, "worker")
    uvloop.run(until_stopped(work(configured)))
