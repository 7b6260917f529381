"""Runs as requests read them."""

from uuid import UUID

from application.access import Actor
from application.errors import NotFound
from domain.kernel import PayloadRef
from domain.run_values import ForApproval
from interfaces.composition import Core
from interfaces.http.commands import caught_up
from interfaces.http.reading import reading
from projections import runs
from projections.run_row import RunRow
from projections.runs import Whole

UNKNOWN = "there is no such run in this workspace"


async def run_row(core: Core, actor: Actor, run_id: UUID, after: int | None) -> RunRow:
    """A run of the actor's workspace, once the read model has seen the position. Raises NotFound or Behind."""
    await caught_up(core.tail, runs.projection.name, after)
    async with reading(core, actor) as connection:
        row = await runs.projection.one(connection, actor.workspace_id, run_id)
    if row is None:
        raise NotFound(UNKNOWN)
    return row


async def whole_run(core: Core, actor: Actor, run_id: UUID, after: int | None) -> Whole:
    """The same with all that there is of it. Raises NotFound or Behind."""
    await caught_up(core.tail, runs.projection.name, after)
    async with reading(core, actor) as connection:
        found = await runs.whole(connection, actor.workspace_id, run_id)
    if found is None:
        raise NotFound(UNKNOWN)
    return found


async def step_output(core: Core, actor: Actor, run_id: UUID, step: str, after: int | None) -> PayloadRef:
    """What a step of a run came to. Raises NotFound or Behind."""
    await run_row(core, actor, run_id, after)
    async with reading(core, actor) as connection:
        row = await runs.step(connection, actor.workspace_id, run_id, step)
    if row is not None and row.output is not None:
        return row.output
    views = (await whole_run(core, actor, run_id, after)).views()
    status = next((view.status for view in views if view.id == step), None)
    if status is None:
        raise NotFound(f"the run has no step {step!r}")
    raise NotFound(f"the step {step!r} has no output: it is {status}")


async def step_subject(core: Core, actor: Actor, run_id: UUID, step: str, after: int | None) -> PayloadRef:
    """What a step asks people to approve. Raises NotFound or Behind."""
    await run_row(core, actor, run_id, after)
    async with reading(core, actor) as connection:
        row = await runs.step(connection, actor.workspace_id, run_id, step)
    if row is None or row.status != "suspended" or not isinstance(row.waits, ForApproval):
        raise NotFound(f"the run has no step {step!r} that waits for an approval")
    return row.waits.subject
