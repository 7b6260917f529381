"""A suite keeps recorded runs as cases, each once, and says what each is scored by."""

from typing import Any
from uuid import UUID

import pytest

from domain import suite
from domain.kernel import PayloadRef, Rejected
from domain.scorers import Conforms, Contains, Equals
from tests.support.given import CONTEXT

CASE, OTHER, RUN = UUID(int=1), UUID(int=2), UUID(int=3)
GOLDEN = suite.Golden(RUN, "Tides", "Brief", 2, PayloadRef("a" * 64, 10), PayloadRef("b" * 64, 5), UUID(int=4))
CREATED, ADDED = suite.Created("golden"), suite.CaseAdded(CASE, GOLDEN)


def decided(command: suite.Commands, *events: Any) -> list[suite.Events]:
    return suite.decide(command, suite.decider.fold(events), CONTEXT)


def test_a_suite_is_created_once() -> None:
    assert decided(suite.CreateSuite("golden")) == [CREATED]
    assert decided(suite.CreateSuite("golden"), CREATED) == []
    with pytest.raises(Rejected):
        decided(suite.CreateSuite("other"), CREATED)


def test_a_run_is_a_case_once_under_the_title_that_it_is_given() -> None:
    assert decided(suite.AddCase(CASE, GOLDEN), CREATED) == [ADDED]
    assert decided(suite.AddCase(CASE, GOLDEN), CREATED, ADDED) == []
    with pytest.raises(Rejected, match="already"):
        decided(suite.AddCase(CASE, GOLDEN, (Equals(),)), CREATED, ADDED)
    [added] = decided(suite.AddCase(CASE, GOLDEN, title="Moon"), CREATED)
    assert isinstance(added, suite.CaseAdded)
    assert added.golden.title == "Moon"


def test_a_case_is_scored_by_something_else_from_then_on() -> None:
    scored = suite.CaseScoredBy(CASE, (Contains("tide"),))
    assert decided(suite.ScoreCase(CASE, (Contains("tide"),)), CREATED, ADDED) == [scored]
    assert decided(suite.ScoreCase(CASE, (Contains("tide"),)), CREATED, ADDED, scored) == []
    assert suite.decider.fold([CREATED, ADDED, scored]).cases == {CASE: suite.Case(GOLDEN, (Contains("tide"),))}
    with pytest.raises(Rejected, match="no such case"):
        decided(suite.ScoreCase(OTHER, ()), CREATED, ADDED)


def test_a_case_is_removed_and_may_come_back() -> None:
    removed = suite.CaseRemoved(CASE)
    assert decided(suite.RemoveCase(CASE), CREATED, ADDED) == [removed]
    assert decided(suite.RemoveCase(CASE), CREATED, ADDED, removed) == []
    with pytest.raises(Rejected, match="no such case"):
        decided(suite.RemoveCase(CASE), CREATED)
    assert decided(suite.AddCase(CASE, GOLDEN), CREATED, ADDED, removed) == [ADDED]


def test_a_suite_has_room_for_so_many_cases_and_a_case_for_so_many_bytes() -> None:
    full = [suite.CaseAdded(UUID(int=100 + n), GOLDEN) for n in range(suite.MOST_CASES)]
    with pytest.raises(Rejected, match="at most 100 cases"):
        decided(suite.AddCase(CASE, GOLDEN), CREATED, *full)
    with pytest.raises(Rejected, match="48 KiB"):
        decided(suite.AddCase(CASE, GOLDEN, (Conforms({"const": "x" * 50_000}),)), CREATED)


def test_nothing_is_changed_in_a_suite_that_is_archived() -> None:
    assert decided(suite.ArchiveSuite(), CREATED) == [suite.Archived()]
    assert decided(suite.ArchiveSuite(), CREATED, suite.Archived()) == []
    assert decided(suite.RemoveCase(CASE), CREATED, ADDED, suite.Archived()) == [suite.CaseRemoved(CASE)]
    for command in (suite.AddCase(CASE, GOLDEN), suite.ScoreCase(CASE, ())):
        with pytest.raises(Rejected, match="the suite is archived"):
            decided(command, CREATED, ADDED, suite.Archived())


def test_nothing_is_done_to_a_suite_that_is_not_there() -> None:
    for command in (
        suite.AddCase(CASE, GOLDEN),
        suite.ScoreCase(CASE, ()),
        suite.RemoveCase(CASE),
        suite.ArchiveSuite(),
    ):
        with pytest.raises(Rejected, match="no such suite") as why:
            decided(command)
        assert why.value.code == "not_found"
