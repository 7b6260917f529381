"""Stories about agents that act: what they do with tools is done once, or in doubt, and never twice in silence."""

from uuid import UUID

import pytest

from domain import run, run_commands, run_tools, run_wait_events
from domain import run_tool_events as tool
from domain.kernel import Rejected
from domain.run_commands import EndChild, PauseRun, ResumeRun, WakeRun
from domain.run_events import Events
from domain.run_values import ForAnswer, ForRun
from tests.domain.acting import begin_tool, compact, end_tool, tool_begun, tool_ended, tool_in_doubt
from tests.domain.runs import (
    begin,
    begun,
    call_begun,
    cancel,
    cancelled,
    complete,
    completed,
    fail,
    failed,
    give,
    lose,
    lost,
    run_completed,
    run_failed,
    scheduled,
    start,
    suspend,
    text,
)
from tests.domain.stories import at, later, state, story
from tests.support.given import CONTEXT, given

MINUTE = 60.0
CHILD = UUID(int=9)


def working(*wishes: run_commands.Commands) -> tuple[Events, ...]:
    return story(start("a"), begin("a"), *wishes)


def test_a_call_of_a_tool_is_on_the_record_before_and_after_it_is_made() -> None:
    given(run.decider, *working()).when(begin_tool()).then(tool_begun())
    given(run.decider, *working(begin_tool())).when(begin_tool()).then_nothing()
    given(run.decider, *working(begin_tool())).when(end_tool()).then(tool_ended())
    given(run.decider, *working(begin_tool(), end_tool())).when(end_tool()).then_nothing()


def test_a_call_that_has_ended_is_not_made_again() -> None:
    refused = given(run.decider, *working(begin_tool(), end_tool())).when(begin_tool())
    refused.then_rejected("on the record already", code="tool_recorded")


def test_what_was_never_begun_cannot_end() -> None:
    given(run.decider, *working()).when(end_tool()).then_rejected("never begun")


@pytest.mark.parametrize("wish", [lose("a"), fail("a", retryable=True)])
def test_a_call_under_way_is_in_doubt_once_its_worker_is_gone(wish: run_commands.Commands) -> None:
    events = run.decide(wish, run.decider.fold(working(begin_tool())), CONTEXT)
    assert tool_in_doubt() in events


def test_what_is_in_doubt_is_done_again_only_where_that_is_as_good_as_once() -> None:
    past = (*working(begin_tool(), lose("a")), begun("a", 2))
    given(run.decider, *past).when(begin_tool(attempt=2)).then(tool_begun(attempt=2))
    risky = (*working(begin_tool(effect="money", repeatable=False), lose("a")), begun("a", 2))
    again = begin_tool(attempt=2, effect="money", repeatable=False)
    given(run.decider, *risky).when(again).then_rejected("it is in doubt", code="tool_in_doubt")


def test_what_has_ended_after_all_is_known_unless_a_model_was_told_otherwise() -> None:
    past = (*working(begin_tool(), lose("a")), begun("a", 2))
    given(run.decider, *past).when(end_tool()).then(tool_ended())
    assert state(*past, tool_ended()).steps["a"].tools[0].status == "ended"
    told = (*past, call_begun("a", 2), tool_ended())
    assert state(*told).steps["a"].tools[0].status == "in_doubt"


def test_what_ends_too_late_to_be_told_is_on_the_record_once_and_not_done_again() -> None:
    past = (*working(begin_tool(), lose("a")), begun("a", 2), call_begun("a", 2), tool_ended())
    given(run.decider, *past).when(end_tool()).then_nothing()
    given(run.decider, *past).when(begin_tool(attempt=2)).then_rejected("it is in doubt", code="tool_in_doubt")


def test_what_another_attempt_does_again_ends_with_that_one() -> None:
    past = (*working(begin_tool(), lose("a")), begun("a", 2), tool_begun(attempt=2))
    given(run.decider, *past).when(end_tool()).then_nothing()
    given(run.decider, *past).when(end_tool(attempt=2)).then(tool_ended(attempt=2))


def test_a_tool_may_end_after_its_run_was_cancelled() -> None:
    past = working(begin_tool(), cancel())
    assert past[-2:] == (tool_in_doubt(), cancelled())
    given(run.decider, *past).when(end_tool()).then(tool_ended())


def test_a_step_makes_only_so_many_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_tools, "MOST_TOOL_CALLS", 2)
    past = working(begin_tool(), begin_tool(index=1))
    with pytest.raises(Rejected, match="at most 2 calls of tools") as refusal:
        run.decide(begin_tool(index=2), run.decider.fold(past), CONTEXT)
    assert refusal.value.code == "too_many_tool_calls"
    lost_at_the_last = (*past, *run.decide(lose("a"), run.decider.fold(past), CONTEXT), begun("a", 2))
    given(run.decider, *lost_at_the_last).when(begin_tool(attempt=2, index=1)).then(tool_begun(attempt=2, index=1))


def test_what_a_model_is_told_no_more_is_on_the_record_once() -> None:
    (event,) = run.decide(compact(), run.decider.fold(working()), CONTEXT)
    assert event == tool.ContextCompacted("a", 1, 1, "dropped", ("tool:0.0",), None, 900, 100)
    given(run.decider, *working(compact())).when(compact()).then_nothing()


class TestAsking:
    WAITS = ForAnswer(text("question"), 0, 0)

    def asking(self, seconds: float | None = None) -> tuple[Events, ...]:
        return working(begin_tool(), suspend("a", self.WAITS, seconds=seconds))

    def test_the_call_that_is_waited_for_is_not_in_doubt(self) -> None:
        assert state(*self.asking()).steps["a"].tools[0].status == "begun"

    def test_nobody_but_who_is_waited_for_ends_the_call(self) -> None:
        given(run.decider, *self.asking()).when(end_tool()).then_nothing()

    def test_only_a_call_that_is_under_way_can_be_waited_for(self) -> None:
        for past in (working(), working(begin_tool(), end_tool())):
            given(run.decider, *past).when(suspend("a", self.WAITS)).then_rejected(
                "not under way", code="invalid_wait", field="waits"
            )

    def test_the_agent_goes_on_with_the_answer_of_a_person(self) -> None:
        answered = run_wait_events.InputGiven("a", 1, text("answer"))
        ended = tool.ToolEnded("a", 1, 0, 0, text("answer"))
        given(run.decider, *self.asking()).when(give("a")).then(answered, ended, scheduled("a", 2))

    def test_where_the_run_is_paused_it_goes_on_once_that_is_resumed(self) -> None:
        past = story(start("a"), begin("a"), begin_tool(), suspend("a", self.WAITS), PauseRun(), give("a"))
        assert state(*past).steps["a"].status == "waiting"
        assert run.decide(ResumeRun(), state(*past), CONTEXT)[-1] == scheduled("a", 2)

    def test_where_nobody_answers_in_time_the_agent_is_told(self) -> None:
        events = run.decide(WakeRun(), state(*self.asking(MINUTE)), at(MINUTE))
        assert events[0] == tool.ToolEnded("a", 1, 0, 0, None, "timed_out")
        assert events[1] == scheduled("a", 2, later(MINUTE))

    def test_another_agent_is_waited_for_like_a_person(self) -> None:
        past = working(begin_tool(), suspend("a", ForRun(CHILD, None, 0, 0)))
        events = run.decide(EndChild("a", CHILD, "completed", text("said")), state(*past), CONTEXT)
        assert events[1:] == [tool.ToolEnded("a", 1, 0, 0, text("said"), untrusted=True), scheduled("a", 2)]

    def test_another_agent_that_fails_is_told_and_fails_nothing_else(self) -> None:
        past = working(begin_tool(), suspend("a", ForRun(CHILD, None, 0, 0)))
        events = run.decide(EndChild("a", CHILD, "failed", code="broken"), state(*past), CONTEXT)
        assert events[1] == tool.ToolEnded("a", 1, 0, 0, None, "broken", untrusted=True)
        assert state(*past, *events).status == "running"


def test_what_an_output_was_made_with_is_on_the_record() -> None:
    wish = complete("a")
    tainted = type(wish)("a", 1, text("output"), None, ("tool:fetch-page",))
    done = type(completed("a"))("a", 1, text("output"), ("tool:fetch-page",))
    given(run.decider, *working()).when(tainted).then(done, run_completed())


def test_a_step_that_fails_with_a_call_under_way_tells_both() -> None:
    events = run.decide(fail("a", retryable=False), state(*working(begin_tool())), CONTEXT)
    assert events == [tool_in_doubt(), failed("a", final=True), run_failed("a")]
    assert lost("a") not in events
