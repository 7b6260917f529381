"""What waits for people: the approvals and the questions of a workspace, as long as somebody may answer them.

They are read from the rows of runs and their steps (`projections/runs.py`), so they are gone with the event that ends
them.
"""

from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from domain.kernel import Instant, PayloadRef, Record
from domain.nodes import AnyNode, Approval, Approvers, Input, Schema
from domain.run_values import ForAnswer, ForApproval
from projections import run_plans, runs
from projections.run_row import RunRow
from projections.run_step_rows import StepRow
from projections.table import Connection

Order: TypeAlias = Literal["newest", "oldest"]

ASKED = """
SELECT step.body::text, run.body::text FROM runs step JOIN runs run ON run.id = step.run_id
WHERE step.workspace_id = %(workspace)s AND step.asked_position IS NOT NULL
  AND run.workspace_id = %(workspace)s AND run.body ->> 'state' IN ('running', 'paused')
  AND run.body #>> ARRAY['live', step.body ->> 'path', 'status'] = 'suspended'
  AND (%(run)s::uuid IS NULL OR step.run_id = %(run)s)
"""
NEWEST = ASKED + (
    "AND (%(beyond)s::bigint IS NULL OR step.asked_position < %(beyond)s)"
    " ORDER BY step.asked_position DESC LIMIT %(limit)s"
)
OLDEST = ASKED + (
    "AND (%(beyond)s::bigint IS NULL OR step.asked_position > %(beyond)s) ORDER BY step.asked_position LIMIT %(limit)s"
)


class Ask(Record, kw_only=True):
    """A person is asked for a decision or an answer.

    `question` is as the workflow has it, expressions included, and `asked_as` what they were filled in to, or what
    an agent asks in its own words. `schema` is that of the answer, or of what the approval yields. `asked` are those
    who may answer, each of them.
    """

    run_id: UUID
    run_title: str
    workflow_name: str
    started_by: UUID | None
    paused: bool
    step: str
    scope: str
    kind: Literal["approval", "input"]
    title: str
    question: str
    asked_as: PayloadRef | None
    subject: PayloadRef | None
    schema: Schema | None
    asked: tuple[Approvers, ...]
    not_by_starter: bool
    since: Instant | None
    due_at: Instant | None
    escalates_at: Instant | None
    escalated: bool
    position: int


async def asked(
    connection: Connection,
    workspace_id: UUID,
    *,
    order: Order = "oldest",
    beyond: int | None = None,
    run_id: UUID | None = None,
    limit: int,
) -> list[Ask]:
    """What people are asked; `beyond` is the position of the last one of the page before."""
    values = {"workspace": workspace_id, "beyond": beyond, "run": run_id, "limit": limit}
    query = NEWEST if order == "newest" else OLDEST
    found = await (await connection.execute(query.encode(), values)).fetchall()
    pairs = [(_step(step), _run(run)) for step, run in found]
    nodes: dict[UUID, dict[str, tuple[AnyNode, ...]]] = {run.id: {} for _, run in pairs}
    for plan in await runs.plans(connection, workspace_id, nodes):
        nodes[plan.run_id][plan.path] = plan.nodes
    told = [(step, run, run_plans.node_at(nodes[run.id], step.path)) for step, run in pairs]
    return [_ask(step, run, node) for step, run, node in told if node is not None]


_step = msgspec.json.Decoder(StepRow).decode
_run = msgspec.json.Decoder(RunRow).decode


def _ask(step: StepRow, run: RunRow, node: AnyNode) -> Ask:
    return Ask(
        run_id=run.id,
        run_title=run.title,
        workflow_name=run.workflow_name,
        started_by=run.started_by,
        paused=run.state == "paused",
        step=step.path,
        scope=step.path.removesuffix(node.id).removesuffix("."),
        kind="approval" if isinstance(node, Approval) else "input",
        title=node.title,
        question=node.question if isinstance(node, Approval | Input) else "",
        asked_as=step.waits.question if isinstance(step.waits, ForAnswer) else step.question,
        subject=step.waits.subject if isinstance(step.waits, ForApproval) else None,
        schema=node.output if isinstance(node, Approval | Input) else None,
        asked=_people(step, node),
        not_by_starter=isinstance(node, Approval) and node.not_by_starter,
        since=step.since,
        due_at=step.due_at,
        escalates_at=step.escalates_at,
        escalated=step.escalated,
        position=step.asked_position or 0,
    )


def _people(step: StepRow, node: AnyNode) -> tuple[Approvers, ...]:
    """Those who may answer; what an agent asks, whoever may approve at all."""
    if not isinstance(node, Approval | Input):
        return (Approvers(),)
    return run_plans.asked_people(node, escalated=step.escalated)
