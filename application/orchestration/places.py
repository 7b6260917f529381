"""Places: what each step that this process does holds of its lanes, and how one step hands that to the next."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol, TypeAlias
from uuid import UUID, uuid4

from application.errors import NotFound, Unavailable
from application.execute import Executor
from application.orchestration.limits import Limits, lane
from application.orchestration.patience import patiently
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.slots import Lane, Slots
from application.policies.step_jobs import StepJob
from application.ports import Clock
from domain import run
from domain.kernel import Command, Context, Record, Rejected
from domain.run_commands import BeginStep, CompleteStep, OpenStep, PassStep
from domain.run_events import StepScheduled
from domain.run_state import Run

Key: TypeAlias = tuple[UUID, str, int]
"""Run, step and attempt."""

LOOK_SECONDS = 0.2
OVER = frozenset({"completed", "failed", "cancelled"})


class Place(Record):
    """The lanes that a step is in, under one name."""

    holder: str
    lanes: frozenset[str]


class Steps(Protocol):
    """What a worker asks before it does a step, and after."""

    def onward(self, job: StepJob, command: Command, most: int) -> AbstractAsyncContextManager[int]:
        """With how many of the steps that the command makes ready the process may go on, at most so many."""
        ...

    async def ready(self, job: StepJob) -> None:
        """Return once the step may be done."""
        ...

    def leave(self, job: StepJob) -> None:
        """The step is over here, or was handed on."""
        ...


class Unbounded:
    """Where nothing is limited."""

    @asynccontextmanager
    async def onward(self, job: StepJob, command: Command, most: int) -> AsyncIterator[int]:
        yield most

    async def ready(self, job: StepJob) -> None: ...

    def leave(self, job: StepJob) -> None: ...


class Places:
    """The places of one life of a process, whose `lease` its steps carry.

    `gives_way` tells whether a workspace should let others go first: its steps then go to the queue again.
    `wanted` tells whether others have waited for a lane for a while: it is not passed on then.
    """

    def __init__(
        self,
        executor: Executor,
        slots: Slots,
        limits: Limits,
        clock: Clock,
        lease: UUID,
        *,
        gives_way: Callable[[UUID], bool] = lambda _: False,
        wanted: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._executor = executor
        self._slots = slots
        self._limits = limits
        self._clock = clock
        self._lease = lease
        self._gives_way = gives_way
        self._wanted = wanted
        self._places: dict[Key, Place] = {}
        self._counted: dict[UUID, str] = {}

    async def enter(self, job: StepJob, name: str, most: int | None) -> bool:
        """Take what a job of the queue needs besides its workspace's slot, which it has by a limit of `most`.

        False where it waits in the queue again, until there is room for it.
        """
        if _key(job) in self._places:
            return True
        lanes = await patiently(lambda: self._lanes(job))
        holder = name
        own, *others = lanes
        if own.most != most:
            self._slots.give_back(holder, [own.name])
            holder, others = uuid4().hex, list(lanes)
        if others and not await patiently(lambda: self._slots.take([(holder, others)], job=name)):
            return False
        self._slots.adopt(holder, own.name)
        self._places[_key(job)] = Place(holder, _names(lanes))
        self._counted.update((job.run_id, each.name) for each in lanes if each.run is not None)
        return True

    @asynccontextmanager
    async def onward(self, job: StepJob, command: Command, most: int) -> AsyncIterator[int]:
        """The lanes of those steps are held while the block runs, and from then on by those that it has begun."""
        place = self._places.get(_key(job))
        coming = [] if place is None else await self._coming(job, command, place, most)
        try:
            yield len(coming)
        finally:
            if place is not None:
                self._move(job, place, coming)

    async def _coming(self, job: StepJob, command: Command, place: Place, most: int) -> list[tuple[StepJob, Place]]:
        """The steps that will be ready, as far as there is room for them, each with its place."""
        if not most or self._gives_way(job.workspace_id) or any(self._wanted(each) for each in place.lanes):
            return []
        try:
            after, jobs = self._following(job, command)
            jobs = jobs[:most]
            wanted = [[each for each in await self._limits.lanes(next_, after) if each.run is None] for next_ in jobs]
            coming = [
                (next_, Place(uuid4().hex if number else place.holder, _names(lanes)))
                for number, (next_, lanes) in enumerate(zip(jobs, wanted, strict=True))
            ]
            missing = [
                (at.holder, [each for each in lanes if number or each.name not in place.lanes])
                for number, ((_, at), lanes) in enumerate(zip(coming, wanted, strict=True))
            ]
            if not any(lanes for _, lanes in missing):
                return coming
            return coming[: await self._slots.take(missing)]
        except Unavailable:
            return []

    def _following(self, job: StepJob, command: Command) -> tuple[Run, list[StepJob]]:
        """What the record would have begin now; where it changes meanwhile, `ready` sees to what begins instead."""
        state = self._executor.states.remembered(job.run_id).state
        if not isinstance(state, Run) or not isinstance(command, CompleteStep | OpenStep | PassStep):
            return Run(), []
        context = Context(job.workspace_id, WORKER_ID, self._clock(), job.run_id)
        try:
            if state.steps[job.step].status == "scheduled":  # a quick step begins in the append that ends it
                begin = BeginStep(job.step, job.attempt, self._lease)
                state = run.decider.fold(run.decider.decide(begin, state, context), state)
            events = run.decider.decide(command, state, context)
        except (KeyError, Rejected):
            return state, []
        ready = [event for event in events if isinstance(event, StepScheduled) and event.due_at <= context.at]
        jobs = [StepJob(job.workspace_id, job.run_id, event.step, event.attempt) for event in ready]
        return run.decider.fold(events, state), jobs

    def _move(self, job: StepJob, place: Place, coming: Sequence[tuple[StepJob, Place]]) -> None:
        """Keep the places of the steps that have begun, and give back what nobody needs."""
        state = self._executor.states.remembered(job.run_id).state
        for number, (next_, at) in enumerate(coming):
            if self._is_ours(state, next_):
                self._places[_key(next_)] = at
                if number == 0:
                    del self._places[_key(job)]
                    self._slots.give_back(place.holder, sorted(place.lanes - at.lanes))
            else:
                self._slots.give_back(at.holder, sorted(at.lanes if number else at.lanes - place.lanes))

    def _is_ours(self, state: object, job: StepJob) -> bool:
        step = state.steps.get(job.step) if isinstance(state, Run) else None
        return step is not None and (step.status, step.attempt, step.lease) == ("running", job.attempt, self._lease)

    async def ready(self, job: StepJob) -> None:
        if _key(job) in self._places:
            return
        holder = uuid4().hex
        lanes = [each for each in await patiently(lambda: self._lanes(job)) if each.run is None]
        while not await patiently(lambda: self._slots.take([(holder, lanes)])):  # noqa: ASYNC110 -- others make room
            await asyncio.sleep(LOOK_SECONDS)
        self._places[_key(job)] = Place(holder, _names(lanes))

    def leave(self, job: StepJob) -> None:
        place = self._places.pop(_key(job), None)
        if place is not None:
            self._slots.give_back(place.holder, sorted(place.lanes))
        state = self._executor.states.remembered(job.run_id).state
        if isinstance(state, Run) and state.status in OVER and (counted := self._counted.pop(job.run_id, "")):
            self._slots.give_back(str(job.run_id), [counted])

    async def _lanes(self, job: StepJob) -> tuple[Lane, ...]:
        """None but the workspace's for a step that is not to be done any more."""
        known = self._executor.states.remembered(job.run_id)
        state = known.state if known.workspace_id == job.workspace_id else None
        if not isinstance(state, Run):
            try:
                state = await self._executor.state(job.run_id, job.workspace_id)
            except NotFound:
                state = None
        if isinstance(state, Run) and state.status not in OVER:
            return await self._limits.lanes(job, state)
        return (Lane(lane("workspace", job.workspace_id), await self._limits.steps_of(job.workspace_id)),)


def _key(job: StepJob) -> Key:
    return job.run_id, job.step, job.attempt


def _names(lanes: Sequence[Lane]) -> frozenset[str]:
    return frozenset(each.name for each in lanes if each.run is None)
