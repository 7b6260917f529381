"""Stories about model calls: what was paid for is on the record, once, and nothing is asked twice."""

import pytest

from domain import run, run_commands
from domain import run_events as fact
from domain.kernel import replace
from domain.run_events import Events
from domain.run_state import Call
from tests.domain.runs import (
    TOKENS,
    begin_call,
    begun,
    call_begun,
    call_in_doubt,
    call_recorded,
    call_refused,
    cancelled,
    complete,
    completed,
    failed,
    lost,
    record_call,
    run_completed,
    run_failed,
    scheduled,
    started,
    text,
)
from tests.support.given import given

RUNNING = (started("a"), scheduled("a"), begun("a"))
CALLING = (*RUNNING, call_begun("a"))


def test_a_call_is_begun_before_it_is_made() -> None:
    given(run.decider, *RUNNING).when(begin_call("a")).then(call_begun("a"))


def test_beginning_a_call_again_changes_nothing() -> None:
    given(run.decider, *CALLING).when(begin_call("a")).then_nothing()


def test_an_answer_is_recorded() -> None:
    given(run.decider, *CALLING).when(record_call("a")).then(call_recorded("a"))


def test_recording_an_answer_again_changes_nothing() -> None:
    given(run.decider, *CALLING, call_recorded("a")).when(record_call("a")).then_nothing()


def test_an_answered_call_is_not_begun_again() -> None:
    past = (*CALLING, call_recorded("a"))
    given(run.decider, *past).when(begin_call("a")).then_rejected("on the record", code="call_recorded")


def test_an_attempt_may_make_several_calls() -> None:
    past = (*CALLING, call_recorded("a"))
    given(run.decider, *past).when(begin_call("a", call=2)).then(call_begun("a", call=2))


@pytest.mark.parametrize("answer", [record_call("a", call=2), record_call("a", 2)])
def test_an_answer_to_a_call_that_was_never_begun_is_refused(answer: run_commands.RecordCall) -> None:
    given(run.decider, *CALLING).when(answer).then_rejected("was never begun")


ENDS: dict[str, tuple[Events, ...]] = {
    "was lost": (lost("a"), call_in_doubt("a"), scheduled("a", 2)),
    "was lost and another has begun": (lost("a"), call_in_doubt("a"), scheduled("a", 2), begun("a", 2)),
    "failed": (call_in_doubt("a"), failed("a"), scheduled("a", 2)),
    "failed for good": (call_in_doubt("a"), failed("a", final=True), run_failed("a")),
    "was said to be refused": (call_refused("a"), failed("a"), scheduled("a", 2)),
    "was cancelled": (call_in_doubt("a"), cancelled()),
    "completed without it": (call_in_doubt("a"), completed("a"), run_completed()),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_an_answer_is_recorded_even_when_its_attempt(end: tuple[Events, ...]) -> None:
    given(run.decider, *CALLING, *end).when(record_call("a")).then(call_recorded("a"))
    given(run.decider, *CALLING, *end, call_recorded("a")).when(record_call("a")).then_nothing()


def test_a_late_answer_settles_the_doubt_and_leaves_the_rest_as_it_is() -> None:
    before = run.decider.fold([*CALLING, *ENDS["was cancelled"]])
    after = run.decider.fold([call_recorded("a")], before)
    assert before.steps["a"].calls[0].status == "in_doubt"
    assert after.steps["a"].calls[0].status == "recorded"
    assert (after.status, after.steps["a"].status) == ("cancelled", "cancelled")


def test_a_step_that_completes_beside_an_open_call_leaves_it_in_doubt() -> None:
    past = (*CALLING, call_recorded("a"), call_begun("a", call=2))
    given(run.decider, *past).when(complete("a")).then(call_in_doubt("a", call=2), completed("a"), run_completed())


def test_the_record_says_what_a_call_used_cost_and_answered() -> None:
    step = run.decider.fold([*CALLING, call_recorded("a")]).steps["a"]
    answered = Call(1, 1, "offline/extract", "recorded", text("answer"), TOKENS, 7, "end", request=text("request"))
    assert step.calls == (answered,)
    assert step.recorded(1) == answered
    assert step.recorded(2) is None


def test_the_record_names_the_model_that_answered() -> None:
    answer = replace(call_recorded("a"), model="offline/extract-2")
    assert run.decider.fold([*CALLING, answer]).steps["a"].calls[0].model == "offline/extract-2"


def test_a_call_that_is_refused_or_in_doubt_is_no_answer() -> None:
    for end in (call_refused("a"), call_in_doubt("a")):
        assert run.decider.fold([*CALLING, end]).steps["a"].recorded(1) is None


def test_a_model_that_declines_is_on_the_record_but_gave_no_answer() -> None:
    declined = (*CALLING, call_recorded("a", stop="refusal"))
    assert run.decider.fold(declined).steps["a"].recorded(1) is None
    given(run.decider, *declined).when(begin_call("a")).then_rejected("on the record", code="call_recorded")


def test_the_next_attempt_may_ask_again_what_a_model_declined() -> None:
    declined = (*CALLING, call_recorded("a", stop="refusal"), failed("a"), scheduled("a", 2), begun("a", 2))
    given(run.decider, *declined).when(begin_call("a", 2)).then(call_begun("a", 2))


def test_an_answer_cut_off_at_its_length_is_an_answer() -> None:
    step = run.decider.fold([*CALLING, call_recorded("a", stop="length")]).steps["a"]
    assert step.recorded(1) is not None


TWICE = (*CALLING, lost("a"), call_in_doubt("a"), scheduled("a", 2), begun("a", 2), call_begun("a", 2))
FIRST = call_recorded("a", 1, answer="from the first attempt")
SECOND = call_recorded("a", 2, answer="from the second attempt")


@pytest.mark.parametrize("answers", [(FIRST, SECOND), (SECOND, FIRST)])
def test_of_two_answers_to_one_call_both_are_on_the_record_and_the_first_to_come_counts(
    answers: tuple[fact.CallRecorded, fact.CallRecorded],
) -> None:
    step = run.decider.fold([*TWICE, *answers]).steps["a"]
    counts = step.recorded(1)
    assert counts is not None
    assert counts.output == answers[0].output
    assert [call.output for call in step.calls] == [answer.output for answer in answers]


OVER = "attempt 1 of 'a' is over"


@pytest.mark.parametrize(
    ("past", "why", "code"),
    [
        (RUNNING[:2], "step 'a' has not begun", "rejected"),
        ((*RUNNING, lost("a"), scheduled("a", 2)), OVER, "step_superseded"),
        ((*RUNNING, completed("a"), run_completed()), OVER, "step_superseded"),
        ((*RUNNING, failed("a", final=True), run_failed("a")), OVER, "step_superseded"),
        ((*RUNNING, cancelled()), OVER, "step_superseded"),
    ],
)
def test_only_an_attempt_under_way_makes_calls(past: tuple[Events, ...], why: str, code: str) -> None:
    given(run.decider, *past).when(begin_call("a")).then_rejected(why, code=code)


USELESS = replace(call_recorded("a"), problem="model_answer_empty")


def test_an_answer_of_no_use_is_recorded_and_the_call_goes_on() -> None:
    useless = replace(record_call("a"), problem="model_answer_empty")
    given(run.decider, *CALLING).when(useless).then(USELESS)
    again = replace(begin_call("a"), tried=1)
    given(run.decider, *CALLING, USELESS).when(again).then(replace(call_begun("a"), tried=1))


def test_an_answer_of_no_use_is_never_taken_for_the_answer() -> None:
    step = run.decider.fold([*CALLING, USELESS]).steps["a"]
    assert step.recorded(1) is None
    (call,) = step.calls
    assert (call.status, call.problem, call.cost_micro_usd) == ("recorded", "model_answer_empty", 7)
