"""The sweeper looks after steps that nobody works on: it queues lost jobs again and gives lost attempts up."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor
from application.gateway.presence import lease_name
from application.orchestration.pending import PendingStep, PendingSteps
from application.orchestration.run_journal import WORKER_ID
from application.policies import step_jobs
from application.ports import Clock, JobQueue, Leases
from domain import run_commands
from domain.kernel import Instant, Rejected

GRACE = timedelta(seconds=1.5)
"""So long a lease must be seen missing: longer than a worker takes to renew one that Redis has forgotten."""

log = structlog.get_logger()


class Performing(Protocol):
    """What the process that sweeps does itself, under its own lease."""

    @property
    def lease(self) -> UUID: ...

    def performs(self, run_id: UUID, step: str, attempt: int) -> bool: ...


class Sweeper:
    """Any number may sweep at once: all they do is harmless twice.

    The lives in `gone` are known to be over, so that what they were at is lost at once.
    """

    def __init__(
        self,
        pending: PendingSteps,
        executor: Executor,
        queue: JobQueue,
        leases: Leases,
        clock: Clock,
        *,
        own: Performing | None = None,
        gone: Collection[UUID] = (),
    ) -> None:
        self._pending = pending
        self._executor = executor
        self._queue = queue
        self._leases = leases
        self._clock = clock
        self._own = own
        self._gone = gone
        self._missing_since: dict[PendingStep | str, Instant] = {}

    async def sweep(self) -> None:
        """Look once. A lease that is missing at every look for GRACE is lost; a look that fails breaks the row."""
        missing, self._missing_since = self._missing_since, {}
        steps = await self._pending()
        running = [step for step in steps if step.status == "running"]
        held = await self._leases.held(sorted({_lease(step) for step in running}))
        now = self._clock()
        alone = [step for step in running if _lease(step) not in held or self._is_idle(step)]
        signs: dict[PendingStep, PendingStep | str] = {step: self._sign(step) for step in alone}
        self._missing_since = {sign: missing.get(sign, now) for sign in signs.values()}
        lost: dict[UUID, list[PendingStep]] = {}
        for step, sign in signs.items():
            if step.lease in self._gone or now - self._missing_since[sign] >= GRACE:
                lost.setdefault(step.run_id, []).append(step)
        await asyncio.gather(*(self._lose(each) for each in lost.values()))
        for step in steps:
            if step.status == "scheduled" and (step.due_at is None or now - step.due_at >= GRACE):
                await self._queue_again(step)

    def _is_idle(self, step: PendingStep) -> bool:
        """Whether the step is this process's own, and it does not do it."""
        own = self._own
        return own is not None and own.lease == step.lease and not own.performs(step.run_id, step.step, step.attempt)

    def _sign(self, step: PendingStep) -> PendingStep | str:
        """What is seen missing: the life of a worker, or within our own life one step."""
        return step if self._own is not None and step.lease == self._own.lease else _lease(step)

    async def _lose(self, steps: Sequence[PendingStep]) -> None:
        """Give up these of one run, one after the other."""
        for step in steps:
            actor = Actor(WORKER_ID, step.workspace_id, "system")
            command = run_commands.LoseStep(step.step, step.attempt)
            try:
                await self._executor.execute(
                    step.run_id, command, actor, correlation_id=step.run_id, causation="sweeper"
                )
            except (Rejected, NotFound):
                pass  # the read model may lag: the run decides whether the attempt is still under way
            except Z2Error:
                raise
            except Exception:
                log.exception("sweeper.step_skipped", run=str(step.run_id), step=step.step)
            else:
                log.warning("step.lost", run=str(step.run_id), step=step.step, attempt=step.attempt)

    async def _queue_again(self, step: PendingStep) -> None:
        arguments = step_jobs.StepJob(step.workspace_id, step.run_id, step.step, step.attempt)
        await self._queue.enqueue(step_jobs.job(step.scheduled_position, arguments, None, step.priority))


def _lease(step: PendingStep) -> str:
    """The name of the lease of the life that the step belongs to; one of which nothing is known is nobody's."""
    return lease_name(step.lease or UUID(int=0))
