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
        self._active: dict[tuple[UUID, str], tuple[int, asyncio.Task[None]]] = {}

    async def perform(self, job: StepJob) -> None:
        """Perform one attempt of a step, unless it is over or another has it."""
        attempt = Attempt(self._shop, job)
        key = (job.run_id, job.step)
        task = asyncio.create_task(attempt.carry_out())
        self._active[key] = (job.attempt, task)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                await attempt.give_up(task)
                raise
        finally:
            if self._active.get(key) == (job.attempt, task):
                del self._active[key]

    def observe(self, events: Sequence[Recorded]) -> None:
        """Stop at once what the log says is over; that closes the request to the model's provider."""
        for recorded in events:
            match recorded.event:
                case run_events.Cancelled():
                    for (run_id, _), (_, task) in list(self._active.items()):
                        if run_id == recorded.stream:
                            task.cancel()
                case run_events.StepLost(step, attempt):
                    under_way = self._active.get((recorded.stream, step))
                    if under_way and under_way[0] == attempt:
                        under_way[1].cancel()
                case _:
                    pass
