"""Which of the limits of a workspace a waiting step has met, over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from application.errors import Unavailable
from application.orchestration.crowding import crowds
from application.orchestration.limits import Limits
from application.orchestration.why import Reason
from application.policies.step_jobs import StepJob
from domain.kernel import replace
from domain.run_state import Run
from infrastructure.redis.slots import RedisSlots
from interfaces.composition import Core

MOST = 20
"""Of so many steps it is looked up; the others wait for the same."""


async def explained(core: Core, workspace_id: UUID, run_id: UUID, reasons: Sequence[Reason]) -> list[Reason]:
    """The same reasons; where it is a limit that a queued step waits for, that is said."""
    told = list(reasons)
    queued = [place for place, each in enumerate(told) if each.waits_for == "worker"][:MOST]
    if not queued:
        return told
    run = (await core.executor.states.refresh(run_id)).state
    limits, slots = Limits(core.executor.states, core.settings.workspace_steps), RedisSlots(core.redis, "")
    for place in queued:
        step = told[place].step
        if not isinstance(run, Run) or step not in run.steps:
            continue
        try:
            found = await crowds(StepJob(workspace_id, run_id, step, run.steps[step].attempt), run, limits, slots)
        except Unavailable:
            break
        if found:
            told[place] = replace(told[place], waits_for="slot", text=found[0].text)
    return told
