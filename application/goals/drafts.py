"""What the planner of a goal has come to goes on the record of the goal: by a worker, or by whoever looks first."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor, Order
from application.goals import drafting
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.texts import Texts
from domain import goal
from domain.kernel import Record, Rejected
from domain.run_state import Run

log = structlog.get_logger()


class Awaited(Record):
    """A goal without a draft, as the read model knows it."""

    workspace_id: UUID
    goal_id: UUID


class AwaitedDrafts(Protocol):
    async def __call__(self) -> Sequence[Awaited]:
        """Goals without a draft whose planner is done by what the read model knows. Raises Unavailable."""
        ...


class Drafts:
    """All of it is harmless twice."""

    def __init__(self, executor: Executor, texts: Texts) -> None:
        self._executor = executor
        self._texts = texts

    async def settle(self, goal_id: UUID, found: goal.Goal, actor: Actor) -> bool:
        """Record the draft or the refusal; nothing where there is one already, or the planner is at it still."""
        if found.status != "asked" or found.asked is None or found.asked.planned_by is None:
            return False
        run = await self._executor.state(found.asked.planned_by, actor.workspace_id)
        if not isinstance(run, Run) or run.status not in drafting.OVER:
            return False
        told = await self._texts.value(actor.workspace_id, run.output)
        command, texts = drafting.outcome(run, told, found.asked.budget)
        small = await self._texts.store(actor.workspace_id, texts)
        await self._executor.execute_together([Order(goal_id, command, tuple(small))], actor, correlation_id=goal_id)
        return True

    async def sweep(self, awaited: AwaitedDrafts) -> None:
        """Settle all those that nobody has looked at."""
        for each in await awaited():
            try:
                await self._settled(each)
            except Z2Error:
                raise
            except Exception:
                log.exception("goals.skipped", goal=str(each.goal_id))

    async def _settled(self, each: Awaited) -> None:
        try:
            found = await self._executor.state(each.goal_id, each.workspace_id)
            if isinstance(found, goal.Goal):
                await self.settle(each.goal_id, found, Actor(WORKER_ID, each.workspace_id, "system"))
        except (Rejected, NotFound) as reason:
            log.info("goals.left_alone", goal=str(each.goal_id), reason=str(reason))
