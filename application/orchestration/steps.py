"""What a worker process does with the steps it is given, and when it stops."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from application.orchestration.attempt import Attempt, Workshop
from application.policies.step_jobs import StepJob
from application.ports import Recorded
from domain import run_events


class StepWorker:
    """Performs steps. The log is the fence: what another worker has begun is refused there, lease or not."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._active: dict[asyncio.Task[None], StepJob] = {}

    async def perform(self, job: StepJob) -> None:
        """Perform one attempt of a step, unless it is over or another has it."""
        attempt = Attempt(self._shop, job)
        task = asyncio.create_task(attempt.carry_out())
        self._active[task] = job
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                await attempt.give_up(task)
                raise
        finally:
            del self._active[task]

    def observe(self, events: Sequence[Recorded]) -> None:
        """Stop at once what the log says is over; that closes the request to the model's provider."""
        for recorded in events:
            match recorded.event:
                case run_events.Cancelled():
                    self._stop(recorded.stream)
                case run_events.StepLost(step, attempt):
                    self._stop(recorded.stream, (step, attempt))
                case _:
                    pass

    def _stop(self, run_id: UUID, only: tuple[str, int] | None = None) -> None:
        """Stop what is done for a run, or only one attempt of a step."""
        for task, job in self._active.items():
            if job.run_id == run_id and only in (None, (job.step, job.attempt)):
                task.cancel()
