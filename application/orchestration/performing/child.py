"""A step that is a run of its own: it is started in the append that says that it is waited for."""

from uuid import UUID, uuid5

import msgspec

from application.access import Actor
from application.errors import Invalid, NotFound
from application.ledger.payer import behind
from application.orchestration.outcome import Outcome, StepError, Suspended
from application.orchestration.patience import patiently
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.start import StartRequest
from application.orchestration.texts import JSON, PLAIN
from application.orchestration.work import Work
from domain import run_spending
from domain.kernel import Rejected
from domain.nodes import SubWorkflow
from domain.run import MAX_DEPTH
from domain.run_values import ForRun, Parent

LONGEST_TITLE = 80


async def start(node: SubWorkflow, work: Work) -> Outcome:
    """Whoever started this run pays for that one too, within what may still be spent here."""
    job = work.job
    run_id = uuid5(job.run_id, f"{job.step}:{job.attempt}")
    request = await _request(node, work)
    actor = Actor(WORKER_ID, job.workspace_id, "system", key_id=work.run.key_id)
    starter = work.shop.starter
    try:
        order = await patiently(lambda: starter.order(run_id, request, actor))
    except (Invalid, NotFound, Rejected) as error:
        raise StepError(error.code, f"the workflow {node.workflow!r} does not start: {error}") from None
    return Suspended(ForRun(run_id, request.budget), node.timeout_seconds, also=(order,))


async def _request(node: SubWorkflow, work: Work) -> StartRequest:
    run, job = work.run, work.job
    depth = (run.parent.depth if run.parent else 0) + 1
    if depth > MAX_DEPTH:
        detail = f"this would be run {depth} inside another, and at most {MAX_DEPTH} are allowed"
        raise StepError("too_deep", f"{detail}: does the workflow start itself?")
    value = await work.value(node.input)
    pin = run.pin(node.workflow, node.version)
    return StartRequest(
        (node.title or f"{run.title}: {node.id}")[:LONGEST_TITLE].strip(),
        value if isinstance(value, str) else msgspec.json.encode(value).decode(),
        workflow_id=pin.workflow_id if pin else await _workflow(node.workflow, work),
        version=node.version,
        media_type=PLAIN if isinstance(value, str) else JSON,
        budget=run_spending.left(run, job.step),
        priority=run.priority,
        parent=Parent(job.run_id, job.step, depth),
        started_by=run.started_by,
        behind=behind(job.run_id, run),
        pin=pin,
        workflows=run.workflows,
    )


async def _workflow(named: str, work: Work) -> UUID:
    """As it is now, in a run that pinned none. Raises StepError."""
    try:
        return await patiently(lambda: work.shop.starter.called(named, work.job.workspace_id))
    except NotFound as error:
        raise StepError(error.code, str(error)) from None
