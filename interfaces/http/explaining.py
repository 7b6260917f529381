"""Why a run is not over yet, over HTTP: the steps of it and of the runs that it started, and what each waits for."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from application.access import Actor
from application.errors import Unavailable
from application.gateway.presence import lease_name
from application.orchestration import why as reasoning
from application.orchestration.why import For, Standing, Stop
from domain.kernel import Instant, Record
from domain.nodes import Approval, Input
from domain.run_values import BegunStatus
from infrastructure.identity.tokens import now
from interfaces.composition import Core
from interfaces.http.crowding import explained
from interfaces.http.run_reading import whole_run
from interfaces.people import names_for
from projections.run_plans import asked_people
from projections.run_tree import StepView
from projections.runs import Whole

DEEPEST = 8


class WaitingFor(Record):
    """What is waited for. `step` is empty where it is the run; `until` is when something happens of itself."""

    step: str
    waits_for: For
    text: str
    since: Instant | None
    until: Instant | None
    run_id: UUID | None


class Why(Record):
    """What a run waits for, and the same for the runs that its steps wait for."""

    run_id: UUID
    title: str
    status: BegunStatus
    reasons: list[WaitingFor]
    children: "list[Why]"


async def why(core: Core, actor: Actor, run_id: UUID, after: int | None, *, depth: int = 0) -> Why:
    """Raises NotFound or Behind."""
    found = await whole_run(core, actor, run_id, after)
    reasons = await _reasons(core, actor, found)
    waited_for = [reason.run_id for reason in reasons if reason.run_id is not None]
    known = [child.id for child in found.children if child.id in waited_for and depth < DEEPEST]
    children = [await why(core, actor, child, None, depth=depth + 1) for child in known]
    told = msgspec.convert(reasons, list[WaitingFor], from_attributes=True)
    return Why(found.run.id, found.run.title, found.run.status, told, children)


async def _reasons(core: Core, actor: Actor, found: Whole) -> list[reasoning.Reason]:
    run, steps = found.run, [_standing(view) for view in found.views()]
    leases = {lease_name(step.lease): step.lease for step in steps if step.lease and step.status == "running"}
    held = await _held(core, list(leases))
    paused = Stop(run.paused.by, run.paused.at, run.paused.reason) if run.paused else None
    alive = frozenset(leases[name] for name in held)
    people = {user for step in steps for asked in step.asked for user in asked.users}
    names = await names_for(core, actor, people | ({run.paused.by} if run.paused else set()))
    reasons = reasoning.reasons(run.status, steps, paused=paused, held=alive, now=now(), names=names)
    return await explained(core, run.workspace_id, run.id, reasons)


async def _held(core: Core, names: list[str]) -> Iterable[str]:
    """The leases that somebody holds; as long as nobody can tell, all of them."""
    try:
        return await core.leases.held(names) if names else ()
    except Unavailable:
        return names


def _standing(view: StepView) -> Standing:
    node = view.node
    return Standing(
        id=view.id,
        status=view.status,
        since=view.since,
        attempt=view.attempt,
        due_at=view.due_at,
        lease=view.lease,
        waits=view.waits,
        escalates_at=view.escalates_at,
        needs_left=view.needs_left,
        error=f"{view.error.code}: {view.error.detail}" if view.error else "",
        asked=asked_people(node, escalated=view.escalated) if isinstance(node, Approval | Input) else (),
    )
