"""How much of a workspace's work may go on at the same time, and whom a limit is for."""

from uuid import UUID

import pytest

from domain import concurrency
from domain.concurrency import Concurrency, Limited, LimitRemoved, LimitSet, RemoveConcurrency, SetConcurrency
from tests.support.given import given

ONE = str(UUID(int=21))
SET = LimitSet("agent", ONE, 5)


def test_a_limit_is_set_changed_and_removed() -> None:
    given(concurrency.decider).when(SetConcurrency("agent", 5, ONE)).then(SET)
    given(concurrency.decider, SET).when(SetConcurrency("agent", 2, ONE)).then(LimitSet("agent", ONE, 2))
    given(concurrency.decider, SET).when(RemoveConcurrency("agent", ONE)).then(LimitRemoved("agent", ONE))


def test_what_is_so_already_changes_nothing() -> None:
    given(concurrency.decider, SET).when(SetConcurrency("agent", 5, ONE)).then_nothing()
    given(concurrency.decider, SET).when(RemoveConcurrency("agent")).then_nothing()


@pytest.mark.parametrize(
    ("kind", "subject"), [("agent", ONE), ("workflow", ONE), ("provider", "openai"), ("agent", "")]
)
def test_a_limit_is_for_one_of_a_kind_or_for_each(kind: concurrency.Kind, subject: str) -> None:
    given(concurrency.decider).when(SetConcurrency(kind, 1, subject)).then(LimitSet(kind, subject, 1))


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("workspace", ONE),
        ("agent", "ada"),
        ("workflow", ONE + " "),
        ("provider", "openai/gpt"),
        ("provider", "Open AI"),
    ],
)
def test_a_subject_that_would_never_be_met_is_refused(kind: concurrency.Kind, subject: str) -> None:
    given(concurrency.decider).when(SetConcurrency(kind, 1, subject)).then_rejected(
        f"the subject of a limit of a {kind} is", code="invalid_subject", field="subject"
    )


def test_its_own_limit_counts_before_that_of_its_kind() -> None:
    known = Concurrency({Limited("agent", ""): 9, Limited("agent", ONE): 2})
    assert (known.most("agent", ONE), known.most("agent", "another"), known.most("provider", "openai")) == (2, 9, None)


def test_there_are_only_so_many_limits() -> None:
    facts = [LimitSet("agent", str(UUID(int=number)), 1) for number in range(concurrency.MOST_LIMITS)]
    full = given(concurrency.decider, *facts)
    full.when(SetConcurrency("workspace", 5)).then_rejected("has 1,000 limits already")
    full.when(SetConcurrency("agent", 7, facts[0].subject)).then(LimitSet("agent", facts[0].subject, 7))
