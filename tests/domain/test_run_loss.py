"""Stories about workers that vanish."""

from datetime import timedelta

from domain import run
from domain import run_events as fact
from domain.run_events import Events
from tests.domain.runs import (
    LEASE,
    OTHER_LEASE,
    begin,
    begin_call,
    begun,
    call_begun,
    call_in_doubt,
    call_recorded,
    complete,
    completed,
    fail,
    failed,
    lose,
    lost,
    record_call,
    retried,
    run_failed,
    scheduled,
    started,
)
from tests.support.given import AT, given

RUNNING = (started("a", "b: a"), scheduled("a"), begun("a"))
LOST = (*RUNNING, lost("a"), scheduled("a", 2))


def losses(count: int) -> list[Events]:
    """A step that has been lost so often and is under way again."""
    past: list[Events] = [started("a"), scheduled("a"), begun("a")]
    for attempt in range(1, count + 1):
        past += [lost("a", attempt), scheduled("a", attempt + 1), begun("a", attempt + 1)]
    return past


def test_a_lost_attempt_is_followed_by_the_next_one_at_once() -> None:
    given(run.decider, *RUNNING).when(lose("a")).then(lost("a"), scheduled("a", 2, AT))


def test_a_lost_attempt_leaves_the_call_that_was_under_way_in_doubt() -> None:
    past = (*RUNNING, call_begun("a"), call_recorded("a"), call_begun("a", call=2))
    given(run.decider, *past).when(lose("a")).then(lost("a"), call_in_doubt("a", call=2), scheduled("a", 2))


def test_losing_an_attempt_again_is_refused_and_changes_nothing() -> None:
    given(run.decider, *LOST).when(lose("a")).then_rejected("attempt 1 of 'a'", code="step_superseded")


def test_an_attempt_that_nobody_has_begun_is_not_lost() -> None:
    given(run.decider, *RUNNING[:2]).when(lose("a")).then_rejected("step 'a' has not begun")
    given(run.decider, *LOST).when(lose("a", 2)).then_rejected("step 'a' has not begun")


def test_losses_are_not_counted_as_failures() -> None:
    given(run.decider, *losses(5)).when(fail("a", 6, retry_after=1)).then(
        failed("a", 6), scheduled("a", 7, AT.replace(second=1))
    )


def test_a_step_is_handed_out_again_after_nine_losses_and_given_up_after_ten() -> None:
    given(run.decider, *losses(8)).when(lose("a", 9)).then(lost("a", 9), scheduled("a", 10))
    detail = "the worker was lost 10 times during this step"
    given(run.decider, *losses(9), call_begun("a", 10)).when(lose("a", 10)).then(
        lost("a", 10),
        call_in_doubt("a", 10),
        fact.StepFailed("a", 10, "step_lost", detail, final=True),
        fact.Failed("a", "step_lost", detail),
    )


def test_a_person_who_retries_a_step_that_was_given_up_gives_it_ten_losses_more() -> None:
    given_up = (lost("a", 10), failed("a", 10, final=True), run_failed("a"))
    again = (retried("a"), scheduled("a", 11), begun("a", 11))
    given(run.decider, *losses(9), *given_up, *again).when(lose("a", 11)).then(lost("a", 11), scheduled("a", 12))


def test_a_step_shows_when_it_is_due_and_who_holds_it() -> None:
    due = run.decider.fold([started("a"), scheduled("a", due_at=AT)]).steps["a"]
    assert (due.due_at, due.lease) == (AT, None)
    assert (
        run.decider.fold([begun("a", lease=OTHER_LEASE)], run.decider.fold(RUNNING[:2])).steps["a"].lease == OTHER_LEASE
    )
    assert run.decider.fold(LOST[:4]).steps["a"].lease is None
    later = AT + timedelta(minutes=1)
    again = run.decider.fold([*RUNNING, failed("a"), scheduled("a", 2, later)]).steps["a"]
    assert (again.due_at, again.lease) == (later, None)


def test_a_step_that_is_lost_after_the_run_has_failed_is_not_handed_out_again() -> None:
    pair = (started("a", "b"), scheduled("a"), scheduled("b"), begun("a"), begun("b"), call_begun("b"))
    past = (*pair, failed("a", final=True), run_failed("a"))
    given(run.decider, *past).when(lose("b")).then(lost("b"), call_in_doubt("b"))
    assert run.decider.fold([*past, lost("b"), call_in_doubt("b")]).steps["b"].status == "waiting"


def test_a_worker_that_comes_back_too_late_can_neither_go_on_nor_end_the_step() -> None:
    past = (*LOST, begun("a", 2, OTHER_LEASE))
    for late in (begin("a"), begin_call("a"), complete("a"), fail("a"), lose("a")):
        given(run.decider, *past).when(late).then_rejected("attempt 1 of 'a' is over", code="step_superseded")


def test_an_attempt_that_is_not_yet_due_is_nobodys() -> None:
    given(run.decider, *RUNNING).when(complete("a", 2)).then_rejected(
        "attempt 2 of 'a' is over: the step is running at attempt 1", code="step_superseded"
    )


def test_two_workers_cannot_hold_one_attempt() -> None:
    given(run.decider, *RUNNING).when(begin("a", lease=OTHER_LEASE)).then_rejected(
        "under way at another worker", code="step_taken"
    )


def test_a_worker_that_begins_its_attempt_again_changes_nothing() -> None:
    given(run.decider, *RUNNING).when(begin("a", lease=LEASE)).then_nothing()


def test_the_next_attempt_begins_where_the_record_ends() -> None:
    past = (*RUNNING, call_begun("a"), call_recorded("a"), lost("a"), scheduled("a", 2), begun("a", 2))
    given(run.decider, *past).when(begin_call("a", 2)).then_rejected("on the record", code="call_recorded")
    given(run.decider, *past).when(begin_call("a", 2, call=2)).then(call_begun("a", 2, call=2))
    given(run.decider, *past).when(complete("a", 2)).then(completed("a", 2), scheduled("b"))


def test_a_late_answer_is_recorded_and_saves_the_next_attempt_the_call() -> None:
    past = (*RUNNING, call_begun("a"), lost("a"), call_in_doubt("a"), scheduled("a", 2), begun("a", 2))
    given(run.decider, *past).when(record_call("a")).then(call_recorded("a"))
    late = (*past, call_recorded("a"))
    given(run.decider, *late).when(begin_call("a", 2)).then_rejected("on the record", code="call_recorded")
