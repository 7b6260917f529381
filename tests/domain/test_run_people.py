"""Stories about people who are asked: they approve, edit and reject, and they answer."""

from typing import Any
from uuid import UUID

import pytest

from domain import run, run_wait_events
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import Approval, Approvers, Input
from domain.run_commands import DecideApproval, PauseRun, ResumeRun, WakeRun
from domain.run_events import Events
from domain.run_people import due
from domain.run_values import Decision, ForApproval, ForInput
from tests.domain.runs import (
    begin,
    cancel,
    completed,
    decide,
    give,
    retried,
    retry,
    scheduled,
    skipped,
    start,
    suspend,
    suspended,
    text,
)
from tests.domain.stories import OTHER, at, later, state, story
from tests.domain.stories import suspended as suspends
from tests.support.given import given

ASK = Approval(id="ask", question="Well?")
SHOWN = ForApproval(text("draft"))
MINUTE = 60.0


def asking(seconds: float | None = None, **about: Any) -> tuple[Events, ...]:
    """Somebody is to approve a draft, and another step needs that."""
    return story(start(replace(ASK, **about), "z: ask"), suspends("ask", SHOWN, seconds=seconds))


def decided(decision: Decision, output: str = "", note: str = "") -> run_wait_events.ApprovalDecided:
    return run_wait_events.ApprovalDecided("ask", 1, decision, text(output) if output else None, note)


def rejected(code: str = "rejected", detail: str = "a person rejected it") -> tuple[Events, ...]:
    return fact.StepFailed("ask", 1, code, detail, final=True), fact.Failed("ask", code, detail)


def test_nobody_works_on_what_waits_for_a_person() -> None:
    past = story(start(ASK), begin("ask"))
    given(run.decider, *past).when(suspend("ask", SHOWN)).then(suspended("ask", SHOWN))
    given(run.decider, *past, suspended("ask", SHOWN)).when(suspend("ask", SHOWN)).then_nothing()
    assert (state(*asking()).status, state(*asking()).steps["ask"].status) == ("running", "suspended")


def test_what_is_approved_goes_on_as_it_was_shown() -> None:
    given(run.decider, *asking()).when(decide("ask")).then(
        decided("approve", "draft"), completed("ask", output="draft"), scheduled("z")
    )


def test_what_is_edited_goes_on_as_the_person_made_it() -> None:
    given(run.decider, *asking()).when(decide("ask", "edit", output="better")).then(
        decided("edit", "better"), completed("ask", output="better"), scheduled("z")
    )


def test_what_is_rejected_fails() -> None:
    given(run.decider, *asking()).when(decide("ask", "reject")).then(decided("reject"), *rejected())
    why = DecideApproval("ask", "reject", "admin", note="too long")
    given(run.decider, *asking()).when(why).then(decided("reject", note="too long"), *rejected(detail="too long"))


def test_what_is_rejected_may_be_skipped_by_its_policy() -> None:
    given(run.decider, *asking(on_failure="skip")).when(decide("ask", "reject")).then(
        decided("reject"), rejected()[0], skipped("ask", "policy"), scheduled("z")
    )


@pytest.mark.parametrize(("decision", "output"), [("edit", ""), ("approve", "x"), ("reject", "x")])
def test_only_an_edit_comes_with_an_output(decision: Decision, output: str) -> None:
    given(run.decider, *asking()).when(decide("ask", decision, output=output)).then_rejected(
        "give output with the decision edit, and with no other", field="output"
    )


@pytest.mark.parametrize("first", [decide("ask"), decide("ask", "reject"), decide("ask", "edit", output="x")])
@pytest.mark.parametrize("second", [decide("ask"), decide("ask", "reject")])
def test_a_second_decision_is_refused(first: DecideApproval, second: DecideApproval) -> None:
    past = asking()
    after = (*past, *run.decide(first, state(*past), at(0)))
    given(run.decider, *after).when(second).then_rejected(
        "cannot decide the approval: step 'ask' is", code="not_waiting"
    )


@pytest.mark.parametrize(
    "past",
    [
        story(start(ASK)),
        story(start(ASK), begin("ask")),
        story(start(Input(id="ask", question="?")), suspends("ask", ForInput())),
    ],
)
def test_what_is_not_asked_is_not_decided(past: tuple[Events, ...]) -> None:
    given(run.decider, *past).when(decide("ask")).then_rejected("cannot decide", code="not_waiting")


def test_what_is_not_asked_any_more_is_not_decided() -> None:
    past = story(start(ASK, "b"), suspends("ask", SHOWN), begin("b"))
    cancelled = (*past, *run.decide(cancel(), state(*past), at(0)))
    given(run.decider, *cancelled).when(decide("ask")).then_rejected("step 'ask' is cancelled", code="not_waiting")
    failed = (*past, fact.StepFailed("b", 1, "c", "d", final=True), fact.Failed("b", "c", "d"))
    given(run.decider, *failed).when(decide("ask")).then_rejected("the run is failed")
    again = (*failed, *run.decide(retry("b"), state(*failed), at(0)))
    given(run.decider, *again).when(decide("ask")).then(decided("approve", "draft"), completed("ask", output="draft"))


ADA, BOB = UUID(int=41), UUID(int=42)
NAMED = Approvers(roles=("lead",), users=(ADA,))


@pytest.mark.parametrize(
    ("role", "who", "may"),
    [("lead", OTHER, True), ("user", ADA, True), ("user", OTHER, False), ("admin", OTHER, False), ("", BOB, False)],
)
def test_only_those_who_are_named_decide(role: str, who: UUID, *, may: bool) -> None:
    told = given(run.decider, *asking(approvers=NAMED)).when(decide("ask", role=role), at(0, who))
    if may:
        told.then(decided("approve", "draft"), completed("ask", output="draft"), scheduled("z"))
    else:
        told.then_rejected("this is for other people to decide; the workflow says who", code="not_an_approver")


def test_four_eyes_see_it_where_whoever_started_the_run_may_not_approve_it() -> None:
    past = asking(not_by_starter=True)
    given(run.decider, *past).when(decide("ask")).then_rejected(
        "whoever started the run may not approve it; ask somebody else", code="not_an_approver"
    )
    given(run.decider, *past).when(decide("ask"), at(0, OTHER)).then(
        decided("approve", "draft"), completed("ask", output="draft"), scheduled("z")
    )


def test_who_started_the_run_is_whom_another_run_started_it_for() -> None:
    node = replace(ASK, not_by_starter=True)
    past = story(replace(start(node), started_by=OTHER), suspends("ask", SHOWN))
    given(run.decider, *past).when(decide("ask"), at(0, OTHER)).then_rejected("may not", code="not_an_approver")
    assert run.decide(decide("ask"), state(*past), at(0))


ESCALATING: dict[str, Any] = {
    "approvers": NAMED,
    "escalate_after_seconds": MINUTE,
    "escalate_to": Approvers(roles=("boss",)),
}


def test_after_a_while_others_may_decide_too() -> None:
    past = asking(**ESCALATING)
    assert past[-1] == suspended("ask", SHOWN, escalates_at=later(MINUTE))
    assert due(state(*past)) == later(MINUTE)
    given(run.decider, *past).when(decide("ask", role="boss")).then_rejected("other people", code="not_an_approver")
    given(run.decider, *past).when(WakeRun(), at(MINUTE - 1)).then_nothing()
    escalated = run_wait_events.ApprovalEscalated("ask", 1)
    given(run.decider, *past).when(WakeRun(), at(MINUTE)).then(escalated)
    given(run.decider, *past, escalated).when(WakeRun(), at(MINUTE)).then_nothing()
    assert due(state(*past, escalated)) is None
    for role in ("boss", "lead"):
        given(run.decider, *past, escalated).when(decide("ask", role=role)).then(
            decided("approve", "draft"), completed("ask", output="draft"), scheduled("z")
        )
    given(run.decider, *past, escalated).when(decide("ask")).then_rejected("other", code="not_an_approver")


def test_what_nobody_decided_in_time_is_rejected() -> None:
    past = asking(seconds=MINUTE)
    assert past[-1] == suspended("ask", SHOWN, due_at=later(MINUTE))
    given(run.decider, *past).when(WakeRun(), at(MINUTE - 1)).then_nothing()
    expired = rejected("approval_expired", "nobody decided in time")
    given(run.decider, *past).when(WakeRun(), at(MINUTE)).then(*expired)
    given(run.decider, *past, *expired).when(WakeRun(), at(MINUTE)).then_nothing()


def test_who_asks_again_after_a_rejection_asks_from_the_beginning() -> None:
    past = (*asking(**ESCALATING), run_wait_events.ApprovalEscalated("ask", 1), decided("reject"), *rejected())
    given(run.decider, *past).when(retry("ask")).then(retried("ask"), scheduled("ask", 2))
    again = (*past, retried("ask"), scheduled("ask", 2), *story_of_second())
    given(run.decider, *again).when(decide("ask", role="boss")).then_rejected("other", code="not_an_approver")
    step = state(*again).steps["ask"]
    assert (step.status, step.escalated, step.escalates_at) == ("suspended", False, later(MINUTE))


def story_of_second() -> tuple[Events, ...]:
    return fact.StepBegun("ask", 2, UUID(int=1)), suspended("ask", SHOWN, 2, escalates_at=later(MINUTE))


def test_a_run_that_is_paused_keeps_a_decision_for_when_it_goes_on() -> None:
    past = (*asking(), fact.Paused())
    given(run.decider, *past).when(decide("ask")).then(decided("approve", "draft"), completed("ask", output="draft"))
    after = (*past, decided("approve", "draft"), completed("ask", output="draft"))
    given(run.decider, *after).when(ResumeRun()).then(fact.Resumed(), scheduled("z"))
    assert run.decide(PauseRun(), state(*after), at(0)) == []


QUESTION = Input(id="ask", question="Which?", asked=NAMED)
ASKED = story(start(QUESTION, "z: ask"), suspends("ask", ForInput(), seconds=MINUTE))
GIVEN = run_wait_events.InputGiven("ask", 1, text("answer"))


def test_an_answer_is_what_the_step_comes_to() -> None:
    given(run.decider, *ASKED).when(give("ask", role="lead")).then(
        GIVEN, completed("ask", output="answer"), scheduled("z")
    )
    after = (*ASKED, GIVEN, completed("ask", output="answer"), scheduled("z"))
    given(run.decider, *after).when(give("ask", role="lead")).then_rejected("is completed", code="not_waiting")


def test_only_those_who_are_asked_answer() -> None:
    given(run.decider, *ASKED).when(give("ask")).then_rejected("other people", code="not_an_approver")
    given(run.decider, *ASKED).when(give("ask"), at(0, ADA)).then(
        GIVEN, completed("ask", output="answer"), scheduled("z")
    )


def test_what_nobody_answered_in_time_fails() -> None:
    detail = "what it waited for did not come in time"
    given(run.decider, *ASKED).when(WakeRun(), at(MINUTE)).then(*rejected("timed_out", detail))


def test_what_does_not_ask_is_not_answered() -> None:
    given(run.decider, *asking()).when(give("ask")).then_rejected("cannot give the input", code="not_waiting")


@pytest.mark.parametrize("node", [ASK, QUESTION])
def test_a_step_waits_for_what_its_node_is_about(node: Approval | Input) -> None:
    other = ForInput() if isinstance(node, Approval) else SHOWN
    given(run.decider, *story(start(node), begin("ask"))).when(suspend("ask", other)).then_rejected(
        "is not one that waits", code="invalid_wait", field="waits"
    )
