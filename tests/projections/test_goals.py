"""The row of a goal shows who asked for what, and what became of it."""

from uuid import UUID

from domain import goal
from domain.kernel import PayloadRef
from projections.goals import GoalRow, projection
from tests.projections.telling import STREAM, moment, told
from tests.support.given import CONTEXT

TEXT = PayloadRef("0" * 64, 1)
PLANNER, WORKFLOW, RUN = UUID(int=11), UUID(int=12), UUID(int=13)
ASKED = goal.Asked(TEXT, None, None, None, PLANNER)


def test_a_new_goal() -> None:
    assert told(projection, ASKED) == GoalRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        first_position=1,
        asked_at=moment(1),
        asked_by=CONTEXT.actor_id,
        text=TEXT,
        planned_by=PLANNER,
    )


def test_what_became_of_it() -> None:
    drafted = (ASKED, goal.Drafted(goal.Draft(TEXT)))
    assert told(projection, *drafted).status == "drafted"
    assert (
        told(projection, ASKED, goal.Refused(goal.Refusal("plan_invalid", "There are mistakes."))).status == "refused"
    )
    row = told(projection, *drafted, goal.Edited(TEXT), goal.Accepted(WORKFLOW, RUN))
    assert (row.status, row.run_id, row.position, row.first_position) == ("accepted", RUN, 4, 1)
