"""What a run waits for, in sentences that name who or what, since when and until when."""

from datetime import timedelta
from uuid import UUID

import pytest

from application.orchestration.why import MOST, Reason, Standing, Stop, reasons
from domain.kernel import replace
from domain.nodes import Allowance, Approvers
from domain.run_values import ForApproval, ForEvent, ForInput, ForRun, ForTime, Waits
from tests.domain.runs import text
from tests.support.given import AT

LEASE, SOMEBODY, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
LATER = AT + timedelta(minutes=1)
STEP = Standing(
    id="a",
    status="scheduled",
    since=AT,
    attempt=1,
    due_at=AT,
    lease=None,
    waits=None,
    escalates_at=None,
    needs_left=(),
    error="",
    asked=(),
)
NOW = AT + timedelta(seconds=5)


def why(step: Standing) -> Reason:
    (reason,) = reasons("running", [step], paused=None, held=frozenset({LEASE}), now=NOW)
    return reason


def test_a_step_in_the_queue_says_since_when() -> None:
    reason = why(STEP)
    assert (reason.waits_for, reason.since, reason.until) == ("worker", AT, None)
    assert reason.text.startswith(f"attempt 1 is in the queue since {AT:%Y-%m-%d %H:%M:%S} UTC and no worker")


def test_a_step_that_is_tried_again_says_when_and_after_what() -> None:
    reason = why(replace(STEP, attempt=2, due_at=LATER, error="model_timeout: no answer"))
    assert (reason.waits_for, reason.until) == ("retry", LATER)
    assert reason.text == f"attempt 2 begins at {LATER:%Y-%m-%d %H:%M:%S} UTC after model_timeout: no answer"


def test_a_step_under_way_says_whether_its_worker_lives() -> None:
    assert why(replace(STEP, status="running", lease=LEASE)).waits_for == "work"
    assert why(replace(STEP, status="running", lease=OTHER)).waits_for == "lost_worker"


@pytest.mark.parametrize(
    ("waits", "kind", "words"),
    [
        (ForApproval(text("x")), "approval", "it waits for an approval by whoever has the role boss or user"),
        (ForInput(), "input", "it waits for an answer by whoever has the role boss or user"),
        (ForTime(), "time", "it waits until"),
        (ForEvent("bell"), "event", "it waits for the event 'bell' until"),
        (ForRun(OTHER, Allowance()), "run", f"it waits for the run {OTHER} that it started until"),
    ],
    ids=["approval", "input", "time", "event", "run"],
)
def test_a_step_that_is_suspended_says_for_whom_or_what(waits: Waits, kind: str, words: str) -> None:
    asked = (Approvers(roles=("boss",), users=(SOMEBODY,)),)
    reason = why(replace(STEP, status="suspended", waits=waits, due_at=LATER, asked=asked))
    assert (reason.waits_for, reason.until, reason.text.startswith(words)) == (kind, LATER, True)
    assert reason.run_id == (OTHER if kind == "run" else None)


def test_where_nobody_is_named_anybody_with_the_right_may_decide() -> None:
    asked = (Approvers(users=(SOMEBODY,)), Approvers())
    assert (
        "by anybody with the right to"
        in why(replace(STEP, status="suspended", waits=ForInput(), asked=asked, due_at=None)).text
    )


def test_a_step_waits_for_what_it_needs() -> None:
    reason = why(replace(STEP, status="waiting", needs_left=("b", "c")))
    assert (reason.waits_for, reason.text) == ("needs", "it begins once b, c are done")


def test_a_pause_comes_first_with_who_when_and_why() -> None:
    first, *_ = reasons("paused", [STEP], paused=Stop(SOMEBODY, AT, "lunch"), held=frozenset(), now=NOW)
    assert (first.step, first.waits_for) == ("", "resume")
    assert first.text.startswith(f"user {SOMEBODY} paused the run at {AT:%Y-%m-%d %H:%M:%S} UTC: lunch;")


def test_people_are_told_by_the_names_that_the_reader_may_know() -> None:
    asked = Approvers(users=(SOMEBODY, OTHER))
    waits = replace(STEP, status="suspended", waits=ForInput(), asked=(asked,), due_at=None)
    stop, names = Stop(SOMEBODY, AT, ""), {SOMEBODY: "Ada"}
    first, second = reasons("paused", [waits], paused=stop, held=frozenset(), now=NOW, names=names)
    assert first.text.startswith("Ada paused the run at ")
    assert second.text == f"it waits for an answer by Ada or user {OTHER}"


def test_a_failed_run_waits_for_a_person_and_one_that_is_over_for_nothing() -> None:
    failed = replace(STEP, status="failed", error="rejected: no")
    (reason,) = reasons("failed", [failed], paused=None, held=frozenset(), now=NOW)
    assert (reason.waits_for, "rejected: no" in reason.text) == ("person", True)
    assert reasons("completed", [failed, STEP], paused=None, held=frozenset(), now=NOW) == []
    assert reasons("cancelled", [failed, STEP], paused=None, held=frozenset(), now=NOW) == []


def test_of_thousands_of_reasons_only_so_many_are_told() -> None:
    assert len(reasons("running", [STEP] * 1_000, paused=None, held=frozenset(), now=NOW)) == MOST
