"""Runs that other runs have started: their end is told to the step that waits, and those given up are cancelled."""

from collections.abc import Sequence
from typing import Literal, Protocol
from uuid import UUID

import structlog

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor
from application.orchestration.run_journal import WORKER_ID
from application.policies.child_runs import CancelJob, ChildJob
from domain import run_commands
from domain.kernel import Command, Record, Rejected
from domain.run_spending import spent_in
from domain.run_state import Run
from domain.run_values import Parent, RunStatus

_ENDS: dict[RunStatus, Literal["completed", "failed", "cancelled"]] = {
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}

log = structlog.get_logger()


class Awaited(Record):
    """A step that waits for another run, as the read model knows it."""

    workspace_id: UUID
    run_id: UUID
    step: str
    child_id: UUID


class AwaitedRuns(Protocol):
    async def __call__(self) -> Sequence[Awaited]:
        """Steps that wait for other runs which are over by what the read model knows. Raises Unavailable."""
        ...


class Children:
    """All of it is harmless twice."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    async def end(self, job: ChildJob) -> None:
        """Tell the step that waits for a run what became of it; nothing where it goes on, or nobody waits."""
        child = await self._run(job.run_id, job.workspace_id)
        status = _ENDS.get(child.status)
        if status is None:
            return
        told = run_commands.EndChild(
            job.parent.step,
            job.run_id,
            status,
            child.output if status == "completed" else None,
            child.code or "",
            child.detail or "",
            spent_in(child, "micro_usd"),
            spent_in(child, "tokens"),
        )
        await self._do(job.parent.run_id, told, job.workspace_id, f"run:{job.run_id}")

    async def cancel(self, job: CancelJob) -> None:
        """Cancel a run that nobody waits for any more."""
        wish = run_commands.CancelRun("the run that started it does not wait for it any more")
        await self._do(job.run_id, wish, job.workspace_id, f"run:{job.by}")

    async def sweep(self, awaited: AwaitedRuns) -> None:
        """Tell what nobody was told, because a job was lost."""
        for each in await awaited():
            try:
                await self.end(ChildJob(each.workspace_id, each.child_id, Parent(each.run_id, each.step, 0)))
            except Z2Error:
                raise
            except Exception:
                log.exception("children.run_skipped", run=str(each.run_id), step=each.step)

    async def _do(self, stream: UUID, command: Command, workspace_id: UUID, causation: str) -> None:
        actor = Actor(WORKER_ID, workspace_id, "system")
        try:
            await self._executor.execute(stream, command, actor, correlation_id=stream, causation=causation)
        except (Rejected, NotFound) as reason:
            log.info("child.left_alone", run=str(stream), reason=str(reason))

    async def _run(self, run_id: UUID, workspace_id: UUID) -> Run:
        try:
            state = await self._executor.state(run_id, workspace_id)
        except NotFound:
            return Run()
        return state if isinstance(state, Run) else Run()
