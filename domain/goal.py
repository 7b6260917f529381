"""Goal: what somebody wants done; a workflow is drafted for it, which a person may edit and accept."""

from typing import Literal, TypeAlias
from uuid import UUID

from domain.kernel import Command, Context, Decider, Event, PayloadRef, Record, Rejected, refusal, replace
from domain.nodes import Allowance


class Likeness(Record):
    """How much a template is like the goal, from 0 to 1."""

    template: str
    score: float


class Draft(Record):
    """A workflow as it is written. Without `chosen`, which are templates with the best first, a planner made it."""

    source: PayloadRef
    chosen: tuple[Likeness, ...] = ()


class Refusal(Record):
    """Why there is no draft."""

    code: str
    detail: str


class Asked(Event, tag="goal.asked.v1"):
    """`planned_by` is the run that makes the draft, where a model does."""

    text: PayloadRef
    document: PayloadRef | None
    model: str | None
    budget: Allowance | None
    planned_by: UUID | None


class Drafted(Event, tag="goal.drafted.v1"):
    draft: Draft


class Refused(Event, tag="goal.refused.v1"):
    refusal: Refusal


class Edited(Event, tag="goal.edited.v1"):
    source: PayloadRef


class Accepted(Event, tag="goal.accepted.v1"):
    """The draft is published as this workflow, and maybe started."""

    workflow_id: UUID
    run_id: UUID | None


Events: TypeAlias = Asked | Drafted | Refused | Edited | Accepted


class AskGoal(Command):
    """Either a run makes the draft, or what came of looking for one is known already."""

    text: PayloadRef
    document: PayloadRef | None = None
    model: str | None = None
    budget: Allowance | None = None
    planned_by: UUID | None = None
    found: Draft | Refusal | None = None


class DraftGoal(Command):
    draft: Draft


class RefuseGoal(Command):
    refusal: Refusal


class EditDraft(Command):
    source: PayloadRef


class AcceptGoal(Command):
    """`source` is the draft that is meant."""

    workflow_id: UUID
    source: PayloadRef
    run_id: UUID | None = None


Commands: TypeAlias = AskGoal | DraftGoal | RefuseGoal | EditDraft | AcceptGoal


class Goal(Record):
    status: Literal["absent", "asked", "drafted", "refused", "accepted"] = "absent"
    asked: Asked | None = None
    draft: Draft | None = None
    edited: bool = False
    refusal: Refusal | None = None
    workflow_id: UUID | None = None
    run_id: UUID | None = None


initial = Goal()


def decide(command: Commands, goal: Goal, context: Context) -> list[Events]:
    match command, goal.status:
        case AskGoal(), "absent":
            return [_asked(command), *_found(command.found)]
        case AskGoal(), _ if goal.asked == _asked(command):
            return []
        case DraftGoal(draft), "asked":
            return [Drafted(draft)]
        case RefuseGoal(why), "asked":
            return [Refused(why)]
        case ((DraftGoal() | RefuseGoal()), ("drafted" | "refused" | "accepted")):
            return []
        case EditDraft(source), "drafted":
            return [] if goal.draft and goal.draft.source == source else [Edited(source)]
        case AcceptGoal(), "drafted" if goal.draft and goal.draft.source != command.source:
            raise Rejected("the draft was edited meanwhile; read it again", code="draft_changed")
        case AcceptGoal(workflow_id, _, run_id), "drafted":
            return [Accepted(workflow_id, run_id)]
        case AcceptGoal(), "accepted":
            return []
        case _:
            raise refusal(type(command), "goal", goal.status)


def _asked(command: AskGoal) -> Asked:
    return Asked(command.text, command.document, command.model, command.budget, command.planned_by)


def _found(found: Draft | Refusal | None) -> list[Events]:
    match found:
        case Draft():
            return [Drafted(found)]
        case Refusal():
            return [Refused(found)]
        case None:
            return []


def evolve(goal: Goal, event: Events) -> Goal:
    match event:
        case Asked():
            return Goal("asked", event)
        case Drafted(draft):
            return replace(goal, status="drafted", draft=draft)
        case Refused(why):
            return replace(goal, status="refused", refusal=why)
        case Edited(source):
            draft = replace(goal.draft or Draft(source), source=source)
            return replace(goal, draft=draft, edited=True)
        case Accepted(workflow_id, run_id):
            return replace(goal, status="accepted", workflow_id=workflow_id, run_id=run_id)


decider: Decider[Goal, Commands, Events] = Decider(initial, decide, evolve)
