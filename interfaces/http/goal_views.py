"""How a goal is shown over HTTP."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from application.errors import NotFound
from application.goals import costs
from application.goals.goals import workflow_of
from application.templates import TEMPLATES
from application.templates.costs import ASSUMPTIONS, Cost
from application.tools.split_document import split_document
from application.workflows.drawing import drawing
from application.workflows.reading import read
from domain import goal as domain
from domain.goal import Likeness, Refusal
from domain.kernel import Instant, Record
from infrastructure.models.tokens import Tokens
from interfaces.composition import Core
from projections.goals import GoalRow

CALLED = {split_document.name: split_document}
"""What is called to see how much there will be to do: it only cuts a text into pieces."""

_tokens = Tokens()


class Draft(Record):
    """A workflow that is not published yet, as YAML and as a flowchart in the language of Mermaid.

    `drafted_by` says who made it: a `planner`, which is a run; `similarity`, which chose the first of the templates in
    `chosen`, the others being runners-up; or a `person` who has edited it. The cost is that of a run on the document.
    """

    drafted_by: Literal["planner", "similarity", "person"]
    source: str
    drawing: str
    chosen: tuple[Likeness, ...]
    note: str
    needs_model: bool
    cost: Cost | None
    assumptions: tuple[str, ...]


class Goal(Record):
    """A goal, and the draft for it as far as there is one. Nothing is run before somebody accepts it.

    `document` says whether one came with it, on which an accepted draft is started.
    """

    id: UUID
    status: Literal["asked", "drafted", "refused", "accepted"]
    goal: str
    document: bool
    model: str | None
    planned_by: UUID | None
    draft: Draft | None
    refusal: Refusal | None
    workflow_id: UUID | None
    run_id: UUID | None


class GoalSummary(Record):
    """A goal and what became of it. `goal` is empty where its words have been erased."""

    id: UUID
    status: Literal["asked", "drafted", "refused", "accepted"]
    goal: str
    planned_by: UUID | None
    workflow_id: UUID | None
    run_id: UUID | None
    asked_by: UUID
    asked_at: Instant


class GoalPage(Record):
    """`next` goes into `before` for the next page; null at the end."""

    items: list[GoalSummary]
    next: int | None


async def summaries(core: Core, rows: Sequence[GoalRow]) -> list[GoalSummary]:
    return [await _summary(core, row) for row in rows]


async def _summary(core: Core, row: GoalRow) -> GoalSummary:
    return GoalSummary(
        id=row.id,
        status=row.status,
        goal=await _words(core, row),
        planned_by=row.planned_by,
        workflow_id=workflow_of(row.id) if row.status == "accepted" else None,
        run_id=row.run_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
    )


async def _words(core: Core, row: GoalRow) -> str:
    try:
        return await core.payloads.get(row.workspace_id, row.text) if row.text is not None else ""
    except NotFound:
        return ""


async def whole(core: Core, goal_id: UUID, found: domain.Goal, workspace_id: UUID) -> Goal:
    asked = found.asked
    assert asked is not None, "a goal that there is was asked"
    assert found.status != "absent", "a goal that there is was asked"
    return Goal(
        id=goal_id,
        status=found.status,
        goal=await core.payloads.get(workspace_id, asked.text),
        document=asked.document is not None,
        model=asked.model,
        planned_by=asked.planned_by,
        draft=await _draft(core, found, asked, workspace_id),
        refusal=found.refusal,
        workflow_id=workflow_of(goal_id) if found.status == "accepted" else None,
        run_id=found.run_id,
    )


async def _draft(core: Core, found: domain.Goal, asked: domain.Asked, workspace_id: UUID) -> Draft | None:
    if found.draft is None:
        return None
    source = await core.payloads.get(workspace_id, found.draft.source)
    definition = read(source).definition
    document = await core.payloads.get(workspace_id, asked.document) if asked.document else ""
    cost = None
    if definition is not None:
        cards = await core.models.all(workspace_id)
        model = asked.model or core.settings.default_model
        cost = await costs.cost(definition, document, model, cards, _tokens, CALLED)
    chosen = found.draft.chosen
    return Draft(
        drafted_by="person" if found.edited else "similarity" if chosen else "planner",
        source=source,
        drawing="" if definition is None else drawing(definition),
        chosen=chosen,
        note=_note(chosen),
        needs_model=bool(chosen) and TEMPLATES[chosen[0].template].needs_model,
        cost=cost,
        assumptions=ASSUMPTIONS,
    )


def _note(chosen: tuple[Likeness, ...]) -> str:
    if not chosen:
        return ""
    best, *others = chosen
    said = ", ".join(f"{each.template} ({each.score:.2f})" for each in others) or "none"
    return f"{best.template} was chosen by similarity ({best.score:.2f} of 1); runners-up: {said}"
