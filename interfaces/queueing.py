"""The queue as a worker process has it: whose turn it is, and what the steps hold of the lanes that are limited."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from application.orchestration.counting import BegunRun, RunCount
from application.orchestration.limits import Limits
from application.orchestration.places import Places
from application.orchestration.steps import StepWorker
from application.policies.step_jobs import StepJob
from domain.kernel import Record
from infrastructure.identity.tokens import now
from infrastructure.redis.counted_runs import RedisCountedRuns
from infrastructure.redis.slots import RedisSlots
from infrastructure.redis.worker import Parked, Taken, Work
from interfaces.composition import Core
from projections import run_counts


class Turns(Record):
    """What a worker needs to take turns with others."""

    slots: RedisSlots
    limits: Limits
    places: Places
    count: RunCount


def turns(parts: Core, redis: Redis, life: UUID) -> Turns:
    """For one life of a process."""
    most = parts.settings.workspace_steps
    slots = RedisSlots(redis, life.hex, most=most)
    limits = Limits(parts.executor.states, most)
    places = Places(parts.executor, slots, limits, now, life, gives_way=slots.gives_way, wanted=slots.wanted)
    return Turns(slots, limits, places, _count(parts, redis, limits))


def performing(steps: StepWorker, places: Places) -> Work:
    """What is done for the job of a step: nothing until there is room for it."""

    async def perform_step(taken: Taken, arguments: dict[str, Any]) -> None:
        job = msgspec.convert(arguments, StepJob)
        if not await places.enter(job, taken.id, taken.most):
            raise Parked
        await steps.perform(job)

    return perform_step


def _count(parts: Core, redis: Redis, limits: Limits) -> RunCount:
    async def over(ids: Collection[UUID]) -> set[UUID]:
        async with parts.database.connection() as connection:
            return await run_counts.over(connection, ids)

    async def begun() -> list[BegunRun]:
        async with parts.database.connection() as connection:
            return await run_counts.begun(connection)

    return RunCount(RedisCountedRuns(redis), limits, over, begun)
