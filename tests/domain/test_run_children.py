"""Stories about runs that a run starts, and about what may be spent in them."""

from typing import Literal
from uuid import UUID

import pytest

from domain import run, run_spending, run_wait_events
from domain import run_events as fact
from domain.kernel import replace
from domain.ledger import Reservation
from domain.nodes import Agent, Allowance, Map, Parallel, SubWorkflow
from domain.run_charge_commands import HoldCharge, SettleCharge
from domain.run_commands import BeginCall, EndChild, PauseRun, WakeRun
from domain.run_events import Events
from domain.run_values import ForRun, Parent, Spread
from tests.domain.runs import (
    begin,
    cancel,
    completed,
    end_child,
    retried,
    retry,
    scheduled,
    skip,
    skipped,
    start,
    suspend,
    suspended,
    text,
)
from tests.domain.stories import at, broken, done, later, opened, state, statuses, story
from tests.domain.stories import suspended as suspends
from tests.support.given import given

CHILD, OTHER = UUID(int=61), UUID(int=62)
SUB = SubWorkflow(id="sub", workflow="other")
WAITS = ForRun(CHILD, Allowance(micro_usd=40, tokens=400))
WAITING = story(start(SUB, "z: sub"), suspends("sub", WAITS))
ABANDONED = run_wait_events.ChildAbandoned("sub", CHILD)
Status = Literal["completed", "failed", "cancelled"]


def ended(status: Status) -> run_wait_events.ChildEnded:
    return run_wait_events.ChildEnded("sub", 1, CHILD, status, 5, 50)


def test_what_another_run_came_to_is_what_the_step_comes_to() -> None:
    over = replace(end_child("sub", CHILD, "completed"), output=text("brief"))
    given(run.decider, *WAITING).when(over).then(ended("completed"), completed("sub", output="brief"), scheduled("z"))
    given(run.decider, *WAITING, ended("completed"), completed("sub", output="brief")).when(over).then_nothing()


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_where_the_other_run_comes_to_nothing_the_step_fails(status: Status) -> None:
    code, detail = f"child_{status}", f"the run that it started was {status}"
    given(run.decider, *WAITING).when(end_child("sub", CHILD, status)).then(
        ended(status), fact.StepFailed("sub", 1, code, detail, final=True), fact.Failed("sub", code, detail)
    )


def test_the_step_fails_for_the_reason_that_the_other_run_failed() -> None:
    over = EndChild("sub", CHILD, "failed", code="model_timeout", detail="no answer")
    decided = run.decide(over, state(*WAITING), at(0))
    assert decided[1:] == [
        fact.StepFailed("sub", 1, "model_timeout", "no answer", final=True),
        fact.Failed("sub", "model_timeout", "no answer"),
    ]


def test_a_run_that_was_never_started_here_changes_nothing() -> None:
    given(run.decider, *WAITING).when(end_child("sub", OTHER, "completed")).then_nothing()
    given(run.decider, *story(start("a"), begin("a"))).when(end_child("a", CHILD, "completed")).then_nothing()


def test_who_gives_up_waiting_abandons_the_other_run() -> None:
    given(run.decider, *WAITING).when(cancel()).then(ABANDONED, fact.Cancelled("enough"))
    given(run.decider, *WAITING).when(skip("sub")).then(ABANDONED, skipped("sub", "person"), scheduled("z"))
    past = story(start(SUB), suspends("sub", WAITS, seconds=60.0))
    detail = "what it waited for did not come in time"
    given(run.decider, *past).when(WakeRun(), at(60)).then(
        ABANDONED, fact.StepFailed("sub", 1, "timed_out", detail, final=True), fact.Failed("sub", "timed_out", detail)
    )
    timed = story(replace(start(SUB), deadline_seconds=60.0), suspends("sub", WAITS))
    assert run.decide(WakeRun(), state(*timed), at(60))[0] == ABANDONED


def test_where_all_around_a_step_fails_the_run_that_it_started_is_abandoned() -> None:
    past = story(start(Parallel(id="p", nodes=(SUB, Agent(id="a", agent="reader", prompt="?")))))
    both = (*past, *story_of("p.sub"))
    failing = [*run.decide(begin("p.a"), state(*both), at(0))]
    decided = run.decide(broken("p.a")[1], state(*both, *failing), at(0))
    assert run_wait_events.ChildAbandoned("p.sub", CHILD) in decided


def story_of(name: str) -> tuple[Events, ...]:
    return fact.StepBegun(name, 1, UUID(int=1)), suspended(name, WAITS)


ABANDONING = story(start(replace(SUB, on_failure="skip"), "z: sub"), suspends("sub", WAITS, seconds=60.0))


def spent(*events: Events) -> tuple[int, int]:
    found = state(*events)
    return run_spending.spent_by(found, "sub", "micro_usd"), run_spending.spent_by(found, "sub", "tokens")


def test_what_an_abandoned_run_still_spends_counts_where_it_was_started() -> None:
    past = (*ABANDONING, *run.decide(WakeRun(), state(*ABANDONING), at(60)))
    step = state(*past).steps["sub"]
    assert (step.status, step.waits, step.abandoned) == ("skipped", None, (WAITS,))
    held = HoldCharge(Reservation(UUID(int=1), UUID(int=77), 4, 40), via=CHILD)
    assert spent(*past, *run.decide(held, state(*past), at(60))) == (4, 40)
    given(run.decider, *past).when(end_child("sub", CHILD, "cancelled")).then(ended("cancelled"))
    after = (*past, ended("cancelled"))
    step = state(*after).steps["sub"]
    assert (step.status, step.abandoned, spent(*after)) == ("skipped", (), (5, 50))
    given(run.decider, *after).when(end_child("sub", CHILD, "cancelled")).then_nothing()


def test_the_second_run_of_a_step_is_not_ended_by_the_first() -> None:
    fell = replace(SUB, on_failure="fall_back", fall_back=(SUB,))
    past = story(start(fell), suspends("sub", WAITS, seconds=60.0))
    late = (*past, *run.decide(WakeRun(), state(*past), at(60)))
    given(run.decider, *late).when(end_child("sub", CHILD, "completed")).then(ended("completed"))


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_a_run_that_ends_while_the_one_above_has_failed_is_noted_for_its_retry(status: Status) -> None:
    past = story(start(SUB, "b"), suspends("sub", WAITS), broken("b"))
    assert state(*past).status == "failed"
    after = (*past, *run.decide(end_child("sub", CHILD, status), state(*past), at(0)))
    assert statuses(*after)["sub"] == status
    again = (*after, *run.decide(retry("b"), state(*after), at(0)))
    assert state(*again).status == "running"
    assert statuses(*again) == {"sub": "completed" if status == "completed" else "scheduled", "b": "scheduled"}


def test_a_run_that_ends_while_the_one_above_is_paused_is_noted() -> None:
    past = (*WAITING, *run.decide(PauseRun(), state(*WAITING), at(0)))
    given(run.decider, *past).when(end_child("sub", CHILD, "completed")).then(
        ended("completed"), fact.StepCompleted("sub", 1, None)
    )


def test_a_retried_step_starts_a_run_anew() -> None:
    past = (*WAITING, *run.decide(end_child("sub", CHILD, "failed"), state(*WAITING), at(0)))
    given(run.decider, *past).when(retry("sub")).then(retried("sub"), scheduled("sub", 2))
    again = (*past, retried("sub"), scheduled("sub", 2), fact.StepBegun("sub", 2, UUID(int=1)))
    given(run.decider, *again).when(suspend("sub", ForRun(OTHER), 2)).then(suspended("sub", ForRun(OTHER), 2))
    given(run.decider, *again).when(end_child("sub", CHILD, "completed")).then_nothing()


PARENT = Parent(UUID(int=63), "sub", 1)


def test_a_run_tells_the_one_above_how_it_ended() -> None:
    child = replace(start("a"), parent=PARENT)
    assert story(child, done("a"))[-1] == fact.Completed(text("from a"), PARENT)
    assert story(child, broken("a"))[-1] == fact.Failed("a", "model_timeout", "no answer", PARENT)
    assert story(child, cancel())[-1] == fact.Cancelled("enough", PARENT)


@pytest.mark.parametrize(("depth", "fits"), [(1, True), (8, True), (9, False)])
def test_only_so_many_runs_stand_above_each_other(depth: int, *, fits: bool) -> None:
    told = given(run.decider).when(replace(start("a"), parent=Parent(UUID(int=63), "sub", depth)))
    if fits:
        assert story(replace(start("a"), parent=Parent(UUID(int=63), "sub", depth)))
    else:
        told.then_rejected(
            "would be run 9 inside another, and at most 8 are allowed: does the workflow start itself?",
            code="too_deep",
            field="workflow",
        )


def asked(step: str, tokens: int) -> BeginCall:
    held = Reservation(UUID(int=1), UUID(int=2), None, tokens)
    return BeginCall(step, 1, 1, "m/m", text("request"), 0, held)


SPENDING = Agent(id="a", agent="reader", prompt="?")


def test_no_call_goes_beyond_what_the_run_may_spend_with_those_that_it_started() -> None:
    both = replace(start(SUB, SPENDING), budget=Allowance(tokens=500))
    charge = HoldCharge(Reservation(UUID(int=1), UUID(int=77), 0, 400))
    past = story(both, suspends("sub", WAITS), begin("a"), charge)
    given(run.decider, *past).when(asked("a", 101)).then_rejected(
        "the budget of the run leaves 100 of 500 tokens, and this call may need 101", code="budget_exceeded"
    )
    assert run.decide(asked("a", 100), state(*past), at(0))
    over = (*past, *run.decide(SettleCharge(UUID(int=77), 0, 50), state(*past), at(0)))
    assert run.decide(asked("a", 450), state(*over), at(0)), "it spent less than it might have"
    given(run.decider, *over).when(asked("a", 451)).then_rejected("leaves 450 of 500", code="budget_exceeded")


def test_a_node_and_all_inside_it_have_a_budget_of_their_own() -> None:
    node = Map(id="m", over="input", nodes=(SPENDING,), budget=Allowance(tokens=100))
    past = story(
        start(node, SPENDING), opened("m", Spread(text("items"), 2)), begin("m.0.a"), begin("m.1.a"), begin("a")
    )
    once = (*past, *run.decide(asked("m.0.a", 60), state(*past), at(0)))
    given(run.decider, *once).when(asked("m.1.a", 41)).then_rejected(
        "the budget of the node m leaves 40 of 100 tokens, and this call may need 41", code="budget_exceeded"
    )
    assert run.decide(asked("m.1.a", 40), state(*once), at(0))
    assert run.decide(asked("a", 1_000), state(*once), at(0)), "what is not inside it is not its matter"
    assert run_spending.left(state(*once), "m.1.a") == Allowance(tokens=40)
    assert run_spending.left(state(*once), "a") is None


def test_where_money_is_limited_a_price_has_to_be_known() -> None:
    past = story(start(replace(SPENDING, budget=Allowance(micro_usd=5))), begin("a"))
    given(run.decider, *past).when(asked("a", 1)).then_rejected("price of this model", code="price_unknown")


def test_a_step_that_waits_for_a_run_is_due_when_it_says() -> None:
    past = story(start(SUB), suspends("sub", WAITS, seconds=60.0))
    assert past[-1] == suspended("sub", WAITS, due_at=later(60))
