"""The row of a run is what the page shows of it: each step, what it has used, and why something failed."""

from datetime import timedelta

import pytest
from hypothesis import given

from application.ledger import entries
from domain import run_events as fact
from domain.kernel import Event
from domain.run_charge_events import ChargeSettled
from domain.run_state import Step
from domain.run_values import Tokens
from projections.run_step_rows import Problem
from projections.run_tree import StepView
from tests.domain import runs
from tests.domain.runs import (
    begun,
    call_begun,
    call_in_doubt,
    call_recorded,
    call_refused,
    cancelled,
    completed,
    failed,
    lost,
    retried,
    run_completed,
    run_failed,
    scheduled,
    started,
    text,
)
from tests.domain.test_run_properties import MANY, STORIES, Story
from tests.projections.run_rows import whole
from tests.projections.telling import STREAM, moment
from tests.support.given import AT, CONTEXT


def step(*events: Event) -> StepView:
    """The only step of a run after these events; the run started at position 1."""
    (view,) = whole(started("a"), *events).views()
    return view


def test_a_run_that_has_just_started() -> None:
    found = whole(started("a", "b: a"), scheduled("a"))
    row, views = found.run, found.views()
    assert (row.id, row.workspace_id, row.position) == (STREAM, CONTEXT.workspace_id, 2)
    assert (row.title, row.workflow_id, row.workflow_name, row.workflow_version) == (
        "Brief",
        runs.WORKFLOW,
        "Research brief",
        1,
    )
    assert (row.status, row.first_position, row.created_at, row.ended_at) == ("pending", 1, moment(1), None)
    assert (row.input, row.output, row.error, row.steps_total, row.steps_done) == (text("input"), None, None, 2, 0)
    assert [(each.id, each.needs_left, each.status) for each in views] == [
        ("a", (), "scheduled"),
        ("b", ("a",), "waiting"),
    ]
    first = views[0]
    assert first.member is not None
    assert (first.member.name, first.member.role, first.model) == ("Reader", "Researcher", "offline/extract")
    assert whole(started("a", "b: a"), scheduled("a"), begun("a")).run.status == "running"


def test_a_scheduled_step_says_since_when_and_for_when() -> None:
    due = AT + timedelta(minutes=1)
    row = step(scheduled("a", 1, due))
    assert (row.status, row.attempt, row.scheduled_position, row.due_at) == ("scheduled", 1, 2, due)
    assert (row.started_at, row.ended_at) == (None, None)


def test_a_step_under_way() -> None:
    row = step(scheduled("a"), begun("a"), call_begun("a"))
    assert (row.status, row.started_at, row.ended_at) == ("running", moment(3), None)
    assert (row.input_tokens, row.output_tokens, row.cost_micro_usd, row.calls_in_doubt) == (0, 0, 0, 0)


def test_a_completed_step_and_its_run() -> None:
    found = whole(
        *(started("a"), scheduled("a"), begun("a"), call_begun("a"), call_recorded("a"), completed("a")),
        run_completed(),
    )
    row = found.run
    assert (row.status, row.output, row.ended_at, row.error) == ("completed", text("output"), moment(7), None)
    assert (row.steps_done, row.input_tokens, row.output_tokens, row.cost_micro_usd) == (1, 100, 20, 7)
    (only,) = found.views()
    assert (only.status, only.output, only.ended_at) == ("completed", text("output"), moment(6))
    assert (only.input_tokens, only.output_tokens, only.cost_micro_usd) == (100, 20, 7)


class TestSums:
    """Tokens and cost count every recorded call; one unknown price makes the sum unknown."""

    def call(self, number: int, cost: int | None) -> fact.CallRecorded:
        tokens = Tokens(input=10 * number, output=number)
        return fact.CallRecorded("a", 1, number, f"m/{number}", text("x"), tokens, cost, "end")

    def test_several_calls_add_up_and_the_last_says_which_model_it_was(self) -> None:
        row = step(scheduled("a"), begun("a"), self.call(1, 5), self.call(2, 0), self.call(3, 2))
        assert (row.input_tokens, row.output_tokens, row.cost_micro_usd, row.model) == (60, 6, 7, "m/3")

    @pytest.mark.parametrize("costs", [(None, 5, 2), (5, None, 2), (5, 2, None)])
    def test_an_unknown_cost_makes_the_sum_unknown_for_good(self, costs: tuple[int | None, ...]) -> None:
        calls = [self.call(number, cost) for number, cost in enumerate(costs, start=1)]
        row = step(scheduled("a"), begun("a"), *calls)
        assert (row.cost_micro_usd, row.input_tokens) == (None, 60)

    def test_a_refusal_was_paid_too(self) -> None:
        row = step(scheduled("a"), begun("a"), call_begun("a"), call_recorded("a", stop="refusal"))
        assert (row.input_tokens, row.cost_micro_usd) == (100, 7)

    def test_calls_of_several_attempts_are_one_sum(self) -> None:
        again: list[fact.Events] = [scheduled("a", 2), begun("a", 2), call_begun("a", 2), call_recorded("a", 2)]
        row = step(scheduled("a"), begun("a"), call_begun("a"), call_recorded("a"), lost("a"), *again)
        assert (row.input_tokens, row.cost_micro_usd) == (200, 14)


class TestDoubt:
    def test_calls_in_doubt_are_counted_over_all_attempts(self) -> None:
        first: list[fact.Events] = [scheduled("a"), begun("a"), call_begun("a"), lost("a"), call_in_doubt("a")]
        second: list[fact.Events] = [
            scheduled("a", 2),
            begun("a", 2),
            call_begun("a", 2),
            call_in_doubt("a", 2),
            failed("a", 2),
        ]
        assert step(*first).calls_in_doubt == 1
        assert step(*first, *second).calls_in_doubt == 2

    def test_one_that_is_recorded_after_all_is_in_doubt_no_more(self) -> None:
        row = step(scheduled("a"), begun("a"), call_begun("a"), lost("a"), call_in_doubt("a"), call_recorded("a"))
        assert (row.calls_in_doubt, row.input_tokens) == (0, 100)

    def test_one_that_a_person_has_settled_is_in_doubt_no_more_and_an_answer_knows_better(self) -> None:
        past = (scheduled("a"), begun("a"), call_begun("a"), lost("a"), call_in_doubt("a"))
        entry = entries.of_run(STREAM, "a", 1, 1, 0)
        row = step(*past, ChargeSettled(entry, 5, 3, final=False, step="a"))
        assert (row.calls_in_doubt, row.cost_micro_usd) == (0, 5)
        row = step(*past, ChargeSettled(entry, 5, 3, final=False, step="a"), call_recorded("a"))
        assert (row.calls_in_doubt, row.cost_micro_usd, row.input_tokens) == (0, 7, 100)
        assert step(*past, ChargeSettled(STREAM, 5, 3)).calls_in_doubt == 1

    def test_one_that_was_turned_away_is_not_in_doubt(self) -> None:
        assert step(scheduled("a"), begun("a"), call_begun("a"), call_refused("a"), failed("a")).calls_in_doubt == 0


class TestFailure:
    def test_an_attempt_that_is_tried_again_says_why(self) -> None:
        row = step(scheduled("a"), begun("a"), failed("a"), scheduled("a", 2))
        assert (row.status, row.attempt, row.scheduled_position) == ("scheduled", 2, 5)
        assert row.error == Problem("model_timeout", "no answer")
        assert (row.started_at, row.ended_at) == (None, None)

    def test_success_forgets_the_failure_before_it(self) -> None:
        row = step(scheduled("a"), begun("a"), failed("a"), scheduled("a", 2), begun("a", 2), completed("a", 2))
        assert (row.status, row.error) == ("completed", None)

    def test_a_run_fails_with_its_step(self) -> None:
        found = whole(started("a"), scheduled("a"), begun("a"), failed("a", final=True), run_failed("a"))
        error = Problem("model_timeout", "no answer", "a")
        assert (found.run.status, found.run.error, found.run.ended_at) == ("failed", error, moment(5))
        assert [(each.status, each.ended_at) for each in found.views()] == [("failed", moment(4))]

    def test_what_was_due_in_a_failed_run_waits_for_a_person_and_what_is_under_way_may_end(self) -> None:
        found = whole(
            started("a", "b", "c"),
            *(scheduled(name) for name in "abc"),
            begun("a"),
            begun("b"),
            failed("a", final=True),
            run_failed("a"),
        )
        assert [each.status for each in found.views()] == ["failed", "running", "waiting"]

    def test_a_retry_makes_the_run_run_again(self) -> None:
        found = whole(
            *(started("a"), scheduled("a"), begun("a"), failed("a", final=True), run_failed("a")),
            *(retried("a"), scheduled("a", 2)),
        )
        assert (found.run.status, found.run.error, found.run.ended_at) == ("running", None, None)
        assert [(each.status, each.attempt, each.error) for each in found.views()] == [("scheduled", 2, None)]


def test_a_lost_attempt_waits_for_its_next() -> None:
    assert step(scheduled("a"), begun("a"), lost("a")).status == "waiting"
    assert step(scheduled("a"), begun("a"), lost("a"), scheduled("a", 2)).status == "scheduled"


def test_a_cancelled_run_ends_its_steps_but_those_that_had_ended() -> None:
    found = whole(
        started("a", "b", "c: a"),
        *(scheduled("a"), scheduled("b"), begun("a"), completed("a"), scheduled("c"), begun("b"), cancelled()),
    )
    row = found.run
    assert (row.status, row.ended_at, row.error) == ("cancelled", moment(8), None)
    assert [(each.status, each.ended_at) for each in found.views()] == [
        ("completed", moment(5)),
        ("cancelled", moment(8)),
        ("cancelled", None),
    ]


@MANY
@given(STORIES)
def test_whatever_happens_to_a_run_its_rows_say_what_its_state_says(story: Story) -> None:
    world = story.world()
    state, found = world.run, whole(*world.events)
    row = found.run
    assert (row.state, row.output) == (state.status, state.output)
    assert (row.error and row.error.code) == state.code
    for shown in found.views():
        step = state.steps[shown.id]
        assert (shown.status, shown.attempt, shown.output) == (step.status, step.attempt, step.output)
        assert shown.calls_in_doubt == sum(call.status == "in_doubt" for call in step.calls)
        assert shown.input_tokens == sum(call.tokens.input for call in step.calls if call.tokens)
        assert shown.cost_micro_usd == cost(step)


def cost(step: Step) -> int | None:
    costs = [call.cost_micro_usd for call in step.calls if call.status == "recorded"]
    return None if None in costs else sum(each for each in costs if each is not None)
