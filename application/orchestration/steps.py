"""What a worker process does with the steps it is given, how it goes on from them, and when it stops."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias
from uuid import UUID

import structlog

from application.orchestration.attempt import Attempt
from application.orchestration.places import Steps, Unbounded
from application.orchestration.room import MOST_QUICK, Room, is_slow
from application.orchestration.workshop import Workshop
from application.policies.step_jobs import StepJob
from application.ports import Recorded
from application.tasks import ended
from domain import run_events, run_state
from domain.kernel import Command
from domain.run_values import RunStatus

SLOTS = 20

Key: TypeAlias = tuple[UUID, str, int]
"""Run, step and attempt."""

ENDED: frozenset[RunStatus] = frozenset({"completed", "cancelled"})

log = structlog.get_logger()


class StepWorker:
    """Performs steps. The log is the fence: what another worker has begun is refused there, lease or not.

    A step that makes others ready is followed by as many of them as `free` says, which counts the place that it leaves
    itself; at 0 they go to the queue, where others may be before them.
    """

    def __init__(
        self,
        shop: Workshop,
        *,
        slots: int = SLOTS,
        free: Callable[[], int] | None = None,
        places: Steps | None = None,
    ) -> None:
        self.lease = shop.lease
        self._shop = shop
        self._slots = slots
        self._free = free
        self._places = places or Unbounded()
        self._active: dict[Key, Attempt] = {}
        self._tasks: dict[asyncio.Task[None], Attempt] = {}
        self._beside: set[asyncio.Task[None]] = set()
        self._promised = 0
        self._stopping = False

    @property
    def busy(self) -> int:
        """So many steps are under way here, or about to be."""
        return len(self._active) + self._promised

    @property
    def performing(self) -> int:
        """So many of those that are under way take room."""
        return sum(not attempt.quick for attempt in self._active.values())

    def _left(self, job: StepJob) -> Room:
        """The room that there is once the step is over."""
        if self._stopping:
            return Room(0)
        taking = self.performing
        ending = self._active.get(_key(job))
        own = 0 if ending is not None and ending.quick else 1
        slow = max(0, self._slots - taking - self._promised) + own if self._free is None else self._free()
        return Room(slow, max(0, MOST_QUICK - (len(self._active) - taking)))

    def performs(self, run_id: UUID, step: str, attempt: int) -> bool:
        return (run_id, step, attempt) in self._active

    async def perform(self, job: StepJob) -> None:
        """Perform one attempt of a step, unless it is over or another has it, and then what it has made ready."""
        if attempt := self._claimed(Attempt(self._shop, job, self._room)):
            await self._follow(attempt)

    async def wind_down(self, seconds: float) -> None:
        """Go on with nothing more; give those that were gone on with so long to end, and hand the others on."""
        self._stopping = True
        if self._beside:
            _, late = await asyncio.wait(set(self._beside), timeout=seconds)
            await ended(*late)

    def observe(self, events: Sequence[Recorded]) -> None:
        """Stop at once what the log says is over; that closes the request to the model's provider."""
        for recorded in events:
            match recorded.event:
                case run_events.Cancelled() | run_events.CompensationBegun() | run_events.Failed(step=""):
                    self._stop(recorded)
                case run_events.StepLost(step, attempt):
                    self._stop(recorded, step, attempt)
                case run_events.StepFailed(step=step, final=True) | run_events.StepSkipped(step=step):
                    self._stop(recorded, step)
                case _:
                    pass

    def _stop(self, over: Recorded, step: str = "", attempt: int | None = None) -> None:
        """Stop what was begun before this for the run, for a step and all inside it, or for one attempt."""
        for task, made in self._tasks.items():
            job = made.job
            within = not step or job.step == step or job.step.startswith(f"{step}.")
            if job.run_id == over.stream and within and made.since < over.version and attempt in (None, job.attempt):
                task.cancel()

    async def _follow(self, attempt: Attempt) -> None:
        """Carry out an attempt, then one of those that it has made ready; the others are gone on with beside it."""
        following: Attempt | None = attempt
        while following is not None:
            await self._carry_out(following)
            mine = self._taken(following.job) if following.recorded else []
            following = mine[0] if mine else None
            for other in mine[1:]:
                task = asyncio.create_task(self._follow(other))
                self._beside.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._beside.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("step.broken_off", exc_info=error)

    async def _carry_out(self, attempt: Attempt) -> None:
        task = asyncio.create_task(self._in_place(attempt))
        self._tasks[task] = attempt
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                await attempt.give_up(task)
                raise
        finally:
            del self._tasks[task]
            del self._active[_key(attempt.job)]
            self._places.leave(attempt.job)

    async def _in_place(self, attempt: Attempt) -> None:
        await self._places.ready(attempt.job)
        await attempt.carry_out()

    def _claimed(self, attempt: Attempt) -> Attempt | None:
        """The attempt, unless it is under way here already."""
        key = _key(attempt.job)
        if key in self._active:
            return None
        self._active[key] = attempt
        return attempt

    def _taken(self, job: StepJob) -> list[Attempt]:
        """What the record says that this process goes on with, and that it does not do yet."""
        known = self._shop.executor.states.remembered(job.run_id)
        run = known.state
        if not isinstance(run, run_state.Run) or run.status in ENDED:
            return []
        made = [
            Attempt(
                self._shop,
                StepJob(job.workspace_id, job.run_id, name, step.attempt),
                self._room,
                begun=True,
                since=known.version,
                quick=not is_slow(step.node),
            )
            for name, step in run.steps.items()
            if step.status == "running" and step.lease == self.lease
        ]
        return [attempt for attempt in made if self._claimed(attempt)]

    @asynccontextmanager
    async def _room(self, job: StepJob, command: Command) -> AsyncIterator[int]:
        """Room for the steps that follow one that ends."""
        room = self._left(job)
        beside = max(0, room.slow - 1)
        self._promised += beside
        try:
            async with self._places.onward(job, command, room) as going:
                self._promised -= beside
                beside = max(0, going.slow - 1)
                self._promised += beside
                yield going.most
        finally:
            self._promised -= beside


def _key(job: StepJob) -> Key:
    return job.run_id, job.step, job.attempt
