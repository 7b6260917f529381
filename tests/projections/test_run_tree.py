"""Steps within steps are shown as the run itself knows them, with what they and their run wait for."""

from datetime import timedelta
from random import Random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain import run_events as fact
from domain import run_wait_events as wait
from domain.nodes import Approval, Map, Parallel, Transform
from domain.run_people import due
from domain.run_state import DONE
from domain.run_values import ForApproval, Fork, Spread
from projections.run_plans import node_at
from projections.run_step_rows import Problem
from tests.domain.runs import (
    begun,
    call_begun,
    call_recorded,
    completed,
    failed,
    run_failed,
    scheduled,
    started,
    text,
)
from tests.projections.rough_runs import RoughRun
from tests.projections.run_rows import rows, whole
from tests.projections.telling import moment
from tests.support.given import AT, CONTEXT


@given(st.integers(0, 2**64))
def test_nodes_within_nodes_stand_as_the_state_says_whatever_happens(seed: int) -> None:
    """What was called back, stopped or woken by others is worked out from the rows; here chance tries all of it."""
    rough = RoughRun(Random(seed))
    for _ in range(15):
        for _ in range(4):
            rough.stir()
        found, state = whole(*rough.events), rough.state
        assert {view.id: view.status for view in found.views()} == {name: it.status for name, it in state.steps.items()}
        lively = {name: it.status for name, it in state.steps.items() if it.status in LIVELY}
        assert {name: live.status for name, live in found.run.live.items()} == lively
        done = [name for name, it in state.steps.items() if it.status in DONE]
        assert (found.run.steps_total, found.run.steps_done) == (len(state.steps), len(done))
        next_due = due(state)
        assert found.run.next_due == (next_due and next_due.timestamp())
    nodes = {plan.path: plan.nodes for plan in found.plans}
    assert all(node_at(nodes, name) == it.node for name, it in state.steps.items())


LIVELY = ("scheduled", "running", "suspended")


class TestNodesWithinNodes:
    NODES = (Map(id="each", over="input", nodes=(Transform(id="read", expression="item"),), limit=2),)

    def test_the_items_of_a_map_are_steps_of_their_own_inside_it(self) -> None:
        opened = fact.StepOpened("each", 1, Spread(text("items"), 3))
        found = whole(
            started(*self.NODES),
            *(scheduled("each"), begun("each"), opened, fact.ScopeBegun("each", "0"), scheduled("each.0.read")),
            *(fact.ScopeBegun("each", "1"), scheduled("each.1.read"), begun("each.1.read"), completed("each.1.read")),
        )
        shown = [(view.id, view.scope, view.owner, view.status) for view in found.views()]
        assert shown == [
            ("each", "", "", "open"),
            ("each.0.read", "each.0", "each", "scheduled"),
            ("each.1.read", "each.1", "each", "completed"),
        ]
        assert (found.run.steps_total, found.run.steps_done) == (3, 1)

    def test_an_error_names_the_step_inside_that_it_comes_from(self) -> None:
        inner = Parallel(id="fork", nodes=(Transform(id="a", expression="input"),))
        found = whole(
            started(inner),
            *(fact.StepOpened("fork", 0, Fork()), fact.ScopeBegun("fork", ""), scheduled("fork.a"), begun("fork.a")),
            *(failed("fork.a", final=True), failed("fork", 0, final=True), run_failed("fork.a")),
        )
        around, within = found.views()
        assert around.error == Problem("model_timeout", "no answer", "fork.a")
        assert within.error == Problem("model_timeout", "no answer")


def test_a_run_waits_where_nobody_works_on_it_and_says_when_it_wakes_up() -> None:
    until = AT + timedelta(hours=1)
    asked = wait.StepSuspended("a", 1, ForApproval(text("subject")), until)
    found = whole(started(Approval(id="a", question="Well?")), scheduled("a"), begun("a"), asked)
    (view,) = found.views()
    assert (found.run.status, found.run.next_due) == ("waiting", until.timestamp())
    assert (view.status, view.waits, view.due_at) == ("suspended", ForApproval(text("subject")), until)
    decided = wait.ApprovalDecided("a", 1, "approve", text("subject"), "fine")
    found = whole(started(Approval(id="a", question="Well?")), scheduled("a"), begun("a"), asked, decided)
    (view,) = found.views()
    assert view.verdict is not None
    assert (view.verdict.decision, view.verdict.by, view.verdict.note) == ("approve", CONTEXT.actor_id, "fine")


def test_a_pause_says_by_whom_and_why_and_calls_back_what_was_due() -> None:
    paused = whole(started("a", "b"), scheduled("a"), scheduled("b"), begun("b"), fact.Paused("lunch"))
    assert (paused.run.status, paused.run.paused and paused.run.paused.reason) == ("paused", "lunch")
    assert paused.run.paused is not None
    assert (paused.run.paused.by, paused.run.paused.at) == (CONTEXT.actor_id, moment(5))
    assert [view.status for view in paused.views()] == ["waiting", "running"]


def test_a_run_that_waits_takes_no_more_than_a_few_kilobytes() -> None:
    asked = wait.StepSuspended("b", 1, ForApproval(text("subject")))
    told = rows(
        started("a", Approval(id="b", question="Well?", needs=("a",))),
        *(scheduled("a"), begun("a"), call_begun("a"), call_recorded("a"), completed("a")),
        *(scheduled("b"), begun("b"), asked),
    )
    assert sum(len(msgspec.json.encode(row)) for row in told) < 4_096
