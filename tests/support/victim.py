"""A worker in a process of its own, which a test kills: it does one job, and says so on a line when it begins."""

import asyncio
import sys
from uuid import uuid4

import msgspec

from application.gateway.presence import Presence
from application.orchestration.steps import StepWorker
from application.policies.step_jobs import StepJob
from domain.kernel import Record
from infrastructure.settings import Settings
from interfaces.composition import core
from interfaces.working import succeeded, workshop


class Task(Record):
    """What the process is told, as JSON."""

    database_url: str
    redis_url: str
    data_dir: str
    services: dict[str, str]
    name: str
    job: StepJob


async def work(task: Task) -> None:
    settings = Settings(
        database_url=task.database_url, redis_url=task.redis_url, data_dir=task.data_dir, services=task.services
    )
    async with core(settings) as parts:
        presence = Presence(parts.leases)
        await succeeded(parts, task.name or str(uuid4()), presence.process)
        async with presence.shown():
            print("at work", flush=True)
            await StepWorker(workshop(parts, presence.process)).perform(task.job)


if __name__ == "__main__":
    asyncio.run(work(msgspec.json.decode(sys.argv[1], type=Task)))
