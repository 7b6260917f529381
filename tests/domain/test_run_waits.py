"""Stories about time and events that are waited for, and about deadlines."""

import pytest

from domain import run, run_wait_events
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import AnyNode, Approval, Wait
from domain.run_commands import CancelRun, Commands, RetryStep, SignalRun, StartRun, WakeRun
from domain.run_events import Events
from domain.run_flow import LONGEST_WAIT
from domain.run_fold import MOST_SIGNALS
from domain.run_people import due
from domain.run_values import ForApproval, ForEvent, ForTime
from tests.domain.runs import (
    begin,
    begin_call,
    call_in_doubt,
    completed,
    record_call,
    scheduled,
    signal,
    start,
    suspend,
    suspended,
    text,
)
from tests.domain.stories import at, broken, done, later, state, statuses, story
from tests.domain.stories import suspended as suspends
from tests.support.given import given

REST = Wait(id="rest", seconds=60.0)
RESTING = story(start(REST, "z: rest"), suspends("rest", ForTime(), seconds=60.0))
RESTED = (fact.StepCompleted("rest", 1, None), scheduled("z", due_at=later(60)))


def test_what_waits_for_a_moment_says_when_it_is_due() -> None:
    assert RESTING[-1] == suspended("rest", ForTime(), due_at=later(60))
    assert due(state(*RESTING)) == later(60)


def test_it_goes_on_once_it_is_due_and_only_once() -> None:
    given(run.decider, *RESTING).when(WakeRun(), at(59)).then_nothing()
    given(run.decider, *RESTING).when(WakeRun(), at(60)).then(*RESTED)
    given(run.decider, *RESTING, *RESTED).when(WakeRun(), at(60)).then_nothing()
    assert due(state(*RESTING, *RESTED)) is None


@pytest.mark.parametrize("seconds", [0.0, -5.0, None, float("nan"), float("-inf")])
def test_what_is_due_already_goes_on_at_once(seconds: float | None) -> None:
    past = story(start(REST), begin("rest"))
    asleep = suspended("rest", ForTime(), due_at=None if seconds is None else later(0))
    given(run.decider, *past).when(suspend("rest", ForTime(), seconds=seconds)).then(
        asleep, fact.StepCompleted("rest", 1, None), fact.Completed(None)
    )


@pytest.mark.parametrize("seconds", [1e300, float("inf")])
def test_nothing_is_waited_for_longer_than_a_calendar_can_tell(seconds: float) -> None:
    past = story(start(REST), begin("rest"))
    given(run.decider, *past).when(suspend("rest", ForTime(), seconds=seconds)).then(
        suspended("rest", ForTime(), due_at=later(LONGEST_WAIT))
    )


def test_all_that_is_due_is_done_at_once() -> None:
    nodes = [replace(REST, id=name) for name in "ab"]
    past = story(start(*nodes, "z: a b"), *(suspends(name, ForTime(), seconds=60.0) for name in "ab"))
    ended = [fact.StepCompleted(name, 1, None) for name in "ab"]
    given(run.decider, *past).when(WakeRun(), at(61)).then(*ended, scheduled("z", due_at=later(61)))


def test_a_paused_run_is_not_woken_and_does_what_was_due_once_it_goes_on() -> None:
    paused = (*RESTING, fact.Paused())
    given(run.decider, *paused).when(WakeRun(), at(60)).then_nothing()
    assert due(state(*paused)) is None
    assert due(state(*paused, fact.Resumed())) == later(60)


PAID = Wait(id="paid", event="paid", timeout_seconds=60.0)
UNPAID = story(start(PAID, "z: paid"), suspends("paid", ForEvent("paid"), seconds=60.0))
SIGNALLED = run_wait_events.Signalled("paid", text("content"))


def test_an_event_goes_to_whoever_waits_for_it() -> None:
    given(run.decider, *UNPAID).when(signal("paid")).then(
        SIGNALLED, completed("paid", output="content"), scheduled("z")
    )
    now = state(*UNPAID, SIGNALLED, completed("paid", output="content"))
    assert now.signals == (), "an event that was waited for is used up"


def test_an_event_of_another_name_is_kept_and_nobody_goes_on() -> None:
    given(run.decider, *UNPAID).when(signal("sent")).then(run_wait_events.Signalled("sent", text("content")))


def test_an_event_goes_to_all_who_wait_for_it() -> None:
    nodes = [replace(PAID, id=name) for name in "ab"]
    past = story(start(*nodes), *(suspends(name, ForEvent("paid")) for name in "ab"))
    given(run.decider, *past).when(signal("paid")).then(
        SIGNALLED, *(completed(name, output="content") for name in "ab"), fact.Completed(text("content"))
    )


def test_an_event_that_comes_too_early_is_kept_for_the_first_who_waits() -> None:
    nodes = [PAID, replace(PAID, id="again", needs=("paid",))]
    past = story(start(*nodes), signal("paid"), signal("paid", "second"), begin("paid"))
    asleep = suspended("paid", ForEvent("paid"))
    given(run.decider, *past).when(suspend("paid", ForEvent("paid"))).then(
        asleep, completed("paid", output="content"), scheduled("again")
    )
    second = story(*commands(nodes))
    assert state(*second).steps["again"].output == text("second")
    assert state(*second).signals == ()


def commands(nodes: list[Wait]) -> tuple[Commands, ...]:
    early = (signal("paid"), signal("paid", "second"))
    waits = [(begin(name), suspend(name, ForEvent("paid"))) for name in ("paid", "again")]
    return (start(*nodes), *early, *waits[0], *waits[1])


def test_only_so_many_events_are_kept() -> None:
    past = story(start("a"), *(signal("paid", str(number)) for number in range(MOST_SIGNALS + 2)))
    kept = state(*past).signals
    assert (len(kept), kept[0][1]) == (MOST_SIGNALS, text("2"))


def test_an_event_that_does_not_come_in_time_fails_the_step() -> None:
    detail = "what it waited for did not come in time"
    given(run.decider, *UNPAID).when(WakeRun(), at(60)).then(
        fact.StepFailed("paid", 1, "timed_out", detail, final=True), fact.Failed("paid", "timed_out", detail)
    )


@pytest.mark.parametrize("end", [(CancelRun(),), done("a"), broken("a")])
def test_no_event_comes_to_a_run_that_is_over(end: tuple[Commands, ...]) -> None:
    given(run.decider, *story(start("a"), end)).when(signal("paid")).then_rejected("cannot signal the run")


def test_a_paused_run_keeps_what_arrives() -> None:
    past = (*UNPAID, fact.Paused())
    given(run.decider, *past).when(signal("paid")).then(SIGNALLED, completed("paid", output="content"))


def test_an_empty_name_waits_for_itself_only() -> None:
    given(run.decider, *UNPAID).when(SignalRun("", text("x"))).then(run_wait_events.Signalled("", text("x")))


def timed(*lines: str | AnyNode) -> StartRun:
    return replace(start(*lines), deadline_seconds=60.0)


LATE = fact.Failed("", "deadline_passed", "the run was not done by its deadline")


def test_a_run_that_is_not_done_by_its_deadline_fails_and_stops() -> None:
    past = story(timed("a", "b", "c: a"), begin("a"), begin_call("a"))
    assert due(state(*past)) == later(60)
    given(run.decider, *past).when(WakeRun(), at(59)).then_nothing()
    given(run.decider, *past).when(WakeRun(), at(60)).then(call_in_doubt("a"), LATE)
    over = (*past, call_in_doubt("a"), LATE)
    assert set(statuses(*over).values()) == {"cancelled"}
    given(run.decider, *over).when(WakeRun(), at(60)).then_nothing()
    assert run.decide(record_call("a"), state(*over), at(61)), "an answer that comes late is recorded"


def test_a_deadline_comes_before_what_else_is_due() -> None:
    past = story(timed(REST), suspends("rest", ForTime(), seconds=60.0))
    given(run.decider, *past).when(WakeRun(), at(60)).then(LATE)


def test_a_run_that_was_retried_has_no_deadline() -> None:
    past: tuple[Events, ...] = story(timed("a"), broken("a"), RetryStep("a"))
    given(run.decider, *past).when(WakeRun(), at(1_000)).then_nothing()
    assert due(state(*past)) is None


def test_whichever_is_due_first_is_when_the_run_is_woken() -> None:
    ask = Approval(id="ask", question="?", escalate_after_seconds=20.0)
    past = story(timed(ask, REST), suspends("ask", ForApproval(text("x")), seconds=40.0))
    assert due(state(*past)) == later(20)
    both = (*past, run_wait_events.ApprovalEscalated("ask", 1))
    assert due(state(*both)) == later(40)
