"""A goal is asked once, drafted once, and accepted as the draft that somebody has read."""

from typing import Any
from uuid import UUID

import pytest

from domain import goal
from domain.kernel import PayloadRef, Rejected
from tests.support.given import CONTEXT

TEXT, FIRST, SECOND = (PayloadRef(name * 64, 10) for name in "abc")
RUN, WORKFLOW = UUID(int=1), UUID(int=2)
DRAFT = goal.Draft(FIRST)
REFUSAL = goal.Refusal("no_template", "nothing is like it")
ASKED = goal.Asked(TEXT, None, None, None, RUN)
ASK = goal.AskGoal(TEXT, planned_by=RUN)


def given(*events: Any) -> goal.Goal:
    return goal.decider.fold(events)


def decided(command: goal.Commands, *events: Any) -> list[goal.Events]:
    return goal.decide(command, given(*events), CONTEXT)


def test_a_goal_is_asked_once() -> None:
    assert decided(ASK) == [ASKED]
    assert decided(ASK, ASKED) == []
    with pytest.raises(Rejected, match="the goal is asked"):
        decided(goal.AskGoal(SECOND), ASKED)


def test_what_was_found_at_once_is_on_the_record_with_the_goal() -> None:
    assert decided(goal.AskGoal(TEXT, found=DRAFT))[1:] == [goal.Drafted(DRAFT)]
    assert decided(goal.AskGoal(TEXT, found=REFUSAL))[1:] == [goal.Refused(REFUSAL)]


def test_what_came_of_planning_is_recorded_once() -> None:
    assert decided(goal.DraftGoal(DRAFT), ASKED) == [goal.Drafted(DRAFT)]
    assert decided(goal.RefuseGoal(REFUSAL), ASKED) == [goal.Refused(REFUSAL)]
    assert decided(goal.DraftGoal(goal.Draft(SECOND)), ASKED, goal.Drafted(DRAFT)) == []
    assert decided(goal.RefuseGoal(REFUSAL), ASKED, goal.Drafted(DRAFT)) == []


def test_a_draft_may_be_edited_until_it_is_accepted() -> None:
    assert decided(goal.EditDraft(SECOND), ASKED, goal.Drafted(DRAFT)) == [goal.Edited(SECOND)]
    assert decided(goal.EditDraft(FIRST), ASKED, goal.Drafted(DRAFT)) == []
    accepted = goal.Accepted(WORKFLOW, None)
    for events in ((ASKED,), (ASKED, goal.Refused(REFUSAL)), (ASKED, goal.Drafted(DRAFT), accepted)):
        with pytest.raises(Rejected):
            decided(goal.EditDraft(SECOND), *events)


def test_an_edited_draft_keeps_what_it_was_chosen_by() -> None:
    chosen = goal.Draft(FIRST, (goal.Likeness("debate", 0.5),))
    state = given(ASKED, goal.Drafted(chosen), goal.Edited(SECOND))
    assert (state.draft, state.edited) == (goal.Draft(SECOND, chosen.chosen), True)


def test_only_the_draft_that_was_read_is_accepted() -> None:
    edited = (ASKED, goal.Drafted(DRAFT), goal.Edited(SECOND))
    with pytest.raises(Rejected, match="edited meanwhile") as why:
        decided(goal.AcceptGoal(WORKFLOW, FIRST), *edited)
    assert why.value.code == "draft_changed"
    assert decided(goal.AcceptGoal(WORKFLOW, SECOND, RUN), *edited) == [goal.Accepted(WORKFLOW, RUN)]
    assert decided(goal.AcceptGoal(WORKFLOW, SECOND), *edited, goal.Accepted(WORKFLOW, RUN)) == []


def test_nothing_is_accepted_that_is_no_draft() -> None:
    for events in ((), (ASKED,), (ASKED, goal.Refused(REFUSAL))):
        with pytest.raises(Rejected, match="cannot accept the goal"):
            decided(goal.AcceptGoal(WORKFLOW, FIRST), *events)
