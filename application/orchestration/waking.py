"""What runs wait for comes due: deadlines, moments, and the patience of those who wait for people."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor
from application.orchestration.run_journal import WORKER_ID
from application.ports import Clock
from domain import run_commands
from domain.kernel import Instant, Rejected

AT_ONCE = 200

log = structlog.get_logger()


class DueRuns(Protocol):
    async def __call__(self, now: Instant, limit: int) -> Sequence[tuple[UUID, UUID]]:
        """Workspace and id of runs of which something is due by now, the longest due first. Raises Unavailable."""
        ...


class Waking:
    """Any number may look at once: a run that is woken for nothing does nothing."""

    def __init__(self, due: DueRuns, executor: Executor, clock: Clock) -> None:
        self._due = due
        self._executor = executor
        self._clock = clock

    async def sweep(self) -> None:
        """Wake what is due now."""
        for workspace_id, run_id in await self._due(self._clock(), AT_ONCE):
            await self._wake(run_id, Actor(WORKER_ID, workspace_id, "system"))

    async def _wake(self, run_id: UUID, actor: Actor) -> None:
        wake = run_commands.WakeRun()
        try:
            await self._executor.execute(run_id, wake, actor, correlation_id=run_id, causation="waking")
        except (Rejected, NotFound):
            pass  # the read model may lag
        except Z2Error:
            raise
        except Exception:
            log.exception("waking.run_skipped", run=str(run_id))
