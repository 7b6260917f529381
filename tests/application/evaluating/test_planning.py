"""What an evaluation consists of: each case with each model so often, and never more runs than one may have."""

from uuid import UUID, uuid4

import pytest

from application.errors import Invalid
from application.evaluating.planning import Wish, plan
from domain.evaluation import MOST_TRIALS
from domain.kernel import PayloadRef
from domain.suite import MOST_CASES, Case, Golden, Suite

GOLDEN = Golden(UUID(int=1), "Tides", "Reader", 1, PayloadRef("0", 1), None)


def suite(count: int) -> Suite:
    return Suite("active", "Tides", {uuid4(): Case(GOLDEN, ()) for _ in range(count)})


def test_each_case_is_run_with_each_model_so_often_and_all_runs_are_different() -> None:
    trials = plan(uuid4(), suite(3), Wish(("openai/a", "openai/b", "openai/a"), repeat=4))
    assert len({trial.run_id for trial in trials}) == len(trials) == 3 * 2 * 4


def test_as_many_runs_as_there_may_be_are_planned_and_not_one_more() -> None:
    assert len(plan(uuid4(), suite(MOST_CASES), Wish(repeat=2))) == MOST_TRIALS
    for wish in (Wish(repeat=3), Wish(tuple(f"openai/m{number}" for number in range(20)), repeat=50)):
        with pytest.raises(Invalid, match=f"at most {MOST_TRIALS} runs") as refused:
            plan(uuid4(), suite(MOST_CASES), wish)
        assert refused.value.field == "models"
