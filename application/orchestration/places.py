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
from application.orchestration.room import Room, fitting, is_slow, taken
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

    def onward(self, job: StepJob, command: Command, room: Room) -> AbstractAsyncContextManager[Room]:
        """With how many of the steps that the command makes ready the process may go on, as far as it has room."""
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
    async def onward(self, job: StepJob, command: Command, room: Room) -> AsyncIterator[Room]:
        yield Room(room.slow)

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
    async def onward(self, job: StepJob, command: Command, room: Room) -> AsyncIterator[Room]:
        """The lanes of those steps are held while the block runs, and from then on by those that it has begun."""
        place = self._places.get(_key(job))
        if place is None:
            yield Room(0)
            return
        coming: list[tuple[StepJob, Place]] = []
        going = Room(0)
        if room.most and not self._holds_back(job, place) and (foreseen := self._following(job, command)):
            after, jobs = foreseen
            coming = await self._coming(place, after, fitting(jobs, after, room))
            # where nothing follows yet, the steps beside it may end in the same append, and then something does
            going = taken([next_ for next_, _ in coming], after) if jobs else Room(min(1, room.slow))
        try:
            yield going
        finally:
            self._move(job, place, coming)

    def _holds_back(self, job: StepJob, place: Place) -> bool:
        return self._gives_way(job.workspace_id) or any(self._wanted(each) for each in place.lanes)

    async def _coming(self, place: Place, after: Run, jobs: Sequence[StepJob]) -> list[tuple[StepJob, Place]]:
        """The steps that will be ready, as far as there is room for them in their lanes, each with its place."""
        try:
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

    def _following(self, job: StepJob, command: Command) -> tuple[Run, list[StepJob]] | None:
        """What the record would have begin now; where it changes meanwhile, `ready` sees to what begins instead."""
        state = self._executor.states.remembered(job.run_id).state
        if not isinstance(state, Run) or not isinstance(command, CompleteStep | OpenStep | PassStep):
            return None
        context = Context(job.workspace_id, WORKER_ID, self._clock(), job.run_id)
        try:
            if state.steps[job.step].status == "scheduled":  # a quick step begins in the append that ends it
                begin = BeginStep(job.step, job.attempt, self._lease)
                state = run.decider.fold(run.decider.decide(begin, state, context), state)
            events = run.decider.decide(command, state, context)
        except (KeyError, Rejected):
            return None
        ready = [event for event in events if isinstance(event, StepScheduled) and event.due_at <= context.at]
        jobs = [StepJob(job.workspace_id, job.run_id, event.step, event.attempt) for event in ready]
        return run.decider.fold(events, state) if jobs else state, jobs

    def _move(self, job: StepJob, place: Place, coming: Sequence[tuple[StepJob, Place]]) -> None:
        """Keep the places of the steps that have begun, and give back what nobody needs."""
        state = self._executor.states.remembered(job.run_id).state
        if not coming and isinstance(state, Run):
            self._pass_on(job, place, state)
        for number, (next_, at) in enumerate(coming):
            if self._is_ours(state, next_) and _key(next_) not in self._places:
                self._places[_key(next_)] = at
                if number == 0:
                    del self._places[_key(job)]
                    self._slots.give_back(place.holder, sorted(place.lanes - at.lanes))
            else:
                self._slots.give_back(at.holder, sorted(at.lanes if number else at.lanes - place.lanes))

    def _pass_on(self, job: StepJob, place: Place, state: Run) -> None:
        """The place is for the step that has begun unforeseen, if that needs no more of the lanes."""
        for name, step in state.steps.items():
            key = job.run_id, name, step.attempt
            if step.lease == self._lease and step.status == "running" and key not in self._places:
                if not is_slow(step.node) and place.lanes == {lane("workspace", job.workspace_id)}:
                    self._places[key] = self._places.pop(_key(job))
                return

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
        place = Place(holder, _names(lanes))
        if self._places.setdefault(_key(job), place) is not place:  # somebody has passed theirs on meanwhile
            self._slots.give_back(holder, sorted(place.lanes))

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
