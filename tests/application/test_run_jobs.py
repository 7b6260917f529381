"""What was begun or done since in the log needs no job any more."""

from uuid import UUID

from application.policies import run_jobs
from application.ports import Recorded
from domain.kernel import Event, replace
from domain.run_values import Parent
from domain.run_wait_events import ChildAbandoned, ChildEnded
from tests.domain import runs
from tests.support.given import CONTEXT

RUN, CHILD = UUID(int=7), UUID(int=8)
PARENT = Parent(RUN, "sub", 1)


def log(*events: tuple[UUID, Event]) -> list[Recorded]:
    return [Recorded(position, stream, 1, event, CONTEXT) for position, (stream, event) in enumerate(events, start=1)]


def needed(*events: tuple[UUID, Event]) -> list[str]:
    return [job.id for job in run_jobs.needed(log(*events))]


def test_a_step_that_has_begun_since_needs_none_and_the_others_do_in_their_order() -> None:
    past = [(RUN, runs.scheduled("a")), (RUN, runs.scheduled("b")), (RUN, runs.scheduled("c")), (RUN, runs.begun("b"))]
    assert needed(*past) == ["step_jobs:1", "step_jobs:3"]


def test_an_attempt_says_nothing_of_the_next_nor_of_another_run() -> None:
    past = [(RUN, runs.scheduled("a")), (RUN, runs.begun("a")), (RUN, runs.scheduled("a", 2)), (CHILD, runs.begun("a"))]
    assert needed(*past) == ["step_jobs:3"]


def test_a_child_whose_end_was_told_needs_none_unless_it_ended_again() -> None:
    over, told = replace(runs.cancelled(), parent=PARENT), ChildEnded("sub", 1, CHILD, "cancelled")
    assert needed((CHILD, over)) == ["child_runs:1"]
    assert needed((CHILD, over), (RUN, told)) == []
    assert needed((CHILD, over), (RUN, told), (CHILD, over)) == ["child_runs:3"]


def test_a_child_that_nobody_waits_for_needs_none_once_it_is_cancelled() -> None:
    abandoned = RUN, ChildAbandoned("sub", CHILD)
    assert needed(abandoned) == ["child_runs:1"]
    assert needed(abandoned, (CHILD, runs.cancelled())) == []
