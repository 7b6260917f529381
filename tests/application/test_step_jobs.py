"""A scheduled step is one job, however often it is delivered."""

from datetime import timedelta
from uuid import UUID

from application.policies.step_jobs import StepJob, job, react
from application.ports import Recorded
from domain.kernel import Event, replace
from tests.domain import runs
from tests.support.given import AT, CONTEXT

RUN = UUID(int=7)


def recorded(event: Event, position: int = 12) -> Recorded:
    return Recorded(position, RUN, 3, event, CONTEXT)


def test_a_scheduled_step_becomes_a_job_named_after_its_position() -> None:
    due = AT + timedelta(seconds=2)
    (made,) = react(recorded(runs.scheduled("a", 2, due)))
    assert (made.id, made.name, made.due_at) == ("step_jobs:12", "perform_step", due)
    assert made.arguments == {
        "workspace_id": str(CONTEXT.workspace_id),
        "run_id": str(RUN),
        "step": "a",
        "attempt": 2,
    }


def test_the_same_event_gives_the_same_job_and_another_gives_another() -> None:
    assert react(recorded(runs.scheduled("a"))) == react(recorded(runs.scheduled("a")))
    (first,), (second,) = react(recorded(runs.scheduled("a"))), react(recorded(runs.scheduled("a"), 13))
    assert first.id != second.id


def test_no_other_event_makes_work() -> None:
    others = [runs.started("a"), runs.begun("a"), runs.completed("a"), runs.failed("a"), runs.cancelled()]
    assert [react(recorded(event)) for event in others] == [[]] * len(others)


def test_a_step_that_whoever_caused_it_goes_on_with_is_nobodys_job() -> None:
    assert react(recorded(replace(runs.scheduled("a"), taken=True))) == []


def test_the_sweepers_job_is_the_policys_job() -> None:
    (made,) = react(recorded(runs.scheduled("a", 2)))
    again = job(12, StepJob(CONTEXT.workspace_id, RUN, "a", 2), None)
    assert (again.id, again.name, again.arguments) == (made.id, made.name, made.arguments)
