"""A worker that takes the jobs that are due, each workspace in its turn, and outlives a restart of Redis."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from application.tasks import ended
from domain.kernel import Record
from infrastructure import metrics
from infrastructure.redis.queue import ANSWER_SECONDS, WAKE, Body, deserialize
from infrastructure.redis.slots import Picked, RedisSlots

BEAT_SECONDS = 1.0
JOBS = 10

log = structlog.get_logger()


class Parked(Exception):
    """The job waits in the queue again, and is nobody's."""


class Taken(Record):
    """A job that has begun. `most` is what the queue knew of its workspace's limit, if it takes a slot."""

    id: str
    most: int | None


Work: TypeAlias = Callable[[Taken, dict[str, Any]], Awaitable[None]]


class WakingWorker:
    """`busy` tells how much else is done in this process, which leaves so much less room for jobs."""

    def __init__(
        self,
        redis: Redis,
        functions: Mapping[str, Work],
        slots: RedisSlots,
        *,
        max_jobs: int = JOBS,
        beat_seconds: float = BEAT_SECONDS,
        busy: Callable[[], int] = lambda: 0,
    ) -> None:
        self.allow_pick_jobs = True
        self._redis = redis
        self._functions = functions
        self._slots = slots
        self._max_jobs = max_jobs
        self._busy = busy
        self._beat = beat_seconds
        self._beaten = float("-inf")
        self._woken = asyncio.Event()
        self._news = True
        self._running: dict[str, asyncio.Task[None]] = {}
        self._done: set[str] = set()
        self._back: set[str] = set()
        slots.returned = self._woken.set

    @property
    def running(self) -> int:
        return len(self._running)

    async def main(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen())
            try:
                while True:
                    await self._turn()
                    await self._rest()
            finally:
                await ended(listening)

    async def _turn(self) -> None:
        """Tell what has ended, take what is due, and renew what is held here."""
        try:
            await self._settle()
            if self._news or time.monotonic() - self._beaten >= self._beat:
                await self._pick()
            if time.monotonic() - self._beaten >= self._beat:
                await self._slots.renew(self._running.keys())
                await self._slots.tidy()
                self._beaten = time.monotonic()
        except (RedisError, OSError) as error:
            log.warning("worker.redis_unavailable", error=type(error).__name__)
            await asyncio.sleep(self._beat)

    async def _settle(self) -> None:
        done, back = set(self._done), set(self._back)
        await self._slots.settle(done, back)
        self._done -= done
        self._back -= back

    async def _pick(self) -> None:
        if not self.allow_pick_jobs:
            return
        room = max(0, self._max_jobs - max(len(self._running), self._busy()))
        self._news = False
        picked = await self._slots.pick(room)
        self._news = self._news or self._slots.waiting or len(picked) == room
        for each in picked:
            # what Redis has forgotten that it is done here is held again, and nothing more
            if each.id not in self._running:
                task = asyncio.create_task(self._run(each))
                self._running[each.id] = task
                task.add_done_callback(partial(self._ended, each.id))

    def _ended(self, name: str, _: "asyncio.Task[None]") -> None:
        del self._running[name]
        self._woken.set()

    async def _run(self, job: Picked) -> None:
        try:
            body = deserialize(job.body)
            self._waited(body)
            await self._functions[body.name](Taken(job.id, job.most), body.arguments)
        except Parked:
            self._give_back(job)
        except asyncio.CancelledError:
            self._give_back(job)
            self._back.add(job.id)
            raise
        except Exception:
            log.exception("job.failed", job=job.id)
            self._over(job)
        else:
            self._over(job)

    def _waited(self, body: Body) -> None:
        if body.due_ms is not None:
            metrics.QUEUE_SECONDS.observe(max(0.0, time.time() - body.due_ms / 1000))

    def _over(self, job: Picked) -> None:
        self._done.add(job.id)
        self._give_back(job)

    def _give_back(self, job: Picked) -> None:
        """The slot that was taken with the job, unless it was passed on to what is still done here."""
        lane = f"workspace:{job.workspace}"
        if job.workspace and not self._slots.holds(job.id, lane):
            self._slots.give_back(job.id, [lane])

    async def wind_down(self, seconds: float) -> None:
        """Take no more jobs, let the running ones finish for so long, then hand the others on."""
        self.allow_pick_jobs = False
        running = set(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            await ended(*late)
        try:
            await self._settle()
        except (RedisError, OSError) as error:
            log.warning("worker.redis_unavailable", error=type(error).__name__)

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
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(WAKE)
                    while await self._heard(channel):
                        self._news = True
                        self._woken.set()
            except (RedisError, OSError):
                await asyncio.sleep(self._beat)

    async def _heard(self, channel: PubSub) -> bool:
        """Whether anything is to be heard, if only an answer to the question whether Redis is there."""
        if await channel.get_message(timeout=ANSWER_SECONDS):
            return True
        await channel.ping()
        return bool(await channel.get_message(timeout=ANSWER_SECONDS))
