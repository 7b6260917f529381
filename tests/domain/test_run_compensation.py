"""Stories about undoing what was done once a run has failed."""

from domain import run
from domain import run_events as fact
from domain.kernel import replace
from domain.nodes import AnyNode, Loop, Map, Parallel, Transform
from domain.run_commands import PauseRun, ResumeRun, WakeRun
from domain.run_events import Events
from domain.run_people import due
from domain.run_values import Spread, Turn
from tests.domain.runs import (
    begin,
    begin_call,
    call_in_doubt,
    cancel,
    complete,
    completed,
    fail,
    failed,
    retry,
    run_failed,
    scheduled,
    scope,
    skip,
    start,
    text,
)
from tests.domain.stories import at, broken, done, leaf, opened, state, statuses, story
from tests.support.given import given

LAST = replace(leaf("z"), on_failure="compensate")
UNDO = fact.CompensationBegun("z", "model_timeout", "no answer")


def undone(name: str, *needs: str, by: tuple[AnyNode, ...] = (leaf("undo"),)) -> Transform:
    return replace(leaf(name, *needs), compensate=by)


PAIR = (undone("a"), undone("b", "a"), replace(LAST, needs=("b",)))
DONE = story(start(*PAIR), done("a"), done("b"), begin("z"))
UNDOING = story(start(*PAIR), done("a"), done("b"), broken("z"))
FIRST, SECOND = done("b.compensate.undo"), done("a.compensate.undo")


def test_what_was_done_is_undone_the_last_first_and_then_the_run_has_failed() -> None:
    given(run.decider, *DONE).when(fail("z", retryable=False)).then(
        failed("z", final=True), UNDO, scope("b", "compensate"), scheduled("b.compensate.undo")
    )
    past = story(start(*PAIR), done("a"), done("b"), broken("z"), begin("b.compensate.undo"))
    given(run.decider, *past).when(complete("b.compensate.undo")).then(
        completed("b.compensate.undo"), scope("a", "compensate"), scheduled("a.compensate.undo")
    )
    whole = story(start(*PAIR), done("a"), done("b"), broken("z"), FIRST, SECOND)
    assert whole[-1] == run_failed("z")
    assert statuses(*whole) == {
        "a": "completed",
        "b": "completed",
        "z": "failed",
        "b.compensate.undo": "completed",
        "a.compensate.undo": "completed",
    }


def test_while_it_is_undone_the_run_goes_on_and_says_why() -> None:
    now = state(*UNDOING)
    assert (now.status, now.undoing, now.failed_step, now.code) == ("running", True, "z", "model_timeout")


def test_what_was_under_way_is_stopped_before_anything_is_undone() -> None:
    past = story(start(undone("a"), LAST, "b"), done("a"), begin("b"), begin_call("b"), begin("z"))
    given(run.decider, *past).when(fail("z", retryable=False)).then(
        *(failed("z", final=True), call_in_doubt("b"), UNDO),
        *(scope("a", "compensate"), scheduled("a.compensate.undo")),
    )
    over = (*past, *run.decide(fail("z", retryable=False), state(*past), at(0)))
    assert statuses(*over)["b"] == "cancelled"
    given(run.decider, *over).when(complete("b")).then_rejected("is cancelled", code="step_superseded")


def test_what_was_not_completed_or_cannot_be_undone_is_left_as_it_is() -> None:
    past = story(start(replace(leaf("a"), on_failure="compensate"), undone("b", "a"), "c"), done("c"), broken("a"))
    assert past[-1] == run_failed("a")


def test_where_the_failure_does_not_ask_for_it_nothing_is_undone() -> None:
    assert story(start(undone("a"), leaf("z", "a")), done("a"), broken("z"))[-1] == run_failed("z")


def test_a_failure_inside_asks_for_it_where_anything_around_it_does() -> None:
    inner = Parallel(id="p", nodes=(leaf("x"),), needs=("a",), on_failure="compensate")
    past = story(start(undone("a"), inner), done("a"), broken("p.x"))
    assert past[-3:] == (
        fact.CompensationBegun("p.x", "model_timeout", "no answer"),
        *(scope("a", "compensate"), scheduled("a.compensate.undo")),
    )


def test_each_turn_and_each_item_is_undone() -> None:
    loop = Loop(id="l", nodes=(undone("x"),), most=2)
    each = Map(id="m", over="input", nodes=(undone("y"),), needs=("l",), limit=1)
    past = story(
        start(loop, each, replace(LAST, needs=("m",))),
        *(opened("l", Turn(0)), done("l.0.x"), done("l.1.x")),
        *(opened("m", Spread(text("items"), 2)), done("m.0.y"), done("m.1.y"), done("m", attempt=2)),
        broken("z"),
    )
    names = ["m.1.y", "m.0.y", "l.1.x", "l.0.x"]
    assert state(*past).undo == tuple(reversed(names))
    everything = past
    for name in names:
        undoing = f"{name}.compensate.undo"
        assert scheduled(undoing) in everything
        for wish in (begin(undoing), complete(undoing)):
            everything = (*everything, *run.decide(wish, state(*everything), at(0)))
    assert everything[-1] == run_failed("z")


def test_what_undoes_is_not_undone_itself() -> None:
    nodes = (undone("a", by=(undone("undo"),)), replace(LAST, needs=("a",)))
    past = story(start(*nodes), done("a"), broken("z"), begin("a.compensate.undo"))
    given(run.decider, *past).when(complete("a.compensate.undo")).then(completed("a.compensate.undo"), run_failed("z"))


BROKEN = (failed("b.compensate.undo", final=True), scope("a", "compensate"), scheduled("a.compensate.undo"))


def test_what_cannot_be_undone_holds_up_nothing_else_and_the_run_says_so() -> None:
    past = (*UNDOING, *story_of("b.compensate.undo"))
    given(run.decider, *past).when(fail("b.compensate.undo", retryable=False)).then(*BROKEN)
    whole = story(start(*PAIR), done("a"), done("b"), broken("z"), broken("b.compensate.undo"), SECOND)
    assert whole[-1] == fact.Failed("z", "model_timeout", "no answer; not undone: b")
    assert state(*whole).code == "model_timeout", "a failure to undo does not hide why the run failed"


def story_of(name: str) -> tuple[Events, ...]:
    return story(start(*PAIR), done("a"), done("b"), broken("z"), begin(name))[len(UNDOING) :]


def test_what_undoes_may_have_an_order_and_lists_inside_it() -> None:
    by = (Parallel(id="p", nodes=(leaf("x"),), yields="last"), leaf("y", "p"))
    past = story(start(undone("a", by=by), replace(LAST, needs=("a",))), done("a"), broken("z"))
    assert past[-1] == scheduled("a.compensate.p.x")
    begun = story(
        start(undone("a", by=by), replace(LAST, needs=("a",))), done("a"), broken("z"), done("a.compensate.p.x")
    )
    assert begun[-1] == scheduled("a.compensate.y")


def test_two_failures_in_what_undoes_one_step_undo_the_next_once() -> None:
    by = (leaf("x"), leaf("y"))
    nodes = (undone("a"), undone("b", "a", by=by), replace(LAST, needs=("b",)))
    failing = (broken("b.compensate.x"), broken("b.compensate.y"))
    past = story(start(*nodes), done("a"), done("b"), broken("z"), *failing)
    begun = [event for event in past if isinstance(event, fact.ScopeBegun)]
    assert begun == [scope("b", "compensate"), scope("a", "compensate")]
    assert state(*past).status == "running"
    whole = story(start(*nodes), done("a"), done("b"), broken("z"), *failing, SECOND)
    assert whole[-1] == fact.Failed("z", "model_timeout", "no answer; not undone: b")


def test_undoing_can_be_paused_and_goes_on() -> None:
    past = (*UNDOING, fact.Paused())
    given(run.decider, *past).when(ResumeRun()).then(fact.Resumed(), scheduled("b.compensate.undo", 2))
    between = story(start(*PAIR), done("a"), done("b"), broken("z"), begin("b.compensate.undo"), PauseRun())
    over = (*between, completed("b.compensate.undo"))
    given(run.decider, *over).when(ResumeRun()).then(
        fact.Resumed(), scope("a", "compensate"), scheduled("a.compensate.undo")
    )
    failing = (*between, *run.decide(fail("b.compensate.undo", retryable=False), state(*between), at(0)))
    given(run.decider, *failing).when(ResumeRun()).then(fact.Resumed(), scheduled("a.compensate.undo"))


def test_a_person_may_skip_what_undoes_or_stop_it() -> None:
    past = story(start(*PAIR), done("a"), done("b"), broken("z"), skip("b.compensate.undo"))
    assert past[-1] == scheduled("a.compensate.undo")
    given(run.decider, *past).when(cancel()).then(fact.Cancelled("enough"))


def test_what_was_undone_is_not_retried() -> None:
    whole = story(start(*PAIR), done("a"), done("b"), broken("z"), FIRST, SECOND)
    given(run.decider, *whole).when(retry("z")).then_rejected("what the run had done was undone; start it again")
    given(run.decider, *UNDOING).when(retry("z")).then_rejected("the run is running and step 'z' is failed")
    given(run.decider, *UNDOING).when(skip("z")).then_rejected("step 'z' is failed")


def test_a_deadline_does_not_keep_a_run_from_undoing() -> None:
    timed = replace(start(*PAIR), deadline_seconds=60.0)
    past = story(timed, done("a"), done("b"), broken("z"))
    given(run.decider, *past).when(WakeRun(), at(100)).then_nothing()
    assert due(state(*past)) is None
