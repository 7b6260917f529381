"""Who pays for a try that came to nothing."""

import pytest

from application.models.failure import NOT_BILLED, ModelError, billed
from application.models.stream import Usage


@pytest.mark.parametrize("code", sorted(NOT_BILLED))
def test_what_is_turned_away_before_a_word_costs_nothing_and_after_one_nobody_knows(code: str) -> None:
    error = ModelError(code, "No.")  # type: ignore[arg-type]
    assert billed(error, spoke=False) == "no"
    assert billed(error, spoke=True) == "unknown"


def test_a_request_that_reached_nobody_costs_nothing_and_any_other_is_in_doubt() -> None:
    assert billed(ModelError("model_unavailable", "Gone.", sent=False), spoke=False) == "no"
    assert billed(ModelError("model_unavailable", "Gone."), spoke=False) == "unknown"


@pytest.mark.parametrize("code", ["model_rate_limited", "model_answer_empty", "model_unavailable"])
def test_what_the_provider_has_counted_is_paid_whatever_else_it_said(code: str) -> None:
    error = ModelError(code, "Counted.", usage=Usage(3, 0))  # type: ignore[arg-type]
    assert billed(error, spoke=False) == "counted"


@pytest.mark.parametrize("status", [500, 501, 503, 529, 400, 409, 425, 429])
def test_a_whole_error_answer_of_the_provider_costs_nothing_unless_it_had_spoken(status: int) -> None:
    error = ModelError("model_unavailable", "Not now.", status=status)
    assert billed(error, spoke=False) == "no"
    assert billed(error, spoke=True) == "unknown"


@pytest.mark.parametrize("status", [None, 200, 302, 408, 499, 502, 504, 520, 524, 599])
def test_an_answer_of_somebody_in_between_leaves_a_doubt(status: int | None) -> None:
    assert billed(ModelError("model_unavailable", "Not now.", status=status), spoke=False) == "unknown"
