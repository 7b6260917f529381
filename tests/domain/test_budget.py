"""What a workspace allows, and whom a limit is for."""

from uuid import UUID

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain import budget
from domain.budget import Budgeted, Budgets, LimitRemoved, LimitSet, RemoveLimit, SetLimit
from domain.kernel import Rejected
from tests.support.given import given

USER = str(UUID(int=21))
SET = LimitSet("workspace", "", "day", "micro_usd", 100)


def test_a_limit_is_set_changed_and_removed() -> None:
    given(budget.decider).when(SetLimit("workspace", "day", "micro_usd", 100)).then(SET)
    changed = LimitSet("workspace", "", "day", "micro_usd", 90)
    given(budget.decider, SET).when(SetLimit("workspace", "day", "micro_usd", 90)).then(changed)
    removed = LimitRemoved("workspace", "", "day", "micro_usd")
    given(budget.decider, SET).when(RemoveLimit("workspace", "day", "micro_usd")).then(removed)


def test_what_is_so_already_changes_nothing() -> None:
    given(budget.decider, SET).when(SetLimit("workspace", "day", "micro_usd", 100)).then_nothing()
    given(budget.decider).when(RemoveLimit("workspace", "day", "micro_usd")).then_nothing()


def test_a_limit_of_nothing_is_one_too() -> None:
    nothing = LimitSet("workspace", "", "day", "micro_usd", 0)
    given(budget.decider).when(SetLimit("workspace", "day", "micro_usd", 0)).then(nothing)


@pytest.mark.parametrize("kind", ["run", "step", "call"])
def test_what_has_an_end_is_limited_as_a_whole_and_nothing_else_is(kind: budget.Kind) -> None:
    given(budget.decider).when(SetLimit(kind, "whole", "tokens", 9)).then(LimitSet(kind, "", "whole", "tokens", 9))
    given(budget.decider).when(SetLimit(kind, "day", "tokens", 9)).then_rejected(
        f"a limit of a {kind} is for its whole", code="invalid_window", field="window"
    )
    given(budget.decider).when(SetLimit("user", "whole", "tokens", 9)).then_rejected(
        "a limit of a user is for its day or month", code="invalid_window", field="window"
    )


@pytest.mark.parametrize(("kind", "subject"), [("user", USER), ("agent", USER), ("key", USER), ("model", "openai/gpt")])
def test_a_limit_may_be_for_one_of_a_kind(kind: budget.Kind, subject: str) -> None:
    command = SetLimit(kind, "month", "tokens", 9, subject)
    given(budget.decider).when(command).then(LimitSet(kind, subject, "month", "tokens", 9))


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("workspace", USER),
        ("user", "ada"),
        ("user", USER.replace("0", "O")),
        ("agent", str(UUID(int=2**127)).upper().replace("8", "F", 1)),
        ("key", USER + " "),
        ("model", "gpt"),
        ("model", "openai/ gpt"),
    ],
)
def test_a_subject_that_nobody_has_is_refused(kind: budget.Kind, subject: str) -> None:
    given(budget.decider).when(SetLimit(kind, "day", "tokens", 9, subject)).then_rejected(
        f"the subject of a limit of a {kind} is", code="invalid_subject", field="subject"
    )


def test_there_are_no_more_limits_than_a_workspace_may_have() -> None:
    many = [LimitSet("user", str(UUID(int=n)), "day", "tokens", 9) for n in range(budget.MOST_BUDGETS)]
    given(budget.decider, *many).when(SetLimit("workspace", "day", "tokens", 9)).then_rejected("1,000 limits already")
    changed = LimitSet("user", str(UUID(int=0)), "day", "tokens", 8)
    given(budget.decider, *many).when(SetLimit("user", "day", "tokens", 8, str(UUID(int=0)))).then(changed)


def test_ones_own_limit_goes_before_that_of_each_even_where_it_is_higher() -> None:
    each, own = Budgeted("user", "", "day", "tokens"), Budgeted("user", USER, "day", "tokens")
    assert Budgets({each: 5}).most("user", USER, "day", "tokens") == 5
    assert Budgets({each: 5, own: 9}).most("user", USER, "day", "tokens") == 9
    assert Budgets({own: 9}).most("user", "somebody else", "day", "tokens") is None
    assert Budgets({each: 5}).most("user", USER, "month", "tokens") is None


@supposing(wanted=st.integers(0, 99), used=st.integers(0, 99), most=st.integers(0, 99))
def test_what_is_let_through_never_goes_beyond_the_limit_and_what_fits_is_let_through(
    wanted: int, used: int, most: int
) -> None:
    try:
        budget.check(wanted, used, most, "tokens", name="the limit")
    except Rejected as refused:
        assert refused.code == "budget_exceeded"
        assert used + wanted > most
    else:
        assert used + wanted <= most
