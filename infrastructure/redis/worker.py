"""An arq worker that wakes at once, renews what it holds, and outlives a restart of Redis."""

import asyncio
from typing import Any

import structlog
from arq.constants import in_progress_key_prefix
from arq.worker import Worker
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from application.tasks import ended
from infrastructure.redis.queue import ANSWER_SECONDS, WAKE

HELD_SECONDS = 4.0
BEAT_SECONDS = 1.0
READ_AT_ONCE = 2_000
"""Jobs that others hold stay in the queue: of fewer, all could be held, and those behind them would never be seen."""

log = structlog.get_logger()


class WakingWorker(Worker):
    """arq keeps a dead worker's job for its whole time-out; here it is free again after `held_seconds`."""

    def __init__(
        self,
        *args: Any,
        held_seconds: float = HELD_SECONDS,
        beat_seconds: float = BEAT_SECONDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            *args,
            poll_delay=beat_seconds,
            keep_result=0,
            log_results=False,
            queue_read_limit=READ_AT_ONCE,
            **kwargs,
        )
        self.in_progress_timeout_s = held_seconds
        self._beat = beat_seconds
        self._woken = asyncio.Event()
        self._running: set[asyncio.Task[Any]] = set()

    async def main(self) -> None:
        if self.on_startup:
            await self.on_startup(self.ctx)
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            try:
                while True:
                    await self._turn()
            finally:
                await ended(listening)

    async def _turn(self) -> None:
        """Take what is due, and rest."""
        try:
            await self._poll_iteration()
            await self._renew()
        except (RedisError, OSError) as error:
            log.warning("worker.redis_unavailable", error=type(error).__name__)
            self._recount()
            await asyncio.sleep(self._beat)
        await self._rest()

    async def wind_down(self, seconds: float) -> None:
        """Take no more jobs, let the running ones finish for so long, then cancel them and wait."""
        self.allow_pick_jobs = False
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=seconds)
            await ended(*late)

    async def _rest(self) -> None:
        """Until a job is announced, a running one ends, or a beat has passed; due jobs need the beat."""
        try:
            async with asyncio.timeout(self._beat):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _listen(self) -> None:
        while True:
            try:
                async with self.pool.pubsub() as channel:
                    await channel.subscribe(WAKE)
                    while await self._heard(channel):
                        self._woken.set()
            except (RedisError, OSError):
                await asyncio.sleep(self._beat)

    async def _heard(self, channel: PubSub) -> bool:
        """Whether anything is to be heard, if only an answer to the question whether Redis is there."""
        if await channel.get_message(timeout=ANSWER_SECONDS):
            return True
        await channel.ping()
        return bool(await channel.get_message(timeout=ANSWER_SECONDS))

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """Start those that are free. What runs here is not, even where Redis has forgotten that it does."""
        free = await self._free(job_ids)
        before = set(self.tasks.values())
        try:
            await super().start_jobs(free)
        finally:
            for task in set(self.tasks.values()) - before:
                self._running.add(task)
                task.add_done_callback(self._ended)

    async def _free(self, job_ids: list[bytes]) -> list[bytes]:
        here = {job_id for job_id, task in self.tasks.items() if task in self._running}
        names = [job_id.decode() for job_id in job_ids]
        held = await self.pool.mget([in_progress_key_prefix + name for name in names]) if names else []
        found = zip(job_ids, names, held, strict=True)
        return [job_id for job_id, name, holder in found if holder is None and name not in here]

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        self._woken.set()

    async def _renew(self) -> None:
        async with self.pool.pipeline(transaction=False) as pipe:
            for job_id in self.tasks:
                pipe.pexpire(in_progress_key_prefix + job_id, int(self.in_progress_timeout_s * 1000))
            await pipe.execute()

    def _recount(self) -> None:
        """An error half-way through a poll leaves arq's own count of running jobs too high.

        Whether a task is done is no measure: arq counts it until its callbacks have run.
        """
        self.job_counter = len(self._running)
        self.sem = asyncio.BoundedSemaphore(self.max_jobs + 1)
        for _ in self._running:
            self.sem._value -= 1  # noqa: SLF001 -- a semaphore has no public way to start below its bound
