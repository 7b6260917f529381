"""An evaluation is over once each of its trials is, and what a trial came to is said once."""

from typing import Any
from uuid import UUID

import pytest

from domain import evaluation
from domain.author import Author
from domain.evaluation import Completed, Judging, JudgingBegun, Outcome, Trial, TrialEnded
from domain.kernel import Rejected
from tests.support.given import CONTEXT

SUITE, CASE, FIRST, SECOND, JUDGE = (UUID(int=n) for n in range(1, 6))
TRIALS = (Trial(CASE, FIRST), Trial(CASE, SECOND, "fake/model"))
AUTHOR = Author(CONTEXT.actor_id)
START = evaluation.StartEvaluation(SUITE, 3, TRIALS, AUTHOR, 60.0)
STARTED = evaluation.Started(SUITE, 3, TRIALS, AUTHOR, 60.0)
PASSED, FAILED, ERROR = Outcome("passed"), Outcome("failed"), Outcome("error", code="input_gone")


def decided(command: evaluation.Commands, *events: Any) -> list[evaluation.Events]:
    return evaluation.decide(command, evaluation.decider.fold(events), CONTEXT)


def test_an_evaluation_starts_once() -> None:
    assert decided(START) == [STARTED]
    assert decided(START, STARTED) == []
    with pytest.raises(Rejected, match="running"):
        decided(evaluation.StartEvaluation(SUITE, 4, TRIALS, AUTHOR, 60.0), STARTED)


def test_an_evaluation_has_some_runs_and_not_too_many() -> None:
    for trials in ((), TRIALS * 101):
        with pytest.raises(Rejected, match="1 to 200 runs"):
            decided(evaluation.StartEvaluation(SUITE, 3, trials, AUTHOR, 60.0))


def test_the_last_trial_completes_it() -> None:
    first = TrialEnded(0, PASSED)
    assert decided(evaluation.EndTrial(0, PASSED), STARTED) == [first]
    assert decided(evaluation.EndTrial(0, FAILED), STARTED, first) == []
    assert decided(evaluation.EndTrial(1, FAILED), STARTED, first) == [TrialEnded(1, FAILED), Completed(1, 1, 0)]
    assert decided(evaluation.EndTrial(1, ERROR), STARTED, first) == [TrialEnded(1, ERROR), Completed(1, 0, 1)]
    with pytest.raises(Rejected, match="no trial 2"):
        decided(evaluation.EndTrial(2, PASSED), STARTED)


def test_a_trial_is_judged_once() -> None:
    judges = (Judging(0, JUDGE),)
    begun = JudgingBegun(1, judges)
    assert decided(evaluation.JudgeTrial(1, judges), STARTED) == [begun]
    assert decided(evaluation.JudgeTrial(1, (Judging(0, FIRST),)), STARTED, begun) == []
    assert decided(evaluation.JudgeTrial(1, judges), STARTED, TrialEnded(1, ERROR)) == []
    assert evaluation.decider.fold([STARTED, begun]).judging == {1: judges}


def test_what_is_cancelled_is_not_scored_any_more() -> None:
    cancelled = evaluation.Cancelled()
    assert decided(evaluation.CancelEvaluation(), STARTED) == [cancelled]
    for command in (evaluation.CancelEvaluation(), evaluation.EndTrial(0, PASSED), evaluation.JudgeTrial(0, ())):
        assert decided(command, STARTED, cancelled) == []
    with pytest.raises(Rejected, match="no such evaluation"):
        decided(evaluation.CancelEvaluation())


def test_open_trials_are_those_that_are_not_over() -> None:
    state = evaluation.decider.fold([STARTED, TrialEnded(0, PASSED)])
    assert state.left() == [(1, TRIALS[1])]
