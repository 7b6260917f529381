"""Counting the runs of workflows that may have only so many at once: those that have begun and are not over."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Protocol
from uuid import UUID

from application.orchestration.limits import Limits, lane
from domain.kernel import Record


class BegunRun(Record):
    """A run that has begun, is not over, and was not started by another."""

    workspace_id: UUID
    run_id: UUID
    workflow_id: UUID


class CountedRuns(Protocol):
    """Which runs are counted, each in a lane."""

    async def forgotten(self) -> bool: ...

    async def all(self) -> Mapping[UUID, str]: ...

    async def count(self, runs: Mapping[UUID, str], over: Collection[UUID] = ()) -> None: ...


class RunCount:
    """A run that waits for weeks is held by no worker, so it is the read model that tells which are over.

    Any number may count at once.
    """

    def __init__(
        self,
        counted: CountedRuns,
        limits: Limits,
        over: Callable[[Collection[UUID]], Awaitable[set[UUID]]],
        begun: Callable[[], Awaitable[Iterable[BegunRun]]],
    ) -> None:
        self._counted = counted
        self._limits = limits
        self._over = over
        self._begun = begun

    async def sweep(self) -> None:
        """Look once. Raises Unavailable."""
        if await self._counted.forgotten():
            await self._counted.count(await self._found())
        runs = await self._counted.all()
        if runs:
            await self._counted.count(runs, await self._over(runs.keys()))

    async def _found(self) -> dict[UUID, str]:
        found = {}
        for run in await self._begun():
            most = (await self._limits.of(run.workspace_id)).most("workflow", str(run.workflow_id))
            if most is not None:
                found[run.run_id] = lane("workflow", run.workspace_id, str(run.workflow_id))
        return found
