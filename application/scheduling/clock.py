"""The clock: whatever is due is started, once, by whichever worker comes first."""

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID, uuid5

import structlog

from application.access import Actor, on_behalf_of
from application.errors import Invalid, NotAllowed, NotFound, TooMuchContention, Unavailable
from application.execute import Executor, Order
from application.orchestration.start import Starter, StartRequest
from application.ports import Clock, Payloads
from application.scheduling.authors import Authors
from application.scheduling.moments import following, latest
from domain.kernel import Instant, Record, Rejected
from domain.run_state import Run
from domain.schedule import FireSchedule, PassSchedule, Schedule, Terms

CLOCK_ID = UUID("00000000-0000-4000-8000-000000000005")
"""The actor that the log names where Z2 itself passes a moment over."""

LOOK_SECONDS = 1.0

OVER = ("completed", "failed", "cancelled")

log = structlog.get_logger()


class DueSchedules(Protocol):
    async def __call__(self, now: Instant) -> Sequence[tuple[UUID, UUID]]:
        """The workspaces and ids of the schedules that are due, as the read model knows them."""
        ...


class Moment(Record):
    """A schedule, the latest moment at which it was due, and when it is due again."""

    workspace_id: UUID
    id: UUID
    schedule: Schedule
    terms: Terms
    workflow_id: UUID
    at: Instant
    next_at: Instant | None

    @property
    def run_id(self) -> UUID:
        """The same for whoever starts it."""
        return run_of(self.id, self.at)


def run_of(schedule_id: UUID, at: Instant) -> UUID:
    """The run that a schedule starts at a moment."""
    return uuid5(schedule_id, at.isoformat())


class ScheduleClock:
    """Any number may tick at once. That it was due and that its run is started go into the log together, or not at all.

    So a worker that ends at any point loses nothing, and nobody starts anything twice.
    """

    def __init__(
        self, due: DueSchedules, executor: Executor, starter: Starter, payloads: Payloads, clock: Clock
    ) -> None:
        self._due = due
        self._executor = executor
        self._starter = starter
        self._payloads = payloads
        self._clock = clock
        self._authors = Authors(executor.states, clock)

    async def run(self) -> None:
        """Look each second, for ever."""
        while True:
            try:
                await self.tick()
            except (Unavailable, TooMuchContention) as error:
                log.warning("clock.waiting", reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def tick(self) -> None:
        """See to all that are due. Raises Unavailable and TooMuchContention; what else fails stops no other."""
        for workspace_id, schedule_id in await self._due(self._clock()):
            try:
                await self._see_to(workspace_id, schedule_id)
            except (Unavailable, TooMuchContention):
                raise
            except Exception:
                log.exception("clock.schedule_failed", schedule=str(schedule_id))

    async def _see_to(self, workspace_id: UUID, schedule_id: UUID) -> None:
        moment = await self._moment(workspace_id, schedule_id)
        if moment is None:
            return
        author = await self._authors.actor(moment.terms.author, workspace_id)
        if author is None:
            detail = "whoever made this schedule may not start runs any more; revise it to take it over"
            await self._pass(moment, NotAllowed.code, detail)
        elif await self._overlaps(moment):
            await self._pass(moment, "overlap", "its last run was not over")
        else:
            await self._fire(moment, author)

    async def _moment(self, workspace_id: UUID, schedule_id: UUID) -> Moment | None:
        """What is to be done, as the log says now: the read model may be behind."""
        now = self._clock()
        known = (await self._executor.states.refresh(schedule_id)).state
        if not isinstance(known, Schedule) or known.status != "active" or known.next_at is None or known.next_at > now:
            return None
        assert known.terms is not None, "a schedule that there is has terms"
        assert known.workflow_id is not None, "a schedule that there is starts a workflow"
        cron, zone = known.terms.cron, known.terms.zone
        at, next_at = latest(cron, zone, known.next_at, now), following(cron, zone, now)
        return Moment(workspace_id, schedule_id, known, known.terms, known.workflow_id, at, next_at)

    async def _overlaps(self, moment: Moment) -> bool:
        last = moment.schedule.last_run
        if moment.terms.overlap == "allow" or last is None:
            return False
        run = (await self._executor.states.refresh(last)).state
        return isinstance(run, Run) and run.status not in OVER

    async def _fire(self, moment: Moment, author: Actor) -> None:
        """Start the run; where it cannot be started, that is what the schedule says."""
        terms = moment.terms
        try:
            text = await self._payloads.get(moment.workspace_id, terms.input)
            request = StartRequest(
                terms.title,
                text,
                workflow_id=moment.workflow_id,
                media_type=terms.input.media_type,
                priority=terms.priority,
            )
            start = await self._starter.order(moment.run_id, request, author)
            fire = Order(moment.id, FireSchedule(moment.at, moment.run_id, moment.next_at))
            await self._executor.execute_together(
                [fire, start],
                on_behalf_of(author),
                correlation_id=moment.run_id,
                causation=f"schedule:{moment.id}",
            )
        except (Rejected, Invalid, NotFound) as refused:
            await self._pass(moment, refused.code, str(refused))

    async def _pass(self, moment: Moment, code: str, detail: str) -> None:
        log.info("clock.schedule_skipped", schedule=str(moment.id), code=code)
        actor = Actor(CLOCK_ID, moment.workspace_id, "system")
        command = PassSchedule(moment.at, code, detail, moment.next_at)
        await self._executor.execute(moment.id, command, actor, correlation_id=moment.run_id)
