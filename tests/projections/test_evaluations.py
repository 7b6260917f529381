"""The rows of suites and evaluations count what there is, and what became of it."""

from uuid import UUID

from domain import evaluation, suite
from domain.author import Author
from domain.evaluation import Outcome, Trial
from domain.kernel import PayloadRef
from projections import evaluations, suites
from tests.projections.telling import moment, told
from tests.support.given import CONTEXT

SUITE, CASE, OTHER = UUID(int=11), UUID(int=12), UUID(int=13)
GOLDEN = suite.Golden(UUID(int=14), "Tides", "Brief", 1, PayloadRef("0" * 64, 1), None)
TRIALS = (Trial(CASE, UUID(int=15)), Trial(CASE, UUID(int=16), "fake/model"), Trial(CASE, UUID(int=17), "fake/model"))
STARTED = evaluation.Started(SUITE, 2, TRIALS, Author(CONTEXT.actor_id), 60.0)


def test_a_suite_counts_its_cases() -> None:
    added = (suite.Created("golden"), suite.CaseAdded(CASE, GOLDEN), suite.CaseAdded(OTHER, GOLDEN))
    row = told(suites.projection, *added, suite.CaseRemoved(CASE))
    assert (row.name, row.status, row.cases, row.position) == ("golden", "active", 1, 4)
    assert (row.created_at, row.changed_at) == (moment(1), moment(4))
    row = told(suites.projection, *added, suite.CaseScoredBy(CASE, ()), suite.Archived())
    assert (row.status, row.cases) == ("archived", 2)


def test_an_evaluation_counts_its_trials_by_what_came_of_them() -> None:
    row = told(evaluations.projection, STARTED)
    assert (row.status, row.suite_id, row.trials, row.models) == ("running", SUITE, 3, (None, "fake/model"))
    assert (row.started_at, row.started_by, row.ended_at) == (moment(1), CONTEXT.actor_id, None)
    verdicts: tuple[evaluation.Verdict, ...] = ("passed", "failed", "error")
    ended = [evaluation.TrialEnded(number, Outcome(verdict)) for number, verdict in enumerate(verdicts)]
    row = told(evaluations.projection, STARTED, *ended, evaluation.Completed(1, 1, 1))
    assert (row.status, row.passed, row.failed, row.errors, row.ended_at) == ("completed", 1, 1, 1, moment(5))
    assert told(evaluations.projection, STARTED, evaluation.Cancelled()).status == "cancelled"
