"""Which limits a step is under, as its workspace has set them."""

import math
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import get_args
from uuid import UUID

from application.identity.recent import Recent
from application.orchestration.slots import Lane
from application.policies.step_jobs import StepJob
from application.ports import Recorded
from application.states import States
from domain import concurrency, nodes
from domain.concurrency import Concurrency, Kind
from domain.run_state import Run

FRESH_SECONDS = 0.5
"""So long a process trusts what it knows of limits, so that every worker heeds a new one within a second."""

EVENTS = get_args(concurrency.Events)


class Limits:
    """`steps` is how many steps a workspace may have under way at once at the most, whatever it says itself."""

    def __init__(self, states: States, steps: int, *, timer: Callable[[], float] = time.monotonic) -> None:
        self.steps = steps
        self._states = states
        self._timer = timer
        self._known = Recent[UUID, tuple[float, Concurrency]]()

    async def of(self, workspace_id: UUID) -> Concurrency:
        """From memory if that is not half a second old. Raises Unavailable."""
        asked, found = self._known.get(workspace_id, (-math.inf, concurrency.initial))
        if self._timer() - asked > FRESH_SECONDS:
            asked = self._timer()
            if workspace_id in self._known:
                self._known[workspace_id] = asked, found  # whoever asks meanwhile need not ask the log as well
            known = await self._states.refresh(concurrency.concurrency_stream(workspace_id))
            found = known.state if isinstance(known.state, Concurrency) else concurrency.initial
            self._known[workspace_id] = asked, found
        return found

    async def lanes(self, job: StepJob, run: Run) -> tuple[Lane, ...]:
        """The lanes that a step goes in, that of its workspace first. Raises Unavailable."""
        return tuple(_lanes(job, run, await self.of(job.workspace_id), self.steps))

    async def heed(self, batch: Iterable[Recorded], tell: Callable[[UUID, int], Awaitable[None]]) -> None:
        """Tell how many steps each workspace may have at once whose limits are others now. Raises Unavailable."""
        for workspace_id in {each.context.workspace_id for each in batch if isinstance(each.event, EVENTS)}:
            self._known.pop(workspace_id, None)
            await tell(workspace_id, await self.steps_of(workspace_id))

    async def steps_of(self, workspace_id: UUID) -> int:
        """How many steps of a workspace may be under way at once. Raises Unavailable."""
        return _steps(await self.of(workspace_id), self.steps)


def lane(kind: Kind, workspace_id: UUID, subject: str = "") -> str:
    """The name of a lane; none is shared by workspaces."""
    return f"{kind}:{workspace_id.hex}:{subject}" if subject else f"{kind}:{workspace_id.hex}"


def _steps(found: Concurrency, steps: int) -> int:
    own = found.most("workspace", "")
    return steps if own is None else min(own, steps)


def _lanes(job: StepJob, run: Run, found: Concurrency, steps: int) -> Iterator[Lane]:
    yield Lane(lane("workspace", job.workspace_id), _steps(found, steps))
    if not found.limits:
        return
    for kind, subject in _subjects(job, run):
        most = found.most(kind, subject)
        if most is not None:
            yield Lane(lane(kind, job.workspace_id, subject), most, job.run_id if kind == "workflow" else None)


def _subjects(job: StepJob, run: Run) -> Iterator[tuple[Kind, str]]:
    """A run that was started by another counts with that one, which may wait for it while it is counted itself."""
    if run.workflow_id is not None and run.parent is None:
        yield "workflow", str(run.workflow_id)
    step = run.steps.get(job.step)
    if step is None or not isinstance(step.node, nodes.Agent | nodes.Plan):
        return
    if (member := run.team.get(step.node.agent)) is not None:
        yield "agent", str(member.agent_id)
        yield "provider", member.model.partition("/")[0]
