"""The sweeper looks after steps that nobody works on: it queues lost jobs again and gives lost attempts up."""

from datetime import timedelta

import structlog

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor
from application.orchestration.attempt import lease_name
from application.orchestration.run_journal import WORKER_ID
from application.policies import step_jobs
from application.ports import Clock, JobQueue, Leases, PendingStep, PendingSteps
from domain import run_commands
from domain.kernel import Instant, Rejected

GRACE = timedelta(seconds=1.5)
"""So long a lease must be seen missing: longer than a worker takes to renew one that Redis has forgotten."""

log = structlog.get_logger()


class Sweeper:
    """Any number may sweep at once: all they do is harmless twice."""

    def __init__(
        self, pending: PendingSteps, executor: Executor, queue: JobQueue, leases: Leases, clock: Clock
    ) -> None:
        self._pending = pending
        self._executor = executor
        self._queue = queue
        self._leases = leases
        self._clock = clock
        self._missing_since: dict[str, Instant] = {}

    async def sweep(self) -> None:
        """Look once. A lease that is missing at every look for GRACE is lost; a look that fails breaks the row."""
        missing, self._missing_since = self._missing_since, {}
        steps = await self._pending()
        running = {_lease(step): step for step in steps if step.status == "running"}
        held = await self._leases.held(list(running))
        now = self._clock()
        self._missing_since = {name: missing.get(name, now) for name in running if name not in held}
        for name, since in self._missing_since.items():
            if now - since >= GRACE:
                await self._lose(running[name])
        for step in steps:
            if step.status == "scheduled" and (step.due_at is None or now - step.due_at >= GRACE):
                await self._queue_again(step)

    async def _lose(self, step: PendingStep) -> None:
        log.warning("step.lost", run=str(step.run_id), step=step.step, attempt=step.attempt)
        actor = Actor(WORKER_ID, step.workspace_id, "system")
        command = run_commands.LoseStep(step.step, step.attempt)
        try:
            await self._executor.execute(step.run_id, command, actor, correlation_id=step.run_id, causation="sweeper")
        except (Rejected, NotFound):
            pass  # the read model may lag: the run decides whether the attempt is still under way
        except Z2Error:
            raise
        except Exception:
            log.exception("sweeper.step_skipped", run=str(step.run_id), step=step.step)

    async def _queue_again(self, step: PendingStep) -> None:
        arguments = step_jobs.StepJob(step.workspace_id, step.run_id, step.step, step.attempt)
        await self._queue.enqueue(step_jobs.job(step.scheduled_position, arguments, None))


def _lease(step: PendingStep) -> str:
    return lease_name(step.run_id, step.step, step.attempt)
