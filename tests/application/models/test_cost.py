"""What a call costs, against a table made by hand."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.models.cost import cost_micro_usd
from application.models.port import LongPrompt, ModelCard, Usage

# 2 dollars for a million plain tokens, 0.10 read from the cache, 2.50 written to it, 10 for output.
CARD = ModelCard("test/a", "test", "", None, 2_000_000, 100_000, 2_500_000, 10_000_000)
LONG = msgspec.structs.replace(CARD, long_prompt=LongPrompt(1_000, 4_000_000, 200_000, 5_000_000, 15_000_000))


@pytest.mark.parametrize(
    ("usage", "micro_dollars"),
    [
        (Usage(0, 0), 0),
        (Usage(1_000, 500), 2_000 + 5_000),
        (Usage(1_000_000, 1_000_000), 2_000_000 + 10_000_000),
        (Usage(1, 0), 2),
        (Usage(1, 0, cached_input_tokens=1), 1),  # a tenth of a micro-dollar, rounded up
        (Usage(11, 0, cached_input_tokens=11), 2),  # 1.1
        (Usage(10, 0, cached_input_tokens=10), 1),  # exactly 1
        (Usage(1_000, 10, 600, 300), 200 + 60 + 750 + 100),
        (Usage(1_000, 10, 600, 300, reasoning_tokens=9), 200 + 60 + 750 + 100),  # reasoning is in the output
        (Usage(3, 0, cache_write_tokens=3), 8),  # 7.5
        (Usage(5, 0, 4, 4), 11),  # counts that overlap: never less than nothing for the rest; 0.4 + 10
    ],
)
def test_each_token_is_paid_once_and_the_sum_is_rounded_up(usage: Usage, micro_dollars: int) -> None:
    assert cost_micro_usd(CARD, usage) == micro_dollars


@pytest.mark.parametrize(
    ("usage", "micro_dollars"),
    [
        (Usage(1_000, 100), 2_000 + 1_000),
        (Usage(1_001, 100), 4_004 + 1_500),
        (Usage(1_001, 100, 500, 100), 401 * 4 + 100 + 500 + 1_500),
    ],
)
def test_a_long_prompt_pays_the_long_prices_for_all_of_its_tokens(usage: Usage, micro_dollars: int) -> None:
    assert cost_micro_usd(LONG, usage) == micro_dollars


def test_an_unknown_model_has_an_unknown_cost() -> None:
    assert cost_micro_usd(None, Usage(1, 1)) is None


@pytest.mark.parametrize("price", ["input_price", "cached_input_price", "cache_write_price", "output_price"])
def test_a_price_that_is_needed_and_unknown_makes_the_cost_unknown_and_never_zero(price: str) -> None:
    card = msgspec.structs.replace(CARD, **{price: None})
    assert cost_micro_usd(card, Usage(10, 10, 3, 3)) is None


def test_an_unknown_price_that_is_not_needed_does_no_harm() -> None:
    card = msgspec.structs.replace(CARD, cached_input_price=None, cache_write_price=None)
    assert cost_micro_usd(card, Usage(1_000, 500)) == 7_000


def test_a_price_of_zero_is_known() -> None:
    card = msgspec.structs.replace(CARD, input_price=0, output_price=0)
    assert cost_micro_usd(card, Usage(1_000, 500)) == 0


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_cost_is_the_exact_sum_rounded_up(plain: int, cached: int, written: int, output: int) -> None:
    usage = Usage(plain + cached + written, output, cached, written)
    exact = plain * 2_000_000 + cached * 100_000 + written * 2_500_000 + output * 10_000_000
    cost = cost_micro_usd(CARD, usage)
    assert cost is not None
    assert 0 <= cost * 1_000_000 - exact < 1_000_000
