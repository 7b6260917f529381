"""Stories about doing something again and again, and about plans that agents make."""

import pytest

from domain import run
from domain import run_events as fact
from domain.nodes import AnyNode, Loop, Map, Parallel, Plan, SubWorkflow, Vote
from domain.run_commands import Onward, OpenStep
from domain.run_flow import MAX_TURNS
from domain.run_values import Planned, Turn
from tests.domain.runs import (
    LEASE,
    begin,
    begun,
    complete,
    completed,
    fail,
    lose,
    open_step,
    opened,
    run_completed,
    scheduled,
    scope,
    start,
    started,
    text,
)
from tests.domain.stories import broken, done, leaf, state, story
from tests.domain.stories import opened as opens
from tests.support.given import AT, CONTEXT, given

UNTIL = Loop(id="refine", nodes=(leaf("draft"), leaf("check", "draft")), until="last", most=3)
THRICE = Loop(id="refine", nodes=(leaf("draft"),), most=3)


def test_a_loop_begins_with_its_first_turn() -> None:
    given(run.decider).when(start(UNTIL)).then(started(UNTIL), scheduled("refine"))
    given(run.decider, *story(start(UNTIL), begin("refine"))).when(open_step("refine", Turn(0))).then(
        opened("refine", Turn(0)), scope("refine", "0"), scheduled("refine.0.draft")
    )


TURN_OVER = story(start(UNTIL, "z: refine"), opens("refine", Turn(0)), done("refine.0.draft"), done("refine.0.check"))


def test_after_each_turn_a_worker_looks_whether_it_is_enough() -> None:
    assert TURN_OVER[-1] == scheduled("refine", 2)
    past = (*TURN_OVER, begun("refine", 2))
    assert state(*past).result("refine.0") == text("from refine.0.check")
    given(run.decider, *past).when(open_step("refine", Turn(1), 2)).then(
        opened("refine", Turn(1), 2), scope("refine", "1"), scheduled("refine.1.draft")
    )
    given(run.decider, *past).when(complete("refine", 2, "enough")).then(
        completed("refine", 2, "enough"), scheduled("z")
    )


@pytest.mark.parametrize("turn", [0, 2, 3])
def test_turns_follow_each_other_without_a_gap(turn: int) -> None:
    given(run.decider, *TURN_OVER, begun("refine", 2)).when(open_step("refine", Turn(turn), 2)).then_rejected(
        "does not begin with Turn now", code="invalid_opening", field="opening"
    )


def test_no_turn_goes_beyond_the_most() -> None:
    once = Loop(id="refine", nodes=(leaf("draft"),), until="last", most=1)
    past = story(start(once), opens("refine", Turn(0)), done("refine.0.draft"), begin("refine", 2))
    given(run.decider, *past).when(open_step("refine", Turn(1), 2)).then_rejected(
        "does not begin with Turn now", code="invalid_opening", field="opening"
    )


def test_a_loop_without_a_condition_goes_on_without_a_worker() -> None:
    past = story(start(THRICE), opens("refine", Turn(0)), begin("refine.0.draft"))
    given(run.decider, *past).when(complete("refine.0.draft")).then(
        completed("refine.0.draft"), opened("refine", Turn(1)), scope("refine", "1"), scheduled("refine.1.draft")
    )


def test_it_comes_to_what_its_last_turn_comes_to() -> None:
    turns = (done("refine.0.draft"), done("refine.1.draft"), begin("refine.2.draft"))
    past = story(start(THRICE), opens("refine", Turn(0)), *turns)
    given(run.decider, *past).when(complete("refine.2.draft")).then(
        completed("refine.2.draft"), completed("refine"), run_completed()
    )


def test_a_loop_that_nothing_ends_is_ended() -> None:
    endless = Loop(id="refine", nodes=(leaf("draft"),))
    past = [*story(start(endless), opens("refine", Turn(0)))]
    now = state(*past)
    for turn in range(MAX_TURNS):
        for command in (begin(f"refine.{turn}.draft"), complete(f"refine.{turn}.draft")):
            now = run.decider.fold(run.decide(command, now, CONTEXT), now)
    assert (now.status, now.code) == ("failed", "too_many_turns")


def test_a_loop_may_be_lost_and_may_fail_in_each_turn_as_often_as_any_step() -> None:
    endless = Loop(id="refine", nodes=(leaf("draft"),), until="last")
    now = state(*story(start(endless)))
    for turn in range(12):
        attempt = 4 * turn + 1
        trouble = [
            wish for number in (0, 1) for wish in (begin("refine", attempt + number), lose("refine", attempt + number))
        ]
        tries = (begin("refine", attempt + 2), fail("refine", attempt + 2), begin("refine", attempt + 3))
        turned = (open_step("refine", Turn(turn), attempt + 3), *done(f"refine.{turn}.draft"))
        for command in (*trouble, *tries, *turned):
            now = run.decider.fold(run.decide(command, now, CONTEXT), now)
    assert (now.status, now.steps["refine"].status, now.steps["refine"].losses) == ("running", "scheduled", 0)


def test_a_failed_turn_fails_the_loop() -> None:
    past = story(start(THRICE), opens("refine", Turn(0)), done("refine.0.draft"), broken("refine.1.draft"))
    assert state(*past).steps["refine"].status == "failed"
    assert state(*past).failed_step == "refine.1.draft"


def test_whoever_ends_a_turn_may_go_on_with_the_next() -> None:
    past = story(start(UNTIL), begin("refine"))
    onward = Onward(LEASE)
    given(run.decider, *past).when(OpenStep("refine", 1, Turn(0), onward)).then(
        opened("refine", Turn(0)),
        scope("refine", "0"),
        fact.StepScheduled("refine.0.draft", 1, AT, taken=True),
        begun("refine.0.draft"),
    )


PLAN = Plan(id="plan", agent="reader", prompt="Plan.", team=("reader",))


def test_what_an_agent_planned_is_recorded_and_done() -> None:
    planned = Planned((leaf("a"), leaf("b", "a")))
    past = story(start(PLAN, "z: plan"), begin("plan"))
    given(run.decider, *past).when(open_step("plan", planned)).then(
        opened("plan", planned), scope("plan"), scheduled("plan.a")
    )
    later = story(start(PLAN, "z: plan"), opens("plan", planned), done("plan.a"), begin("plan.b"))
    given(run.decider, *later).when(complete("plan.b", output="end")).then(
        completed("plan.b", output="end"), completed("plan", output="end"), scheduled("z")
    )


@pytest.mark.parametrize(
    ("nodes", "why", "field"),
    [
        ((), "there is no node", "nodes"),
        ((leaf("a", "b"), leaf("b", "a")), "in a cycle", "nodes"),
        ((leaf("a", "c"),), "which is no node", "nodes[0].needs"),
        ((Parallel(id="a", nodes=()),), "there is no node", "nodes[0].nodes"),
        ((Vote(id="a", agents=("x",), prompt="?", choices=("y",)),), "is not written out", "nodes"),
    ],
)
def test_a_plan_that_could_never_be_done_is_not_recorded(nodes: tuple[AnyNode, ...], why: str, field: str) -> None:
    given(run.decider, *story(start(PLAN), begin("plan"))).when(open_step("plan", Planned(nodes))).then_rejected(
        why, code="invalid_workflow", field=field
    )


@pytest.mark.parametrize(
    "node", [leaf("x"), UNTIL, Map(id="m", over="input", nodes=(leaf("a"),)), SubWorkflow(id="s", workflow="w")]
)
def test_only_a_plan_opens_with_nodes(node: AnyNode) -> None:
    given(run.decider, *story(start(node), begin(node.id))).when(
        open_step(node.id, Planned((leaf("a"),)))
    ).then_rejected("does not begin with Planned", code="invalid_opening", field="opening")
