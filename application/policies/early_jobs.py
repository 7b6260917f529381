"""What a process schedules it puts on the queue itself, as soon as that is in the log: nobody waits for the policy.

The policy follows all the same, with the same jobs under the same names, so what is missed here is late and not lost.
"""

import asyncio
from collections.abc import Sequence

import structlog

from application.errors import Unavailable
from application.policies import run_jobs
from application.ports import Job, JobQueue, Recorded, Write

log = structlog.get_logger()


class EarlyJobs:
    """One batch of jobs is on its way at a time; what comes meanwhile is in the next."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._jobs: list[Job] = []
        self._sending: asyncio.Task[None] | None = None

    def appended(self, base: int, writes: Sequence[Write]) -> None:
        """Hear of what has just been appended, in this order, behind the position `base`."""
        position = base
        for write in writes:
            for version, event in enumerate(write.events, start=write.expected + 1):
                position += 1
                self._jobs += run_jobs.react(Recorded(position, write.stream, version, event, write.context))
        if self._jobs and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._send())

    async def close(self) -> None:
        """Return once nothing is on its way any more."""
        if self._sending is not None:
            await asyncio.wait([self._sending])

    async def _send(self) -> None:
        while jobs := self._jobs:
            self._jobs = []
            try:
                await self._queue.enqueue(*jobs)
            except Unavailable as error:
                log.info("early_jobs.left_to_the_policy", jobs=len(jobs), reason=str(error))
