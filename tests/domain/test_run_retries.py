"""Stories about what is tried again by itself: failed attempts, waits that came to nothing, and runs that failed."""

from typing import Any
from uuid import UUID

import pytest

from domain import run, run_wait_events
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import AnyNode, Approval, Input, Retry, SubWorkflow, Wait
from domain.run_commands import Commands, DecideApproval, EndChild, PauseRun, ResumeRun, WakeRun
from domain.run_events import Events
from domain.run_values import ForApproval, ForEvent, ForInput, ForRun, Waits
from tests.domain.runs import begin, failed, plan, retried, retry, scheduled, start, suspended, text
from tests.domain.runs import fail as break_off
from tests.domain.stories import at, later, state, story
from tests.domain.stories import suspended as suspends
from tests.support.given import given

CHILD = UUID(int=61)
TWICE = Retry(attempts=2, first_delay_seconds=5.0)
SUB = SubWorkflow(id="a", workflow="other", retry=TWICE)
WAITS: list[tuple[AnyNode, Waits, str]] = [
    (Approval(id="a", question="Well?"), ForApproval(text("draft")), "approval_expired"),
    (Input(id="a", question="Which?"), ForInput(), "timed_out"),
    (Wait(id="a", event="paid"), ForEvent("paid"), "timed_out"),
    (SubWorkflow(id="a", workflow="other"), ForRun(CHILD), "timed_out"),
]
DETAILS = {"approval_expired": "nobody decided in time", "timed_out": "what it waited for did not come in time"}
KINDS = pytest.mark.parametrize(("node", "waits", "code"), WAITS, ids=lambda value: getattr(value, "id", None))


def waiting(node: AnyNode, waits: Waits, **about: Any) -> tuple[Events, ...]:
    return story(start(replace(node, **about)), suspends("a", waits, seconds=60.0))


def left(waits: Waits) -> tuple[Events, ...]:
    """A run that nobody waits for any more."""
    return (run_wait_events.ChildAbandoned("a", waits.run_id),) if isinstance(waits, ForRun) else ()


def over(waits: Waits, code: str, attempt: int = 1) -> tuple[Events, ...]:
    """It fails for good, and the run with it."""
    last = fact.StepFailed("a", attempt, code, DETAILS[code], final=True)
    return (*left(waits), last, fact.Failed("a", code, DETAILS[code]))


@KINDS
def test_what_did_not_come_in_time_is_not_waited_for_again_unless_the_node_says_so(
    node: AnyNode, waits: Waits, code: str
) -> None:
    given(run.decider, *waiting(node, waits)).when(WakeRun(), at(60)).then(*over(waits, code))


@KINDS
def test_with_retry_it_is_waited_for_as_often_as_the_node_says(node: AnyNode, waits: Waits, code: str) -> None:
    past = waiting(node, waits, retry=TWICE)
    once = fact.StepFailed("a", 1, code, DETAILS[code], final=False)
    again = (*left(waits), once, scheduled("a", 2, later(65)))
    given(run.decider, *past).when(WakeRun(), at(60)).then(*again)
    second = (*past, *again, fact.StepBegun("a", 2, UUID(int=1)), suspended("a", waits, 2, due_at=later(120)))
    given(run.decider, *second).when(WakeRun(), at(119)).then_nothing()
    given(run.decider, *second).when(WakeRun(), at(120)).then(*over(waits, code, 2))


@KINDS
def test_only_failures_that_the_node_names_are_tried_again(node: AnyNode, waits: Waits, code: str) -> None:
    other = waiting(node, waits, retry=replace(TWICE, codes=("model_timeout",)))
    given(run.decider, *other).when(WakeRun(), at(60)).then(*over(waits, code))
    named = waiting(node, waits, retry=replace(TWICE, codes=("model_timeout", code)))
    assert run.decide(WakeRun(), state(*named), at(60))[-1] == scheduled("a", 2, later(65))


@pytest.mark.parametrize(("code", "again"), [("model_timeout", True), ("refused", False)])
def test_an_attempt_of_a_worker_is_tried_again_after_failures_that_the_node_names(code: str, *, again: bool) -> None:
    (agent,) = plan("a")
    past = story(start(replace(agent, retry=Retry(codes=(code,)))), begin("a"))
    decided = run.decide(break_off("a"), state(*past), at(0))
    assert decided[0] == failed("a", final=not again)
    assert isinstance(decided[1], fact.StepScheduled) == again


def test_a_rejection_is_a_decision_and_not_tried_again() -> None:
    asked = Approval(id="a", question="Well?", retry=replace(TWICE, codes=("rejected",)))
    past = waiting(asked, ForApproval(text("draft")))
    decided = run.decide(DecideApproval("a", "reject", "admin"), state(*past), at(0))
    assert decided[-1] == fact.Failed("a", "rejected", "a person rejected it")


def ended(status: str, code: str = "") -> Commands:
    return EndChild("a", CHILD, status, code=code, detail="no answer", micro_usd=5)  # type: ignore[arg-type]  # one of three


def test_a_run_that_failed_is_followed_by_another_one() -> None:
    past = waiting(SUB, ForRun(CHILD))
    spent = run_wait_events.ChildEnded("a", 1, CHILD, "failed", 5)
    given(run.decider, *past).when(ended("failed", "model_timeout"), at(1)).then(
        spent, failed("a"), scheduled("a", 2, later(6))
    )
    after = (*past, spent, failed("a"), scheduled("a", 2))
    given(run.decider, *after).when(ended("failed", "model_timeout"), at(1)).then_nothing()
    assert state(*after).steps["a"].child_micro_usd == 5


@pytest.mark.parametrize(
    ("node", "status", "code"),
    [
        (replace(SUB, retry=None), "failed", "model_timeout"),
        (replace(SUB, retry=Retry(attempts=1)), "failed", "model_timeout"),
        (SUB, "cancelled", ""),
        (SUB, "failed", "rejected"),
    ],
)
def test_a_run_that_was_cancelled_or_rejected_is_not_followed_by_another(node: AnyNode, status: str, code: str) -> None:
    decided = run.decide(ended(status, code), state(*waiting(node, ForRun(CHILD))), at(1))
    assert decided[-1] == fact.Failed("a", code or "child_cancelled", "no answer")


def test_a_rejection_in_a_run_is_tried_again_where_the_node_names_it() -> None:
    past = waiting(replace(SUB, retry=replace(TWICE, codes=("rejected",))), ForRun(CHILD))
    assert run.decide(ended("failed", "rejected"), state(*past), at(1))[-1] == scheduled("a", 2, later(6))


def test_while_the_run_is_paused_nothing_is_tried_again_until_it_goes_on() -> None:
    past = story(start(SUB), suspends("a", ForRun(CHILD)), PauseRun())
    noted = run.decide(ended("failed", "model_timeout"), state(*past), at(1))
    assert noted[1:] == [failed("a")]
    given(run.decider, *past, *noted).when(ResumeRun(), at(2)).then(fact.Resumed(), scheduled("a", 2, later(2)))


def test_a_person_may_have_it_tried_again_after_the_last_time() -> None:
    past = waiting(replace(SUB, retry=Retry(attempts=1)), ForRun(CHILD))
    lost = (*past, *run.decide(ended("failed", "model_timeout"), state(*past), at(1)))
    given(run.decider, *lost).when(retry("a")).then(retried("a"), scheduled("a", 2))
