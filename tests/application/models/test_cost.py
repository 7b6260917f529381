"""What a call costs, against a table made by hand."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.models.cost import batch_cost_micro_usd, cost_micro_usd, worst_micro_usd
from application.models.stream import Usage
from domain.prices import LongPrices, Prices

# 2 dollars for a million plain tokens, 0.10 read from the cache, 2.50 written to it, 10 for output.
PRICES = Prices(2_000_000, 100_000, 2_500_000, 10_000_000)
LONG = msgspec.structs.replace(PRICES, long=LongPrices(1_000, 4_000_000, 200_000, 5_000_000, 15_000_000))
THINKING = msgspec.structs.replace(PRICES, reasoning=3_000_000)
BATCHED = msgspec.structs.replace(PRICES, batch_input=1_000_000, batch_output=5_000_000)


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
    assert cost_micro_usd(PRICES, usage) == micro_dollars


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


@pytest.mark.parametrize(
    ("usage", "micro_dollars"),
    [
        (Usage(0, 100, reasoning_tokens=100), 300),  # all of it thought, at 3 a token
        (Usage(0, 100, reasoning_tokens=40), 60 * 10 + 40 * 3),
        (Usage(0, 100), 1_000),
        (Usage(0, 10, reasoning_tokens=90), 30),  # a provider that counts more thought than output
        (Usage(1_000, 7, 600, 300, 5), 200 + 60 + 750 + 2 * 10 + 5 * 3),
    ],
)
def test_reasoning_is_paid_at_its_own_price_where_it_has_one(usage: Usage, micro_dollars: int) -> None:
    assert cost_micro_usd(THINKING, usage) == micro_dollars


def test_reasoning_over_a_long_prompt_is_paid_like_its_output() -> None:
    prices = msgspec.structs.replace(LONG, reasoning=3_000_000)
    assert cost_micro_usd(prices, Usage(1_001, 10, reasoning_tokens=10)) == 4_004 + 150
    assert cost_micro_usd(prices, Usage(1_000, 10, reasoning_tokens=10)) == 2_000 + 30


@pytest.mark.parametrize(
    ("usage", "micro_dollars"),
    [
        (Usage(0, 0), 0),
        (Usage(1_000, 500), 1_000 + 2_500),
        (Usage(1, 1, reasoning_tokens=1), 6),
        (Usage(1_000_000, 1_000_000), 6_000_000),
    ],
)
def test_a_batch_pays_its_own_prices(usage: Usage, micro_dollars: int) -> None:
    assert batch_cost_micro_usd(BATCHED, usage) == micro_dollars


@pytest.mark.parametrize("usage", [Usage(10, 10, cached_input_tokens=1), Usage(10, 10, cache_write_tokens=1)])
def test_what_a_batch_pays_for_its_cache_is_unknown(usage: Usage) -> None:
    assert batch_cost_micro_usd(BATCHED, usage) is None


def test_a_batch_without_prices_of_its_own_has_an_unknown_cost() -> None:
    assert batch_cost_micro_usd(PRICES, Usage(1, 1)) is None
    assert batch_cost_micro_usd(None, Usage(1, 1)) is None
    assert batch_cost_micro_usd(msgspec.structs.replace(BATCHED, long=LONG.long), Usage(1_001, 1)) is None


@pytest.mark.parametrize(
    ("prices", "tokens", "micro_dollars"),
    [
        (PRICES, (1_000, 500), 2_500 + 5_000),  # all of the input could be written to the cache
        (msgspec.structs.replace(PRICES, cache_write=None), (1_000, 500), 2_000 + 5_000),
        (LONG, (1_000, 500), 2_500 + 5_000),
        (LONG, (1_001, 500), 5_005 + 7_500),
        (msgspec.structs.replace(PRICES, reasoning=30_000_000), (0, 500), 15_000),
        (msgspec.structs.replace(PRICES, output=None), (1, 1), None),
        (None, (1, 1), None),
    ],
)
def test_the_worst_case_is_told_before_the_call(
    prices: Prices | None, tokens: tuple[int, int], micro_dollars: int | None
) -> None:
    assert worst_micro_usd(prices, *tokens) == micro_dollars


PRICE = st.integers(0, 10**8)
WHOLE = st.builds(Prices, input=PRICE, cached_input=PRICE, cache_write=PRICE, output=PRICE, reasoning=st.none() | PRICE)


@given(WHOLE, st.tuples(*[st.integers(0, 10**6)] * 3), st.integers(0, 10**6), st.integers(0, 10**6))
def test_no_call_costs_more_than_its_worst_case(
    prices: Prices, parts: tuple[int, int, int], output: int, thought: int
) -> None:
    usage = Usage(sum(parts), output, parts[1], parts[2], min(thought, output))
    cost, worst = cost_micro_usd(prices, usage), worst_micro_usd(prices, usage.input_tokens, output)
    assert cost is not None
    assert worst is not None
    assert cost <= worst


def test_an_unknown_model_has_an_unknown_cost() -> None:
    assert cost_micro_usd(None, Usage(1, 1)) is None


@pytest.mark.parametrize("price", ["input", "cached_input", "cache_write", "output"])
def test_a_price_that_is_needed_and_unknown_makes_the_cost_unknown_and_never_zero(price: str) -> None:
    prices = msgspec.structs.replace(PRICES, **{price: None})
    assert cost_micro_usd(prices, Usage(10, 10, 3, 3)) is None


def test_an_unknown_price_that_is_not_needed_does_no_harm() -> None:
    prices = msgspec.structs.replace(PRICES, cached_input=None, cache_write=None)
    assert cost_micro_usd(prices, Usage(1_000, 500)) == 7_000


def test_a_price_of_zero_is_known() -> None:
    prices = msgspec.structs.replace(PRICES, input=0, output=0)
    assert cost_micro_usd(prices, Usage(1_000, 500)) == 0


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_cost_is_the_exact_sum_rounded_up(plain: int, cached: int, written: int, output: int) -> None:
    usage = Usage(plain + cached + written, output, cached, written)
    exact = plain * 2_000_000 + cached * 100_000 + written * 2_500_000 + output * 10_000_000
    cost = cost_micro_usd(PRICES, usage)
    assert cost is not None
    assert 0 <= cost * 1_000_000 - exact < 1_000_000
