"""An arq worker that wakes at once, renews what it holds, and outlives a restart of Redis."""

import asyncio
from typing import Any

import structlog
from arq.constants import in_progress_key_prefix
from arq.worker import Worker
from redis.exceptions import RedisError

from infrastructure.redis.queue import WAKE

HELD_SECONDS = 5.0
BEAT_SECONDS = 1.0

log = structlog.get_logger()


class WakingWorker(Worker):
    """arq keeps a dead worker's job for its whole time-out; here it is free again after HELD_SECONDS."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, poll_delay=BEAT_SECONDS, keep_result=0, log_results=False, **kwargs)
        self.in_progress_timeout_s = HELD_SECONDS
        self._woken = asyncio.Event()

    async def main(self) -> None:
        if self.on_startup:
            await self.on_startup(self.ctx)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            while True:
                try:
                    await self._poll_iteration()
                    await self._renew()
                except (RedisError, OSError) as error:
                    log.warning("worker.redis_unavailable", error=type(error).__name__)
                    self._recount()
                    await asyncio.sleep(BEAT_SECONDS)
                await self._rest()

    async def wind_down(self, seconds: float) -> None:
        """Take no more jobs, let the running ones finish for so long, then cancel them and wait."""
        self.allow_pick_jobs = False
        running = [task for task in self.tasks.values() if not task.done()]
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _rest(self) -> None:
        """Until a job is announced, a running one ends, or a beat has passed; due jobs need the beat."""
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _listen(self) -> None:
        while True:
            try:
                async with self.pool.pubsub() as channel:
                    await channel.subscribe(WAKE)
                    self._woken.set()
                    async for _ in channel.listen():
                        self._woken.set()
            except (RedisError, OSError):
                await asyncio.sleep(BEAT_SECONDS)

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        before = set(self.tasks)
        await super().start_jobs(job_ids)
        for job_id in self.tasks.keys() - before:
            self.tasks[job_id].add_done_callback(lambda _: self._woken.set())

    async def _renew(self) -> None:
        async with self.pool.pipeline(transaction=False) as pipe:
            for job_id in self.tasks:
                pipe.pexpire(in_progress_key_prefix + job_id, int(HELD_SECONDS * 1000))
            await pipe.execute()

    def _recount(self) -> None:
        """An error half-way through a poll leaves arq's own count of running jobs too high."""
        running = [task for task in self.tasks.values() if not task.done()]
        self.job_counter = len(running)
        self.sem = asyncio.BoundedSemaphore(self.max_jobs + 1)
        for _ in running:
            self.sem._value -= 1  # noqa: SLF001 - the semaphore has no public way to start lower than its bound
